using Subquad.Engine;
using Subquad.Evaluation;
using Subquad.Layers;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;
using Subquad.Solvers;

namespace Subquad.Trainers;

/// <summary>
/// One damped Gauss-Newton step on one batch: solve (J J^T + mu I) alpha = r, try W - s^2 J^T alpha while it is only pending, and make it part of the weights or drop it.
/// </summary>
internal sealed class GaussNewtonStep : ILinearSystem, IDisposable
{
    private readonly TeamKernels _kernels;
    private readonly LayerStack _layers;
    private readonly GaussNewtonOptions _options;
    private readonly Jacobian _jacobian;
    private readonly ClassAveragedGram _gram;
    private readonly ConjugateGradient _gradients = new();
    private readonly PendingForward _pending;
    private readonly OutputVector _residual = new(), _alpha = new(), _left = new(), _work = new(), _workResult = new();
    private readonly Func<double, double, float> _chooseMetric;
    private double _mu;
    private bool _isPrepared;

    public GaussNewtonStep(TeamKernels kernels, LayerStack layers, int from, GaussNewtonOptions options, Certificates? certificates = null)
    {
        _kernels = kernels;
        _layers = layers;
        _options = options;
        Clock = new StageClock(kernels);
        _jacobian = new Jacobian(kernels, layers, from, options.TrainOutput, options.PackedBytes);
        _gram = new ClassAveragedGram(kernels, layers, _jacobian);
        _pending = new PendingForward(kernels, layers, _jacobian, certificates, options.Flush);
        _chooseMetric = ShareOfTrace;
    }

    /// <summary>Seconds per stage since <see cref="StageClock.Restart"/>.</summary>
    public StageClock Clock { get; }

    /// <summary>Iterations of the last solve.</summary>
    public int CgIterations { get; private set; }

    /// <summary>Decrease of ||r||^2 / 2 that the last solve promises.</summary>
    public double PredictedDecrease { get; private set; }

    /// <summary>The damping that was used, relative to trace(K) / n: what was asked for, or more where K is singular.</summary>
    public double Damping { get; private set; }

    /// <summary>mu that was used, absolute.</summary>
    public double Mu => _mu;

    /// <summary>Computes a step and tries it on the batch; leaves the trial state in <see cref="TrainingBatch.Trial"/>.</summary>
    /// <returns>The trial's score.</returns>
    public Score Try(TrainingBatch batch, double relativeDamping, ref float metric)
    {
        Prepare(batch, ref metric);
        Solve(batch, relativeDamping);
        Clock.Start(Stage.Forward);
        _pending.HoldStep();
        _pending.Run(batch.Trial, batch.State.Of(_jacobian.From).Sums, _jacobian.ProductsOf(_jacobian.From), batch.Certified);
        Score score = batch.TrialScore();
        Clock.Stop();
        return score;
    }

    /// <summary>Tries the same step on held-out data.</summary>
    /// <param name="heldOut">The data.</param>
    /// <param name="batch">The batch that the step was computed on.</param>
    /// <param name="products">Inner products of the two sets of features.</param>
    /// <param name="refill">Whether the products are still those of other data.</param>
    public Score TryOn(TrainingBatch heldOut, TrainingBatch batch, PanelMatrix products, bool refill)
    {
        Clock.Start(Stage.Validation);
        if (refill)
            _pending.InnerProducts(heldOut.Features, batch.Features, products);
        _pending.Run(heldOut.Trial, heldOut.State.Of(_jacobian.From).Sums, products, heldOut.Certified);
        Score score = heldOut.TrialScore();
        Clock.Stop();
        return score;
    }

    /// <summary>Makes the step part of the weights; the trial state becomes the present one by <see cref="TrainingBatch.Accept"/>.</summary>
    public void Commit(TrainingBatch batch)
    {
        // A step is folded in whole or not at all: cancellation waits until it is.
        CancellationToken cancellation = _kernels.Team.Cancellation;
        _kernels.Team.Cancellation = CancellationToken.None;
        Clock.Start(Stage.Update);
        _pending.Commit(batch.State, batch.TurnedFeatures);
        _kernels.Team.Cancellation = cancellation;
        _isPrepared = false;
        Clock.Stop();
    }

    /// <summary>Says that the batch keeps its data for the whole run: the lowest trained layer then need not be touched until the end.</summary>
    public void KeepData(TrainingBatch batch)
    {
        if (batch.State.Lowest is { ReadsWeights: true })
            _pending.StepWeights(batch.TurnedFeatures);
        else
            _pending.KeepImplicit(batch.TurnedFeatures, batch.State.Of(_jacobian.From).Sets.Active);
    }

    /// <summary>Says that the batch has other data.</summary>
    public void MoveToOtherData()
    {
        _gram.Forget();
        _isPrepared = false;
    }

    void ILinearSystem.Apply(NativeBuffer<double> x, NativeBuffer<double> result)
    {
        int length = _work.Span.Length;
        x.Slice(0, length).CopyTo(_work.Span);
        _jacobian.Apply(_work, _workResult);
        _workResult.Span.CopyTo(result.Slice(0, length));
        _kernels.Kernels.Axpy(_mu, x.Slice(0, length), result.Slice(0, length));
    }

    void ILinearSystem.Precondition(NativeBuffer<double> residual) => _gram.Matrix.Solve(residual, _residual.Stride);

    public void Dispose()
    {
        _pending.Dispose();
        _jacobian.Dispose();
        _gram.Dispose();
        _gradients.Dispose();
        _residual.Dispose();
        _alpha.Dispose();
        _left.Dispose();
        _work.Dispose();
        _workResult.Dispose();
    }

    /// <summary>K at the present point; kept while trials are dropped.</summary>
    private void Prepare(TrainingBatch batch, ref float metric)
    {
        if (_isPrepared)
            return;
        Clock.Start(Stage.PullBack);
        foreach (OutputVector vector in (ReadOnlySpan<OutputVector>)[_residual, _alpha, _left, _work, _workResult])
            vector.Reshape(batch.Data.Count, batch.Data.Outputs);
        _jacobian.MoveTo(batch.State);
        Clock.Start(Stage.Gram);
        _gram.MeasureInputs(batch.State);
        _gram.Build(batch.State, _options.Seed, metric, _chooseMetric, Clock);
        metric = _jacobian.Metric;
        batch.Residual(_residual);
        _isPrepared = true;
        Clock.Stop();
    }

    /// <summary>s^2 that gives the hidden layers their share of trace(K).</summary>
    private float ShareOfTrace(double hidden, double output)
    {
        if (!_options.TrainOutput || !(hidden > 0) || !(output > 0))
            return 1f;
        return (float)(_options.HiddenShare / (1 - _options.HiddenShare) * output / hidden);
    }

    private void Solve(TrainingBatch batch, double relativeDamping)
    {
        int length = _residual.Span.Length;
        Clock.Start(Stage.Factor);
        double scale = _gram.Matrix.Trace / batch.Data.Count;
        _mu = relativeDamping * scale;
        Damping = relativeDamping;

        // A singular K (duplicate rows, dead data) with no damping to speak of: the least mu that float64 can factor is used, and reported.
        for (double least = (scale > 0 ? scale : 1) * 1e-12; !_gram.Matrix.Factor(_mu); least *= 100)
        {
            _mu = Math.Max(_mu, least);
            Damping = scale > 0 ? _mu / scale : relativeDamping;
            if (!double.IsFinite(_mu) || least > Math.Max(scale, 1) * 1e6)
                throw new ArithmeticException("the Gram matrix is not finite");
        }
        Clock.Start(Stage.Solve);
        _left.CopyFrom(_residual);
        if (batch.Data.Outputs == 1)
        {
            _alpha.CopyFrom(_residual);
            _gram.Matrix.Solve(_alpha.Buffer, _alpha.Stride);
            _left.Span.Clear();
            CgIterations = 0;
        }
        else
        {
            CgIterations = _gradients.Solve(_kernels.Kernels, this, _alpha.Buffer, _left.Buffer, length, _options.CgTolerance, _options.CgIterations);
            if (CgIterations == 0 && _kernels.Kernels.Dot(_residual.Span, _residual.Span) > 0)
                throw new ArithmeticException("the Jacobian is not finite");
        }

        // (G + mu I) alpha = r - e, so the linear model leaves mu alpha + e.
        _kernels.Kernels.Axpy(_mu, _alpha.Span, _left.Span);
        PredictedDecrease = 0.5 * (_kernels.Kernels.Dot(_residual.Span, _residual.Span) - _kernels.Kernels.Dot(_left.Span, _left.Span));
        if (batch.Data.Outputs == 1)
        {
            // The pull-back of 1 that K was made of is still at hand, also after a dropped trial.
            _jacobian.HoldScaledStep(_alpha);
        }
        else
        {
            _jacobian.PullBack(_alpha);
            _jacobian.HoldStep();
        }
        Clock.Stop();
    }
}
