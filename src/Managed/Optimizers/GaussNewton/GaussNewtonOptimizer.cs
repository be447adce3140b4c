using Subquad.Activity;
using Subquad.Engine;
using Subquad.Layers;
using Subquad.Losses;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;

namespace Subquad.Optimizers.GaussNewton;

/// <summary>
/// Gauss-Newton with Levenberg-Marquardt damping: linearise, solve, try, judge, commit or drop. On the same data the loss of accepted steps
/// never rises; on mini-batches each batch's does not.
/// </summary>
internal sealed class GaussNewtonOptimizer : IOptimizer
{
    private const int MostHeldOutRises = 2;

    // A step that lowers the leave-one-out errors by less is not worth taking.
    private const double LeastGain = 1 - 1e-3, LeastPromise = 1e-2;

    // Relative rounding of float32 in the outputs.
    private const double OutputNoise = 1e-7;

    private readonly TeamKernels _kernels;
    private readonly LayerStack _layers;
    private readonly GaussNewtonOptions _options;
    private readonly SquaredLoss _loss;
    private readonly int _from, _count;
    private readonly bool _keepsFlips;
    private readonly Damping _damping;
    private readonly Certificates? _certificates;
    private readonly GaussNewtonStep _step;
    private readonly PanelMatrix _heldOutProducts = new(1, 1);
    private bool _refillProducts = true, _isAccepted = true, _hasStepped;
    private int _heldOutRises;
    private double _ratio, _actual, _leastLeftOut = double.PositiveInfinity;
    private long[] _flips;

    /// <param name="kernels">Verbs.</param>
    /// <param name="layers">Parameters.</param>
    /// <param name="options">How it trains.</param>
    /// <param name="loss">What is lowered. The system that is solved has the curvature of this loss, the identity.</param>
    /// <param name="count">Data of the training, of which a mini-batch is a part.</param>
    /// <param name="keepsFlips">Whether flips are counted, for reports.</param>
    public GaussNewtonOptimizer(
        TeamKernels kernels, LayerStack layers, GaussNewtonOptions options, SquaredLoss loss, int count, bool keepsFlips)
    {
        (_kernels, _layers, _options, _loss, _count, _keepsFlips) = (kernels, layers, options, loss, count, keepsFlips);
        _from = FitSize.FromOf(options, layers.Hidden.Length);
        _flips = new long[layers.Hidden.Length - _from];
        _damping = new Damping(options.Damping, options.AdaptDamping);
        if (UsesCertificates(options, IsInBatches))
            _certificates = new Certificates(kernels, layers, _from, PolicyOf(options));
        _step = new GaussNewtonStep(kernels, layers, _from, options, _certificates);
    }

    /// <summary>s^2; chosen by the first step when it is 0.</summary>
    public float HiddenStepScale
    {
        get => _step.HiddenStepScale;
        init => _step.HiddenStepScale = value;
    }

    public StageClock Clock => _step.Clock;

    public LeftOutRows? LeftOut { get; private set; }

    private bool IsInBatches => _options.Batch > 0 && _options.Batch < _count;

    /// <summary>
    /// Bytes held for a fit: the tapes, one step, and what is carried from step to step. Beside the scratch of the workers, this is all
    /// native memory that a fit takes.
    /// </summary>
    public static Int128 BytesOf(FitSize fit)
    {
        (NetworkSize network, GaussNewtonOptions options, int from) = (fit.Sizes, fit.Options, fit.From);
        ActivityStrategy strategy = fit.Strategy;
        bool stepsWeights = IncrementalActiveSetFinder.SearchesWeights(strategy);
        Int128 bytes = GaussNewtonStep.BytesOf(fit)
            + Tape.BytesOf(network, from, fit.Count, isTrained: true, options.Steps, strategy, layer => IsCovered(layer, fit.Count))
            + Tape.BytesOf(fit.HeldOutSizes, from, fit.HeldOut, isTrained: false, fit.TriedHeldOut > 0 ? options.Steps : 0, strategy,
                layer => IsCovered(layer, fit.TriedHeldOut));
        if (fit.IsInBatches)
            return bytes;
        bytes += ConstantInputPass.KeptBytesOf(network.Hidden[from], fit.Count, stepsWeights, options.Flush)
            + (fit.HeldOut > 0 ? PanelMatrix.BlockBytesOf(fit.HeldOut, fit.Count) : 0);
        return UsesCertificates(options, isInBatches: false)
            ? bytes + Certificates.BytesOf(network, from, fit.Count, fit.HeldOut, PolicyOf(options), options.Threads) : bytes;

        bool IsCovered(LayerSize layer, int count) => UsesCertificates(options, fit.IsInBatches)
            && Certificates.Covers(layer, count, PolicyOf(options), options.Threads);
    }

    public Tape NewTape()
    {
        Layer lowest = _layers.Hidden[_from];
        ActivityStrategy strategy =
            StrategyFor(_options, IsInBatches, _from, lowest.Width, lowest.Inputs, lowest.ExpectedDensity, _count);
        IncrementalActiveSetFinder? finder = IncrementalActiveSetFinder.For(strategy, _kernels, lowest);
        return new Tape(_kernels, _layers, _from, _loss, finder, _certificates);
    }

    public void KeepData(Tape tape) => _step.KeepData(tape);

    public void MoveToOtherData()
    {
        _step.MoveToOtherData();
        _refillProducts = true;
    }

    public StepOutcome Step(int number, Tape tape, Tape? heldOut)
    {
        double before = tape.Loss, trial;
        try
        {
            if (_step.LeaveOneOut is not null && _isAccepted)
                _step.ChooseShrinkage(tape);
            trial = _step.Try(tape, _damping.Relative);
        }
        catch (ArithmeticException failure)
        {
            string found = FiniteCheck.FirstBadLayer(_layers) is { } bad
                ? $"a weight of {bad} is not finite"
                : $"{failure.Message} from hidden layer {_from + 1} on";
            return StepOutcome.None(StopReason.NonFinite, $"step {number}: {found}");
        }
        double promised = _step.PredictedDecrease - _step.PenaltyIncrease;
        if (_options.AdaptDamping && promised < OutputNoise * Math.Sqrt(2 * before * tape.SquaredOutputs()))
            return StepOutcome.None(StopReason.Rounding, $"step {number} could lower the residual only below the rounding of the outputs");
        double actual = FiniteCheck.FirstBadState(tape.Trial) is null ? before - trial : double.NaN;
        if (_step.LeaveOneOut is { } chosen && JudgeLeftOut(number, tape, chosen, promised) is { } end)
            return end;
        bool accepted = _damping.Judge(promised, actual - _step.PenaltyIncrease);
        StepOutcome outcome = new(IsTaken: true, accepted);
        double heldOutTrial = 0;
        if (accepted && heldOut is not null)
            (outcome, heldOutTrial) = JudgeHeldOut(number, tape, heldOut);
        Keep(tape, outcome.IsAccepted, Math.Sqrt(2 * trial) / Math.Sqrt(2 * before), actual);
        if (outcome.IsAccepted)
        {
            _step.Commit(tape);
            tape.Accept(trial);
            heldOut?.Accept(heldOutTrial);
        }
        return outcome.Stop is null ? End(outcome, number, trial) : outcome;
    }

    public StepReport Complete(StepReport common, Tape tape)
    {
        BatchState state = _isAccepted ? tape.State : tape.Trial;
        // Before the first step there is nothing to tell; a step that only set the output to zero left no residual.
        (double damping, double ratio) = _hasStepped ? (_step.Damping, _ratio) : common.Step == 0 ? (0, 1) : (_damping.Relative, 0);
        return new GaussNewtonStepReport(common)
        {
            ResidualRatio = ratio,
            Damping = damping,
            Accepted = _isAccepted,
            LeaveOneOutIsAveraged = LeftOut is { Outputs.Rows: > 1 },
            Solver = common.Step == 0 ? null : _step.Solver,
            CgIterations = _step.CgIterations,
            PredictedDecrease = _step.PredictedDecrease,
            ActualDecrease = _actual,
            Flips = _flips,
            DeadData = tape.State.Hidden.Max(hidden => hidden.Sets.Dead),
            Reevaluated = [.. state.Hidden.Select(hidden => hidden.Reevaluated)],
        };
    }

    public void Finish() => _step.Finish();

    public void Dispose()
    {
        _step.Dispose();
        _heldOutProducts.Dispose();
        _certificates?.Dispose();
    }

    /// <summary>How the active sets of the lowest trained layer are found.</summary>
    internal static ActivityStrategy StrategyFor(
        GaussNewtonOptions options, bool isInBatches, int from, int width, int inputs, double density, int count) => options.Activity switch
    {
        _ when isInBatches => ActivityStrategy.Full,
        ActivityStrategy.Automatic when from == 0 && ActivityCosts.CheapestForFirst(width, inputs, density, count) is var cheapest
            // A search over weights has no pre-activations, which leave-one-out needs.
            => options.LeaveOneOut == LeaveOneOutChoice.On && IncrementalActiveSetFinder.SearchesWeights(cheapest)
                ? ActivityStrategy.Full : cheapest,
        var strategy => strategy,
    };

    // A mini-batch is used for one or two trials, so a reference does not pay.
    private static bool UsesCertificates(GaussNewtonOptions options, bool isInBatches) =>
        options.Activity != ActivityStrategy.Full && !isInBatches;

    private static CertificatePolicy PolicyOf(GaussNewtonOptions options) =>
        options.Certificates with { FollowsCosts = options.Activity != ActivityStrategy.Certified };

    /// <summary>
    /// Ends the training when the leave-one-out errors no longer fall and the network is near the model that they belong to: when the step
    /// could gain little.
    /// </summary>
    private StepOutcome? JudgeLeftOut(int number, Tape tape, LeaveOneOut chosen, double promised)
    {
        if (!double.IsFinite(chosen.Squares))
            return null;
        if (chosen.Squares >= LeastGain * _leastLeftOut && promised < LeastPromise * tape.Loss)
        {
            string losses = $"{tape.MeanOf(_leastLeftOut / 2):g5}, with this step {tape.MeanOf(chosen.Squares / 2):g5}";
            return StepOutcome.None(StopReason.Validation, $"step {number} would not lower the leave-one-out loss of {losses}");
        }
        _leastLeftOut = Math.Min(_leastLeftOut, chosen.Squares);
        chosen.WriteOutputs(tape.Data.Targets);
        LeftOut = new(chosen.Outputs, chosen.Squares / 2);
        return null;
    }

    /// <summary>Tries an accepted step on the held-out data, and drops it where it raises their loss.</summary>
    private (StepOutcome Outcome, double Loss) JudgeHeldOut(int number, Tape tape, Tape heldOut)
    {
        double trial = _step.TryOn(heldOut, tape, _heldOutProducts, _refillProducts);
        _refillProducts = false;
        if (!_options.AdaptDamping || heldOut.MeanOf(trial) < heldOut.MeanOf(heldOut.Loss))
        {
            _heldOutRises = 0;
            return (new(IsTaken: true, IsAccepted: true), trial);
        }
        // More damping may help once. After a second such step in a row, fitting the training data further does not generalise.
        _damping.Raise();
        if (++_heldOutRises < MostHeldOutRises)
            return (new(IsTaken: true, IsAccepted: false), trial);
        string losses = $"from {heldOut.MeanOf(heldOut.Loss):g5} to {heldOut.MeanOf(trial):g5}";
        string message = $"step {number} would raise the validation loss {losses} and was dropped";
        return (new(IsTaken: true, IsAccepted: false, StopReason.Validation, message), trial);
    }

    /// <summary>Keeps what a report tells of the step, while the tape still holds both states.</summary>
    private void Keep(Tape tape, bool accepted, double ratio, double actual)
    {
        (_hasStepped, _isAccepted, _ratio, _actual) = (true, accepted, ratio, actual);
        if (!_keepsFlips)
            return;
        _flips = new long[_layers.Hidden.Length - _from];
        for (int i = 0; i < _flips.Length; i++)
            _flips[i] = tape.FlipsOf(_from + i);
    }

    /// <summary>Ends training if the damping is exhausted, or if it may not adapt and the step was dropped.</summary>
    private StepOutcome End(StepOutcome outcome, int number, double trial)
    {
        if (!outcome.IsAccepted && !_options.AdaptDamping)
            return outcome with { Stop = StopReason.NonFinite, Message = $"step {number}: the loss is not finite after layer {_from + 1}" };
        if (!_damping.IsExhausted)
            return outcome;
        return double.IsFinite(trial)
            ? outcome with { Stop = StopReason.Damping, Message = $"no step lowers the loss any more (step {number})" }
            : outcome with { Stop = StopReason.NonFinite, Message = $"step {number}: the loss is not finite from layer {_from + 1} on" };
    }
}
