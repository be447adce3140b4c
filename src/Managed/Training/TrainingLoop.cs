using System.Diagnostics;
using Subquad.Data;
using Subquad.Engine;
using Subquad.Evaluation;
using Subquad.Layers;
using Subquad.Optimizers;
using Subquad.Simd.Threading;

namespace Subquad.Training;

/// <summary>
/// One training: takes the steps of an optimizer, on all data or epoch by epoch on mini-batches, follows the held-out data, reports, and
/// ends when one of the reasons to stop holds.
/// </summary>
internal sealed class TrainingLoop : IDisposable
{
    private readonly TeamKernels _kernels;
    private readonly LayerStack _layers;
    private readonly TrainingPlan _plan;
    private readonly IOptimizer _optimizer;
    private readonly TargetTransform _target;
    private readonly IProgress<StepReport>? _progress;
    private readonly IBatchSource _source;
    private readonly RowBatch? _heldOutRows;
    private readonly Tape _tape;
    private readonly Tape? _heldOut;
    private bool _endsEpoch, _heldOutIsCurrent = true;
    private int _steps, _accepted, _epoch;
    private Score _score = Score.None, _heldOutScore = Score.None;
    private Score? _leftOutScore;

    /// <param name="kernels">Verbs.</param>
    /// <param name="layers">Parameters.</param>
    /// <param name="plan">How long.</param>
    /// <param name="optimizer">Takes the steps.</param>
    /// <param name="target">The targets' transform.</param>
    /// <param name="source">Training data.</param>
    /// <param name="heldOut">Held-out data, or null.</param>
    /// <param name="progress">Told of every step; null when nobody listens.</param>
    public TrainingLoop(
        TeamKernels kernels, LayerStack layers, TrainingPlan plan, IOptimizer optimizer, TargetTransform target,
        IBatchSource source, RowBatch? heldOut, IProgress<StepReport>? progress)
    {
        (_kernels, _layers, _plan, _optimizer, _target) = (kernels, layers, plan, optimizer, target);
        (_source, _heldOutRows, _progress) = (source, heldOut, progress);
        kernels.CountsLines = plan.CountsLines;
        _tape = optimizer.NewTape();
        _heldOut = heldOut is null ? null : optimizer.NewTape();
    }

    /// <summary>Told of every accepted step and its loss, before the report; null when nobody listens.</summary>
    public Action<int, double>? Accepted { get; init; }

    private bool IsInBatches => _source.Whole is null;

    /// <summary>Runs until a reason to stop.</summary>
    public TrainingResult Run()
    {
        try
        {
            if (FiniteCheck.FirstBadLayer(_layers) is { } bad)
                return Ended(StopReason.NonFinite, $"step 0: a weight of {bad} is not finite");
            return _source.Whole is { } rows ? RunAll(rows) : RunBatches();
        }
        catch (OperationCanceledException)
        {
            return Ended(StopReason.Cancelled, $"cancelled in step {_steps}; the weights are those of the last accepted step");
        }
        finally
        {
            _optimizer.Finish();
        }
    }

    /// <summary>
    /// What makes probabilities of the scores, fitted to the held-out data, or to rows that were left out; null where neither were measured.
    /// </summary>
    public Calibration? Calibrate() => HeldOutIsMeasured && double.IsFinite(_heldOutScore.Loss)
        ? Calibrator.Fit(_heldOut!.State.Outputs, _heldOut.Data, _target)
        : _optimizer.LeftOut is { } rows ? Calibrator.Fit(rows.Outputs, _tape.Data, _target) : null;

    public void Dispose()
    {
        _tape.Dispose();
        _heldOut?.Dispose();
    }

    private TrainingResult RunAll(RowBatch rows)
    {
        // The first forward pass belongs to no trial: the report on the state before training tells what it cost.
        _optimizer.Clock.Start(Stage.Forward);
        Load(rows);
        _optimizer.Clock.Stop();
        LoadHeldOut();
        _optimizer.KeepData(_tape);
        Report();
        double atZero = _tape.LossAtZero(), goal = _plan.Tolerance * _plan.Tolerance * atZero;
        if (atZero == 0 && _plan.TrainsOutput && _plan.Steps > 0)
            return TakeConstantStep(rows);
        while (true)
        {
            if (NotFinite() is { } message)
                return Ended(StopReason.NonFinite, message);
            if (_tape.Loss <= goal)
                return Ended(StopReason.Residual, $"the residual is below {_plan.Tolerance:g2} of the targets");
            if (_steps >= _plan.Steps)
                return AllStepsDone();
            if (TakeStep() is { } ended)
                return ended;
        }
    }

    private TrainingResult RunBatches()
    {
        LoadHeldOut();
        while (true)
        {
            double lastHeldOut = _heldOut is null ? double.PositiveInfinity : _heldOutScore.Loss;
            foreach (EpochBatch batch in _source.Epoch(_epoch))
            {
                _endsEpoch = batch.IsLast;
                Load(batch.Rows);
                _optimizer.MoveToOtherData();
                if (_steps == 0)
                    Report();
                if (NotFinite() is { } message)
                    return Ended(StopReason.NonFinite, message);
                TrainingResult? ended = _steps < _plan.Steps ? TakeStep() : null;
                if (ended is { Reason: not (StopReason.Rounding or StopReason.Damping or StopReason.Validation) })
                    return ended;
                if (_steps < _plan.Steps)
                    continue;
                MeasureHeldOut();
                return AllStepsDone();
            }
            _epoch++;
            MeasureHeldOut();
            if (_heldOut is not null && _heldOutScore.Loss > lastHeldOut)
                return Ended(StopReason.Validation, $"the validation loss rose in epoch {_epoch}");
        }
    }

    /// <summary>Targets that never vary are zero after their transform: outputs of 0 are the exact answer, in one step.</summary>
    private TrainingResult TakeConstantStep(RowBatch rows)
    {
        using var shield = new CancellationShield(_kernels.Team);
        _steps = _accepted = 1;
        _layers.ClearOutput();
        Load(rows);
        LoadHeldOut();
        Accepted?.Invoke(_steps, _score.Loss);
        Report();
        return Ended(StopReason.Residual, "the targets never vary; the outputs are now constant");
    }

    /// <summary>One step; null to go on.</summary>
    private TrainingResult? TakeStep()
    {
        _steps++;
        _optimizer.Clock.Restart();
        using System.Diagnostics.Activity? activity = Telemetry.StartStep(_steps, _kernels.Kernels.Name);
        long started = Stopwatch.GetTimestamp();
        Tape? followed = IsInBatches ? null : _heldOut;
        StepOutcome outcome = _optimizer.Step(_steps, _tape, followed);
        if (!outcome.IsTaken)
            return Ended(outcome.Stop!.Value, outcome.Message);
        if (outcome.IsAccepted)
        {
            _accepted++;
            _leftOutScore = LeftOutScore() ?? _leftOutScore;
            _score = ScoreOf(_tape);
            _heldOutIsCurrent = _heldOut is null || followed is not null;
            if (followed is not null)
                _heldOutScore = ScoreOf(followed);
            // This comes before the validation, which may be cancelled: the step is already part of the weights.
            Accepted?.Invoke(_steps, _score.Loss);
        }
        // On mini-batches a look at the held-out data costs as much as several steps.
        if (_endsEpoch || _steps >= _plan.Steps)
            MeasureHeldOut();
        Telemetry.StepDone(Stopwatch.GetElapsedTime(started).TotalSeconds, _score.Loss, outcome.IsAccepted);
        Report();
        return outcome.Stop is { } reason ? Ended(reason, outcome.Message) : null;
    }

    private void Load(RowBatch rows)
    {
        _tape.Load(rows, isTrained: true);
        _score = ScoreOf(_tape);
    }

    private void LoadHeldOut()
    {
        if (_heldOut is null)
            return;
        _heldOut.Load(_heldOutRows!, isTrained: false);
        _heldOutScore = ScoreOf(_heldOut);
    }

    /// <summary>Scores the held-out data by the present weights, unless that was done.</summary>
    private void MeasureHeldOut()
    {
        if (_heldOutIsCurrent)
            return;
        _optimizer.Clock.Start(Stage.Validation);
        LoadHeldOut();
        _optimizer.Clock.Stop();
        _heldOutIsCurrent = true;
    }

    private Score? LeftOutScore() => _optimizer.LeftOut is { } rows ? Score.Of(rows.Loss, rows.Outputs, _tape.Data, _target) : null;

    private Score ScoreOf(Tape tape) => Score.Of(tape.Loss, tape.State.Outputs, tape.Data, _target);

    /// <summary>
    /// Names the part of the present state that is not finite. The loss alone does not show it: an overflow in a lower layer may silence
    /// every neuron above, and the loss is then finite.
    /// </summary>
    private string? NotFinite()
    {
        if (_tape.FirstBadLayer is { } layer)
            return $"step {_steps}: what leaves hidden layer {layer + 1} is not finite";
        return double.IsFinite(_tape.Loss) ? null : $"step {_steps}: what leaves the output layer is not finite";
    }

    private TrainingResult AllStepsDone() => Ended(StopReason.Steps, _steps == 1 ? "1 step done" : $"{_steps} steps done");

    private TrainingResult Ended(StopReason reason, string message) =>
        new(reason, message, _steps, _accepted, _score.Loss, _score.Metric, HeldOutIsMeasured ? _heldOutScore.Metric : null)
        {
            LeaveOneOutMetric = _leftOutScore?.Metric,
        };

    private bool HeldOutIsMeasured => _heldOut is { Data: not null } && _heldOutIsCurrent;

    private void Report()
    {
        if (_progress is null)
            return;
        Dictionary<string, long> multiplyAdds = PerStage(_optimizer.Clock.MultiplyAdds);
        Dictionary<string, long>? touchedLines = _plan.CountsLines ? PerStage(_optimizer.Clock.TouchedLines) : null;
        _progress.Report(_optimizer.Complete(new StepReport
        {
            Step = _steps,
            Epoch = _steps == 0 ? 0 : IsInBatches ? _epoch + 1 : _steps,
            Loss = _score.Loss,
            TrainMetric = _score.Metric,
            ValidationMetric = HeldOutIsMeasured ? _heldOutScore.Metric : null,
            ValidationLoss = HeldOutIsMeasured ? _heldOutScore.Loss : null,
            LeaveOneOutLoss = _leftOutScore?.Loss,
            LeaveOneOutMetric = _leftOutScore?.Metric,
            Active = [.. _tape.State.Hidden.Select(hidden => hidden.Sets.Active.Density)],
            Seconds = PerStage(stage => _optimizer.Clock[stage]),
            MultiplyAdds = multiplyAdds.Values.Sum(),
            StageMultiplyAdds = multiplyAdds,
            TouchedLines = touchedLines?.Values.Sum(),
            StageTouchedLines = touchedLines,
        }, _tape));
    }

    private static Dictionary<string, T> PerStage<T>(Func<Stage, T> measure) =>
        Enum.GetValues<Stage>().ToDictionary(stage => stage.ToString().ToLowerInvariant(), measure);
}
