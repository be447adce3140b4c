using Subquad.Activity;
using Subquad.Data;
using Subquad.Engine;
using Subquad.Layers;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;
using Subquad.Solvers;

namespace Subquad.Optimizers.GaussNewton;

/// <summary>
/// Chooses the penalty mu by the leave-one-out error of the network linearised at W_t and fitted from W_0: (K_t + mu I) b = y - f_t +
/// J_t (W_t - W_0), e_i = b_i / [(K_t + mu I)^-1]_ii. Transforms, s^2 and K are those of all rows. From W_t alone the estimate would fall
/// to zero, since row i has shaped its own residual in earlier steps. Exact for this linear model with one output; with several it is that
/// of the class-averaged one.
/// </summary>
internal sealed class LeaveOneOut : IDisposable
{
    public const int LeastRows = 8, MostRows = 4000;

    // Dampings tried at the first point and at a later one: a factorisation of many rows costs more than the rest of a step.
    private const int FewRows = 1500, MostAtFirst = 8, MostOfManyAtFirst = 3, MostLater = 3, MostOfManyLater = 1;

    private const double CoarseFactor = 10, LeastRelative = 1e-8;
    private static readonly double s_fineFactor = Math.Sqrt(CoarseFactor);

    private readonly TeamKernels _kernels;
    private readonly WeightChange _change;
    private readonly LeaveOneOutErrors _solver;
    private readonly double _start;
    private readonly PanelMatrix _outputs = new(1, 1);
    private OutputVector _errors = new(), _tried = new();
    private readonly OutputVector _right = new();
    private bool _hasBegun;
    private int _left;
    private double _mu, _squares = double.PositiveInfinity, _least;

    /// <param name="kernels">Verbs.</param>
    /// <param name="layers">Parameters.</param>
    /// <param name="from">The first trained hidden layer, from 0.</param>
    /// <param name="options">How it trains.</param>
    public LeaveOneOut(TeamKernels kernels, LayerStack layers, int from, GaussNewtonOptions options)
    {
        (_kernels, _start) = (kernels, options.Damping > 0 ? options.Damping : 1);
        _change = new WeightChange(kernels, layers, from, options.TrainOutput);
        _solver = new LeaveOneOutErrors(kernels);
    }

    /// <summary>Bytes held for the data of a step.</summary>
    public static Int128 BytesOf(NetworkSize network, int from, int count, bool trainsOutput) =>
        WeightChange.BytesOf(network, from, count, trainsOutput) + LeaveOneOutErrors.BytesOf(count)
        + 3 * OutputVector.BytesOf(count, network.Outputs) + PanelMatrix.BlockBytesOf(network.Outputs, count);

    /// <summary>The outputs for each row by the model that was fitted without it, outputs x data.</summary>
    public PanelMatrix Outputs => _outputs;

    /// <summary>The sum of squared errors of the choice.</summary>
    public double Squares => _squares;

    /// <summary>
    /// The options with the choice made: leave-one-out is on, and the system is solved by Cholesky, or it is off.
    /// </summary>
    /// <param name="options">How it trains.</param>
    /// <param name="isFirst">Whether the network was not trained before.</param>
    /// <param name="residual">Whether a residual block is trained.</param>
    /// <param name="count">Data of the training.</param>
    /// <param name="heldOut">Held-out data.</param>
    /// <exception cref="ArgumentException">It is on, and something rules it out.</exception>
    public static GaussNewtonOptions Decide(GaussNewtonOptions options, bool isFirst, bool residual, int count, int heldOut)
    {
        string? obstacle = options.LeaveOneOut == LeaveOneOutChoice.Off ? "off"
            : options.Batch > 0 && options.Batch < count ? $"all rows in a step (Batch), found {options.Batch} of {count}"
            : heldOut > 0 ? $"no held-out rows, found {heldOut}"
            : !options.AdaptDamping ? "AdaptDamping, found a fixed damping"
            : options.Solver is not (SolverChoice.Automatic or SolverChoice.Cholesky) ? $"the solver Cholesky, found {options.Solver}"
            : IncrementalActiveSetFinder.SearchesWeights(options.Activity) ? $"no search over weights, found {options.Activity}"
            : residual ? "no residual block among the trained layers"
            : null;
        if (options.LeaveOneOut == LeaveOneOutChoice.On && obstacle is not null)
            throw new ArgumentException($"LeaveOneOut: expected {obstacle}");
        bool isOn = obstacle is null
            && (options.LeaveOneOut == LeaveOneOutChoice.On || isFirst && count is >= LeastRows and <= MostRows);
        return isOn ? options with { LeaveOneOut = LeaveOneOutChoice.On, Solver = SolverChoice.Cholesky }
            : options with { LeaveOneOut = LeaveOneOutChoice.Off };
    }

    /// <summary>Moves to another point.</summary>
    /// <param name="state">The training data at that point.</param>
    /// <param name="residual">f - y there.</param>
    public void MoveTo(BatchState state, OutputVector residual)
    {
        foreach (OutputVector vector in (ReadOnlySpan<OutputVector>)[_right, _errors, _tried])
            vector.Reshape(residual.Count, residual.Outputs);
        if (!_hasBegun)
            _change.Begin(state);
        _hasBegun = true;
        _change.PushForward(state, _right);
        _kernels.Kernels.Axpy(-1.0, residual.Span, _right.Span);
    }

    /// <summary>
    /// Chooses a damping: at the first point by powers of ten and then by their roots, later among the last one and its neighbours. The
    /// errors may have other minima far away, which a few steps reach if they stay lower. With many rows it stays where it was.
    /// </summary>
    /// <param name="gram">K_t.</param>
    /// <param name="scale">trace(K_t) / n.</param>
    /// <returns>mu, absolute.</returns>
    public double Choose(DampedGram gram, double scale)
    {
        bool isFirst = _mu == 0;
        if (isFirst)
            _mu = _start * scale;
        bool isSmall = _right.Count <= FewRows;
        _left = isFirst ? (isSmall ? MostAtFirst : MostOfManyAtFirst) : isSmall ? MostLater : MostOfManyLater;
        (_squares, _least) = (double.PositiveInfinity, LeastRelative * scale);
        _ = Try(gram, _mu);
        if (isFirst)
            _ = Follow(gram, 1 / CoarseFactor) || Follow(gram, CoarseFactor);
        double best = _mu;
        if (!Try(gram, best / s_fineFactor) || isFirst)
            _ = Try(gram, best * s_fineFactor);
        return _mu;
    }

    /// <summary>Writes <see cref="Outputs"/> of the choice.</summary>
    public void WriteOutputs(ReadOnlySpan<float> targets)
    {
        _outputs.SetShape(_errors.Outputs, _errors.Count);
        for (int datum = 0; datum < _errors.Count; datum++)
            for (int c = 0; c < _errors.Outputs; c++)
                _outputs[c, datum] = (float)(targets[datum * _errors.Outputs + c] - _errors[datum][c]);
    }

    public void Dispose()
    {
        foreach (IDisposable part in (ReadOnlySpan<IDisposable>)[_change, _solver, _outputs, _right, _errors, _tried])
            part.Dispose();
    }

    /// <summary>Multiplies the damping as long as that lowers the errors; whether it did.</summary>
    private bool Follow(DampedGram gram, double factor)
    {
        bool lowered = false;
        while (Try(gram, _mu * factor))
            lowered = true;
        return lowered;
    }

    /// <summary>Tries a damping; whether it is the best one so far at this point.</summary>
    private bool Try(DampedGram gram, double mu)
    {
        if (mu < _least || _left-- <= 0 || !_solver.TryCompute(gram, mu, _right, _tried))
            return false;
        double squares = _kernels.Kernels.Dot(_tried.Span, _tried.Span);
        if (!(squares < _squares))
            return false;
        (_mu, _squares) = (mu, squares);
        (_errors, _tried) = (_tried, _errors);
        return true;
    }
}
