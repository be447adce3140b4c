using System.Diagnostics;
using Subquad.Activity;
using Subquad.Data;
using Subquad.Engine;
using Subquad.Evaluation;
using Subquad.Layers;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;

namespace Subquad.Trainers;

/// <summary>One training run: takes steps until one of the reasons to stop holds. On all data the accepted losses never rise; on mini-batches each batch's does not.</summary>
internal sealed class GaussNewtonRun : IDisposable
{
    private readonly TeamKernels _kernels;
    private readonly LayerStack _layers;
    private readonly GaussNewtonOptions _options;
    private readonly IProgress<StepReport>? _progress;
    private readonly int _from;
    private readonly Damping _damping;
    private readonly Certificates? _certificates;
    private readonly GaussNewtonStep _step;
    private readonly TrainingBatch _batch;
    private readonly TrainingBatch? _heldOut;
    private readonly PanelMatrix _heldOutProducts = new(1, 1);
    private readonly PreparedData _data;
    private readonly PreparedData? _heldOutData;
    private const int MostHeldOutRises = 2;

    private bool _refillProducts = true, _endsEpoch, _heldOutIsCurrent = true;
    private int _steps, _accepted, _heldOutRises;

    public GaussNewtonRun(
        TeamKernels kernels, LayerStack layers, TargetTransform target, GaussNewtonOptions options, PreparedData data, PreparedData? heldOut, IProgress<StepReport>? progress)
    {
        _kernels = kernels;
        kernels.CountsLines = options.CountLines;
        _layers = layers;
        _options = options;
        _progress = progress;
        _from = (options.TrainFrom ?? layers.Hidden.Length) - 1;
        _damping = new Damping(options.Damping, options.AdaptDamping);
        _data = data;
        // A mini-batch is seen for one trial or two: no reference pays.
        if (options.Activity != ActivityStrategy.Full && !IsInBatches)
            _certificates = new Certificates(kernels, layers, _from, options.Policy with { FollowsCosts = options.Activity != ActivityStrategy.Certified });
        _step = new GaussNewtonStep(kernels, layers, _from, options, _certificates);
        _batch = new TrainingBatch(kernels, layers, _from, target, Lowest(), _certificates);
        _heldOut = heldOut is null ? null : new TrainingBatch(kernels, layers, _from, target, Lowest(), _certificates);

        LowestActivity? Lowest()
        {
            ActivityStrategy strategy = options.Activity;
            if (strategy == ActivityStrategy.Automatic && _from == 0)
                strategy = ActivityPolicy.CheapestForFirst(layers.Hidden[0], data.Count);
            return IsInBatches ? null : LowestActivity.For(strategy, kernels, layers.Hidden[_from]);
        }
        _heldOutData = heldOut;
    }

    /// <summary>Told of every accepted step and its loss, before the report; null when nobody listens.</summary>
    public Action<int, double>? Accepted { get; init; }

    private bool IsInBatches => _options.Batch > 0 && _options.Batch < _data.Count;

    /// <summary>Runs until a reason to stop.</summary>
    /// <param name="metric">s^2; set by the first step when 0.</param>
    public TrainingResult Run(ref float metric)
    {
        try
        {
            if (FiniteCheck.FirstBadLayer(_layers) is { } bad)
                return Ended(StopReason.NonFinite, $"step 0: a weight of {bad} is not finite");
            return IsInBatches ? RunBatches(ref metric) : RunAll(ref metric);
        }
        catch (OperationCanceledException)
        {
            return Ended(StopReason.Cancelled, $"cancelled in step {_steps}; the weights are those of the last accepted step");
        }
    }

    public void Dispose()
    {
        _step.Dispose();
        _batch.Dispose();
        _heldOut?.Dispose();
        _heldOutProducts.Dispose();
        _certificates?.Dispose();
    }

    private TrainingResult RunAll(ref float metric)
    {
        // The first forward pass belongs to no trial: the report on the state before training tells what it cost.
        _step.Clock.Start(Stage.Forward);
        _batch.Load(_data, isTrained: true);
        _step.Clock.Stop();
        _heldOut?.Load(_heldOutData!, isTrained: false);
        _step.KeepData(_batch);
        Report(0, default, accepted: true, ratio: 1);
        double size = Norm(_data.Targets), goal = _options.ResidualTolerance * size;
        if (size == 0 && _options.TrainOutput && _options.Steps > 0)
            return TakeConstantStep();
        while (true)
        {
            if (NotFinite() is { } message)
                return Ended(StopReason.NonFinite, message);
            if (_batch.Score.ResidualNorm <= goal)
                return Ended(StopReason.Residual, $"the residual is below {_options.ResidualTolerance:g2} of the targets");
            if (_steps >= _options.Steps)
                return Ended(StopReason.Steps, _steps == 1 ? "1 step done" : $"{_steps} steps done");
            if (TakeStep(ref metric) is { } ended)
                return ended;
        }
    }

    private TrainingResult RunBatches(ref float metric)
    {
        _heldOut?.Load(_heldOutData!, isTrained: false);
        for (int epoch = 0; ; epoch++)
        {
            double lastHeldOut = _heldOut?.Score.Loss ?? double.PositiveInfinity;
            int[][] batches = Split.Batches(_data.Source, _options.Batch, _options.Seed, epoch);
            foreach (int[] rows in batches)
            {
                _endsEpoch = rows == batches[^1];
                _batch.Load(_data.Take(rows), isTrained: true);
                _step.MoveToOtherData();
                _refillProducts = true;
                if (_steps == 0)
                    Report(0, default, accepted: true, ratio: 1);
                if (NotFinite() is { } message)
                    return Ended(StopReason.NonFinite, message);
                if (_steps < _options.Steps && TakeStep(ref metric) is { Reason: not (StopReason.Rounding or StopReason.Damping or StopReason.Validation) } ended)
                    return ended;
                if (_steps < _options.Steps)
                    continue;
                MeasureHeldOut();
                return Ended(StopReason.Steps, _steps == 1 ? "1 step done" : $"{_steps} steps done");
            }
            MeasureHeldOut();
            if (_heldOut?.Score.Loss > lastHeldOut)
                return Ended(StopReason.Validation, $"the validation loss rose in epoch {epoch + 1}");
        }
    }

    /// <summary>Targets that never vary are zero after their transform: A = 0 is the exact answer, in one step.</summary>
    private TrainingResult TakeConstantStep()
    {
        _steps = _accepted = 1;
        _layers.Output.Clear();
        _batch.Load(_data, isTrained: true);
        _heldOut?.Load(_heldOutData!, isTrained: false);
        Accepted?.Invoke(_steps, _batch.Score.Loss);
        Report(_damping.Relative, null, accepted: true, ratio: 0);
        return Ended(StopReason.Residual, "the targets never vary; the outputs are now constant");
    }

    /// <summary>Scores the held-out data by the present weights, unless that was done.</summary>
    private void MeasureHeldOut()
    {
        if (_heldOutIsCurrent)
            return;
        _step.Clock.Start(Stage.Validation);
        _heldOut!.Load(_heldOutData!, isTrained: false);
        _step.Clock.Stop();
        _heldOutIsCurrent = true;
    }

    /// <summary>One trial; null to go on.</summary>
    private TrainingResult? TakeStep(ref float metric)
    {
        _steps++;
        _step.Clock.Restart();
        using System.Diagnostics.Activity? activity = Telemetry.StartStep(_steps, _kernels.Kernels.Name);
        long started = Stopwatch.GetTimestamp();
        double before = _batch.Score.ResidualNorm;
        Score trial;
        try
        {
            trial = _step.Try(_batch, _damping.Relative, ref metric);
        }
        catch (ArithmeticException failure)
        {
            string found = FiniteCheck.FirstBadLayer(_layers) is { } bad ? $"a weight of {bad} is not finite" : $"{failure.Message} from hidden layer {_from + 1} on";
            return Ended(StopReason.NonFinite, $"step {_steps}: {found}");
        }
        double actual = 0.5 * (before * before - trial.ResidualNorm * trial.ResidualNorm);
        if (FiniteCheck.FirstBadState(_batch.Trial) is not null)
            actual = double.NaN;
        double outputs = _batch.Score.OutputNorm * _batch.Score.OutputNorm;
        if (_options.AdaptDamping && _step.PredictedDecrease < 1e-6 * outputs)
            return Ended(StopReason.Rounding, $"step {_steps} could lower the residual only below the rounding of the outputs");
        bool accepted = _damping.Judge(_step.PredictedDecrease, actual);
        StopReason? stop = null;
        Score heldOutTrial = default;
        bool followsHeldOut = _heldOut is not null && !IsInBatches;
        if (accepted && followsHeldOut)
        {
            heldOutTrial = _step.TryOn(_heldOut!, _batch, _heldOutProducts, _refillProducts);
            _refillProducts = false;
            if (_options.AdaptDamping && !(heldOutTrial.Loss < _heldOut!.Score.Loss))
            {
                // Fitting the training data further does not generalise at this damping; twice in a row, it does not at all.
                accepted = false;
                _damping.Raise();
                stop = ++_heldOutRises >= MostHeldOutRises ? StopReason.Validation : null;
            }
            else
            {
                _heldOutRises = 0;
            }
        }
        long[] flips = _progress is null ? [] : Flips();
        if (accepted)
        {
            _step.Commit(_batch);
            _batch.Accept(trial);
            if (followsHeldOut)
                _heldOut!.Accept(heldOutTrial);
            _accepted++;
            _heldOutIsCurrent = _heldOut is null || followsHeldOut;
        }
        // On mini-batches a look at the held-out data costs as much as several steps.
        if (_endsEpoch || _steps >= _options.Steps)
            MeasureHeldOut();
        Telemetry.StepDone(Stopwatch.GetElapsedTime(started).TotalSeconds, _batch.Score.Loss, accepted);
        if (accepted)
            Accepted?.Invoke(_steps, _batch.Score.Loss);
        Report(_step.Damping, flips, accepted, trial.ResidualNorm / before, actual);
        if (stop is { } reason)
            return Ended(reason, $"step {_steps} would raise the validation loss from {_heldOut!.Score.Loss:g5} to {heldOutTrial.Loss:g5} and was dropped");
        if (!accepted && !_options.AdaptDamping)
            return Ended(StopReason.NonFinite, $"step {_steps}: the loss is not finite after layer {_from + 1}");
        if (_damping.IsExhausted)
            return Ended(
                double.IsFinite(trial.Loss) ? StopReason.Damping : StopReason.NonFinite,
                double.IsFinite(trial.Loss) ? $"no step lowers the loss any more (step {_steps})" : $"step {_steps}: the loss is not finite from layer {_from + 1} on");
        return null;
    }

    /// <summary>What is not finite at the present point: an overflow below the top may silence every neuron above it, and then the loss looks well.</summary>
    private string? NotFinite()
    {
        if (_batch.FirstBadLayer is { } layer)
            return $"step {_steps}: what leaves hidden layer {layer + 1} is not finite";
        return double.IsFinite(_batch.Score.Loss) ? null : $"step {_steps}: what leaves the output layer is not finite";
    }

    private TrainingResult Ended(StopReason reason, string message) =>
        new(reason, message, _steps, _accepted, _batch.Score.Loss, _batch.Score.Metric, _heldOut is { Data: not null } && _heldOutIsCurrent ? _heldOut.Score.Metric : null);

    private long[] Flips()
    {
        var flips = new long[_layers.Hidden.Length - _from];
        for (int i = 0; i < flips.Length; i++)
            flips[i] = _batch.FlipsOf(_from + i);
        return flips;
    }

    private void Report(double damping, long[]? flips, bool accepted, double ratio, double actual = 0)
    {
        if (_progress is null)
            return;
        int trained = _layers.Hidden.Length - _from, dead = 0;
        double[] active = new double[trained], reevaluated = new double[trained];
        for (int i = 0; i < trained; i++)
        {
            active[i] = _batch.State.Of(_from + i).Sets.Active.Density;
            reevaluated[i] = (accepted ? _batch.State : _batch.Trial).Of(_from + i).Reevaluated;
            dead = Math.Max(dead, _batch.State.Of(_from + i).Sets.Dead);
        }
        Dictionary<string, long> multiplyAdds = PerStage(_step.Clock.MultiplyAdds);
        Dictionary<string, long>? touchedLines = _options.CountLines ? PerStage(_step.Clock.TouchedLines) : null;
        bool validated = _heldOut is { Data: not null } && _heldOutIsCurrent;
        _progress.Report(new StepReport
        {
            Step = _steps,
            Loss = _batch.Score.Loss,
            ResidualRatio = ratio,
            TrainMetric = _batch.Score.Metric,
            ValidationMetric = validated ? _heldOut!.Score.Metric : null,
            ValidationLoss = validated ? _heldOut!.Score.Loss : null,
            Damping = damping,
            Accepted = accepted,
            Solver = _steps == 0 ? null : _step.Solver,
            CgIterations = _step.CgIterations,
            PredictedDecrease = _step.PredictedDecrease,
            ActualDecrease = actual,
            Active = active,
            Flips = flips ?? new long[trained],
            DeadData = dead,
            Seconds = PerStage(stage => _step.Clock[stage]),
            Reevaluated = reevaluated,
            MultiplyAdds = multiplyAdds.Values.Sum(),
            TouchedLines = touchedLines?.Values.Sum(),
            StageMultiplyAdds = multiplyAdds,
            StageTouchedLines = touchedLines,
        });
    }

    private static Dictionary<string, T> PerStage<T>(Func<Stage, T> measure) =>
        Enum.GetValues<Stage>().ToDictionary(stage => stage.ToString().ToLowerInvariant(), measure);

    private static double Norm(float[] values)
    {
        double squares = 0;
        foreach (float value in values)
            squares += (double)value * value;
        return Math.Sqrt(squares);
    }
}
