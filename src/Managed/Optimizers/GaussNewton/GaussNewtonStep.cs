using Subquad.Activity;
using Subquad.Data;
using Subquad.Engine;
using Subquad.Layers;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;
using Subquad.Solvers;

namespace Subquad.Optimizers.GaussNewton;

/// <summary>
/// One damped Gauss-Newton step on one batch: solve (J J^T + mu I) alpha = r, try W - s^2 J^T alpha while it is only pending, and make it
/// part of the weights or drop it. Where leave-one-out errors choose, the loss has a penalty mu_0 |W - W_0|^2 / (2 s^2) besides, which
/// draws the weights to the start. With gamma the sum of all alpha so far, W_t is near W_0 - s^2 J^T gamma; the system is then
/// (J J^T + (mu_0 + mu) I) alpha = r - mu_0 gamma.
/// </summary>
internal sealed class GaussNewtonStep : ILinearSystem, IDisposable
{
    // Residual, multipliers, what is left, and the two sides of a product.
    private const int Vectors = 5;

    private readonly TeamKernels _kernels;
    private readonly LayerStack _layers;
    private readonly GaussNewtonOptions _options;
    private readonly Jacobian _jacobian;
    private readonly ClassAveragedGram _gram;
    private readonly ConjugateGradient _gradients = new();
    private readonly PendingForward _pending;
    private readonly OutputVector _residual = new(), _alpha = new(), _left = new(), _work = new(), _workResult = new();
    private readonly OutputVector? _multipliers;
    private readonly Func<double, double, float> _chooseScale;
    private double _mu, _shrinkage;
    private bool _isPrepared;

    public GaussNewtonStep(TeamKernels kernels, LayerStack layers, int from, GaussNewtonOptions options, Certificates? certificates = null)
    {
        _kernels = kernels;
        _layers = layers;
        _options = options;
        Clock = new StageClock(kernels);
        _jacobian = new Jacobian(kernels, layers, from, options.TrainOutput, options.PackedBytes);
        _gram = new ClassAveragedGram(kernels, layers, _jacobian, options.Solver);
        _pending = new PendingForward(kernels, _jacobian, certificates, options.Flush);
        _chooseScale = ShareOfTrace;
        if (options.LeaveOneOut != LeaveOneOutChoice.On)
            return;
        _multipliers = new OutputVector();
        LeaveOneOut = new LeaveOneOut(kernels, layers, from, options);
    }

    /// <summary>Bytes held for the data of a step.</summary>
    public static Int128 BytesOf(FitSize fit)
    {
        (NetworkSize network, GaussNewtonOptions options) = (fit.Sizes, fit.Options);
        // With one output a solver gives the step itself, unless it only solves a sketch.
        bool hasSeveral = network.Outputs > 1, pushes = hasSeveral || options.Solver == SolverChoice.DirectSketch;
        return (Vectors + (fit.LeavesOneOut ? 1 : 0)) * OutputVector.BytesOf(fit.Count, network.Outputs)
            + (fit.LeavesOneOut ? LeaveOneOut.BytesOf(network, fit.From, fit.Count, options.TrainOutput) : 0)
            + (hasSeveral ? ConjugateGradient.BytesOf(OutputVector.LengthOf(fit.Count, network.Outputs)) : 0)
            + Jacobian.BytesOf(network, fit.From, fit.Count, options.TrainOutput, options.PackedBytes, pushes)
            + ClassAveragedGram.BytesOf(network, fit.From, fit.Count, options.TrainOutput, options.Solver, fit.LeastDamping)
            + PendingForward.BytesOf(
                network, fit.From, fit.Count, fit.TriedHeldOut, !IncrementalActiveSetFinder.SearchesWeights(fit.Strategy));
    }

    /// <summary>Bytes of scratch that a worker reserves.</summary>
    public static Int128 ScratchOf(FitSize fit)
    {
        Int128 step = Int128.Max(
            Jacobian.ScratchOf(fit.Sizes, fit.From, fit.Count, fit.Options.PackedBytes),
            ClassAveragedGram.ScratchOf(fit.Sizes, fit.From, fit.Count, fit.Options.Solver, fit.LeastDamping));
        return fit.LeavesOneOut ? Int128.Max(step, LeaveOneOutErrors.ScratchOf(fit.Count)) : step;
    }

    /// <summary>Chooses the damping; null where that is not asked for.</summary>
    public LeaveOneOut? LeaveOneOut { get; }

    /// <summary>Seconds per stage since <see cref="StageClock.Restart"/>.</summary>
    public StageClock Clock { get; }

    /// <summary>s^2 of the steps; chosen by the first one while it is 0.</summary>
    public float HiddenStepScale { get; set; }

    /// <summary>How the last system was solved.</summary>
    public SolverChoice Solver => _gram.Solver.Choice;

    /// <summary>Iterations of the last solve.</summary>
    public int CgIterations { get; private set; }

    /// <summary>Decrease of the loss that the last solve promises.</summary>
    public double PredictedDecrease { get; private set; }

    /// <summary>
    /// What the last solve adds to the penalty mu_0 |W - W_0|^2 / (2 s^2) where leave-one-out chooses; else 0.
    /// </summary>
    public double PenaltyIncrease { get; private set; }

    /// <summary>The damping that was used, relative to trace(K) / n: what was asked for, or more where K is singular.</summary>
    public double Damping { get; private set; }

    /// <summary>mu that was used, absolute.</summary>
    public double Mu => _mu;

    /// <summary>Chooses mu_0 by leave-one-out at the present point.</summary>
    public void ChooseShrinkage(Tape tape)
    {
        Prepare(tape);
        Clock.Start(Stage.Validation);
        if (_gram.Trace > 0)
            _shrinkage = LeaveOneOut!.Choose(_gram.Matrix, _gram.Trace / tape.Data.Count);
        Clock.Stop();
    }

    /// <summary>Computes a step and tries it on its data; leaves the trial state in <see cref="Tape.Trial"/>.</summary>
    /// <returns>The loss of the trial.</returns>
    public double Try(Tape tape, double relativeDamping)
    {
        Prepare(tape);
        Solve(tape, relativeDamping);
        Clock.Start(Stage.Forward);
        _pending.StageStep();
        _pending.Run(tape.Trial, tape.State.Of(_jacobian.From).PreActivations, _jacobian.ProductsOf(_jacobian.From), tape.Certified);
        double loss = tape.TrialLoss();
        Clock.Stop();
        return loss;
    }

    /// <summary>Tries the same step on held-out data.</summary>
    /// <param name="heldOut">The data.</param>
    /// <param name="tape">The data that the step was computed on.</param>
    /// <param name="products">Inner products of the two sets of features.</param>
    /// <param name="refill">Whether the products are still those of other data.</param>
    public double TryOn(Tape heldOut, Tape tape, PanelMatrix products, bool refill)
    {
        Clock.Start(Stage.Validation);
        if (refill)
            _pending.InnerProducts(heldOut.Features, tape.Features, products);
        _pending.Run(heldOut.Trial, heldOut.State.Of(_jacobian.From).PreActivations, products, heldOut.Certified);
        double loss = heldOut.TrialLoss();
        Clock.Stop();
        return loss;
    }

    /// <summary>Makes the step part of the weights; the trial state becomes the present one by <see cref="Tape.Accept"/>.</summary>
    public void Commit(Tape tape)
    {
        // A step is folded in whole or not at all: cancellation waits until it is.
        using var shield = new CancellationShield(_kernels.Team);
        Clock.Start(Stage.Update);
        _pending.Commit(tape.State, tape.TransposedFeatures);
        if (_multipliers is not null)
            _kernels.Kernels.Axpy(1.0, _alpha.Span, _multipliers.Span);
        _isPrepared = false;
        Clock.Stop();
    }

    /// <summary>
    /// Says that the tape keeps its data for the whole training: the lowest trained layer then need not be touched until the end.
    /// </summary>
    public void KeepData(Tape tape)
    {
        if (tape.State.Finder is { ReadsWeights: true })
            _pending.StepWeights(tape.TransposedFeatures);
        else
            _pending.KeepImplicit(tape.TransposedFeatures, tape.State.Of(_jacobian.From).Sets.Active);
    }

    /// <summary>Says that the tape has other data.</summary>
    public void MoveToOtherData()
    {
        _gram.Forget();
        _isPrepared = false;
    }

    void ILinearSystem.Apply(NativeBuffer<double> x, NativeBuffer<double> result)
    {
        int length = _work.Span.Length;
        x.Slice(0, length).CopyTo(_work.Span);
        _jacobian.MultiplyGram(_work, _workResult);
        _workResult.Span.CopyTo(result.Slice(0, length));
        _kernels.Kernels.Axpy(_mu, x.Slice(0, length), result.Slice(0, length));
    }

    void ILinearSystem.Precondition(NativeBuffer<double> residual) => _gram.Solver.Solve(residual, _residual.Stride);

    /// <summary>Adds what is kept beside the weights to them, as the flush policy says.</summary>
    public void Finish() => _pending.Finish();

    public void Dispose()
    {
        _pending.Dispose();
        _jacobian.Dispose();
        _gram.Dispose();
        _gradients.Dispose();
        _residual.Dispose();
        _alpha.Dispose();
        _multipliers?.Dispose();
        LeaveOneOut?.Dispose();
        _left.Dispose();
        _work.Dispose();
        _workResult.Dispose();
    }

    /// <summary>K at the present point; kept while trials are dropped.</summary>
    private void Prepare(Tape tape)
    {
        if (_isPrepared)
            return;
        Clock.Start(Stage.PullBack);
        foreach (OutputVector vector in (ReadOnlySpan<OutputVector>)[_residual, _alpha, _left, _work, _workResult])
            vector.Reshape(tape.Data.Count, tape.Data.Outputs);
        _jacobian.MoveTo(tape.State);
        Clock.Start(Stage.Gram);
        _gram.MeasureInputs(tape.State);
        _gram.Build(tape.State, _options.Seed, HiddenStepScale, _chooseScale, Clock);
        HiddenStepScale = _jacobian.HiddenStepScale;
        tape.Cotangent(_residual);
        if (LeaveOneOut is not null)
        {
            Clock.Start(Stage.Validation);
            if (_multipliers!.Count == 0)
                _multipliers.Reshape(tape.Data.Count, tape.Data.Outputs);
            LeaveOneOut.MoveTo(tape.State, _residual);
        }
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

    private void Solve(Tape tape, double relativeDamping)
    {
        double scale = _gram.Trace / tape.Data.Count;
        _mu = relativeDamping * scale + _shrinkage;
        Damping = _shrinkage > 0 ? _mu / scale : relativeDamping;

        // A singular K (duplicate rows, dead data) with no damping to speak of: the least mu that float64 can factor, or that an iteration
        // can live with, is used and reported.
        for (double least = (scale > 0 ? scale : 1) * 1e-12; !TrySolve(tape.Data.Outputs); least *= 100)
        {
            _mu = Math.Max(_mu, least);
            Damping = scale > 0 ? _mu / scale : relativeDamping;
            if (!double.IsFinite(_mu) || least > Math.Max(scale, 1) * 1e6)
                throw new ArithmeticException("the Gram matrix is not finite");
        }
        // The curvature that is solved with is the identity: the model of the loss falls from ||r||^2 / 2 to ||r - J J^T alpha||^2 / 2.
        PredictedDecrease = 0.5 * (_kernels.Kernels.Dot(_residual.Span, _residual.Span) - _kernels.Kernels.Dot(_left.Span, _left.Span));
        PenaltyIncrease = _multipliers is null ? 0 : MeasurePenalty(_multipliers);
        Clock.Stop();
    }

    /// <summary>
    /// Solves the system with the present damping. Stages the step and writes r - J J^T alpha to <c>_left</c>. Returns false when the
    /// system is singular.
    /// </summary>
    private bool TrySolve(int outputs)
    {
        Clock.Start(Stage.Factor);
        if (!_gram.Solver.Damp(_mu))
            return false;
        Clock.Start(Stage.Solve);
        _left.CopyFrom(_residual);
        if (_multipliers is not null)
            _kernels.Kernels.Axpy(-_shrinkage, _multipliers.Span, _left.Span);
        if (outputs == 1)
            return TrySolveOne();
        SolveSeveral();
        return true;
    }

    /// <summary>One output: K is J J^T.</summary>
    private bool TrySolveOne()
    {
        IterationResult solved = _gram.Solver.Solve(_alpha.Span, _left.Span, _alpha.Stride);
        CgIterations = solved.Iterations;
        if (solved.End != IterationEnd.Tolerance)
            return false;
        if (Solver == SolverChoice.DirectSketch)
        {
            // The sketch does not know its own error: the operator itself is asked what the linear model leaves, and holds the step by the
            // way. A step that would leave more than there was is no solution: where the Jacobian is singular, what the sketch makes of it
            // has to be damped.
            _jacobian.MultiplyGram(_alpha, _workResult);
            _left.CopyFrom(_residual);
            _kernels.Kernels.Axpy(-1.0, _workResult.Span, _left.Span);
            return _kernels.Kernels.Dot(_left.Span, _left.Span) <= _kernels.Kernels.Dot(_residual.Span, _residual.Span);
        }

        // The Jacobian still has the pull-back of 1 that K was made of, also after a dropped trial.
        AddDamped();
        _jacobian.StageScaledStep(_alpha);
        return true;
    }

    /// <summary>Several outputs: conjugate gradients on the full operator, which the averaged K preconditions.</summary>
    private void SolveSeveral()
    {
        int length = _residual.Span.Length;
        CgIterations = _gradients.Solve(
            _kernels.Kernels, this, _alpha.Buffer, _left.Buffer, length, _options.CgTolerance, _options.CgIterations).Iterations;
        if (CgIterations == 0 && _kernels.Kernels.Dot(_residual.Span, _residual.Span) > 0)
            throw new ArithmeticException("the Jacobian is not finite");
        AddDamped();
        _jacobian.PullBack(_alpha);
        _jacobian.StageStep();
    }

    /// <summary>r - J J^T alpha from what the solver left of its system.</summary>
    private void AddDamped()
    {
        _kernels.Kernels.Axpy(_mu, _alpha.Span, _left.Span);
        if (_multipliers is not null)
            _kernels.Kernels.Axpy(_shrinkage, _multipliers.Span, _left.Span);
    }

    /// <summary>mu_0 / 2 ((gamma + alpha)^T K (gamma + alpha) - gamma^T K gamma), with K alpha = r - what is left.</summary>
    private double MeasurePenalty(OutputVector multipliers)
    {
        _work.CopyFrom(_residual);
        _kernels.Kernels.Axpy(-1.0, _left.Span, _work.Span);
        return _shrinkage * (_kernels.Kernels.Dot(multipliers.Span, _work.Span) + 0.5 * _kernels.Kernels.Dot(_alpha.Span, _work.Span));
    }
}
