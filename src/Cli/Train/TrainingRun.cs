using Subquad.Simd.Interop;

namespace Subquad.Cli;

/// <summary>One run of <c>train</c> or <c>finetune</c>: reads, trains, saves, judges, draws.</summary>
internal sealed class TrainingRun(TrainRequest request, Session session)
{
    private string Saved => $"{(request.KeepsDelta ? "delta" : "model")}: {request.Out}";

    public int Run()
    {
        using Network? loaded = request.From is { } model ? ModelFile.Load(model, null, request.SharesBase, request.Kernels) : null;
        if (loaded is not null && request.Options.TrainFrom > loaded.Shape.Hidden.Count)
            throw new UsageException(
                $"--train-from: expected a hidden layer from 1 to {loaded.Shape.Hidden.Count}, found {request.Options.TrainFrom}");
        TrainingData data = session.Read(() => TrainingData.Read(request, loaded));
        if (data.Test is { } test)
            session.TellIgnored(test, request.Test ?? "the test data");
        if (request.Options.Solver == SolverChoice.DirectSketch
            && (loaded?.OutputCount ?? data.Training.OutputCount) is > 1 and var outputs)
            throw new InvalidDataException($"--solver direct: expected a target of one number, found {outputs} outputs");
        session.Cancellation.ThrowIfCancellationRequested();
        request = request.For(data.Training).WithSteps(data.Training.Count);
        Announce(data, loaded);

        using Network network = loaded ?? Network.Create(
            request.Shape, data.Training, request.Seed, request.Kernels, request.Options.Threads, session.Cancellation);
        if (!request.KeepsDelta)
            OutputFiles.RequireSpace(request.Out, network.WeightBytes);
        var steps = new List<StepReport>();
        TrainingResult result = Fit(network, data, steps);
        if (result.Reason == StopReason.Cancelled)
            return Cancelled(network, result);
        if (!request.Quiet)
            session.Output.WriteLine($"stopped: {result.Message}");
        session.Write(request.Out, () => Save(network));
        try
        {
            session.Output.WriteLine(Verdict(network, data, result, steps));
        }
        catch (OperationCanceledException)
        {
            session.Output.WriteLine(Saved);
            session.Error.WriteLine("subquad: cancelled after training; the result is saved, the test data were not looked at");
            return ExitCode.Cancelled;
        }
        session.Output.WriteLine(Saved);
        if (request.Plot is { } path && LearningCurve.Write(path, session.Error, steps, network.Task) is { } plot)
            session.Output.WriteLine($"plot: {plot}");
        return result.Reason == StopReason.NonFinite ? throw new InvalidDataException($"{result.Message}; the last accepted step is saved")
            : ExitCode.Done;
    }

    private TrainingResult Fit(Network network, TrainingData data, List<StepReport> steps)
    {
        using var trainer = new GaussNewtonTrainer(request.Options);
        using StepLog? log = request.Log is { } path ? new StepLog(path, network.Kernels.Name, network.Task, session.Error) : null;
        bool drawn = session.IsTerminal && !request.Quiet;
        int perEpoch = request.StepsOfEpoch(data.Training.Count);
        int? epochs = perEpoch == 1 ? null : (request.Options.Steps + perEpoch - 1) / perEpoch;
        var lines = new StepLines(session.Output, network.Task, epochs);
        var table = new StepTable(network.Task, request.Options.Steps, epochs);
        return drawn ? table.Draw(redraw => Run(report => { table.Add(report); redraw(); })) : Run(request.Quiet ? _ => { } : lines.Write);

        TrainingResult Run(Action<StepReport> show) => trainer.Fit(network, data.Training, data.Validation, new Steps(report =>
        {
            steps.Add(report);
            log?.Write(report);
            show(report);
        }), session.Cancellation);
    }

    private void Announce(TrainingData data, Network? loaded)
    {
        foreach (string note in data.Notes)
            session.Error.WriteLine($"subquad: note: {note}");
        if (request.Quiet)
            return;
        Dataset training = data.Training;
        NetworkShape shape = loaded?.Shape ?? request.Shape with { Inputs = training.NetworkWidth, Outputs = training.OutputCount };
        string target = Words.Outputs(training.Task, training.OutputCount);
        string missing = training.MissingCells > 0 ? $", {training.MissingCells} missing cells filled with medians" : "";
        long step = MemoryEstimate.OfTraining(shape, request.Options, training, data.Validation);
        session.Output.WriteLine(
            $"data: {training.Count} rows to train on, {data.Validation?.Count ?? 0} to validate, {data.Test?.Count ?? 0} to test; " +
            $"{training.InputWidth} features, {target}{missing}");
        if (data.Validation is null && GaussNewtonTrainer.LeavesOneOut(request.Options, training.Count, loaded))
            session.Output.WriteLine("leave-one-out: chooses the damping and the end of training; no rows are held out");
        if (request.StepsOfEpoch(training.Count) is > 1 and var perEpoch)
            session.Output.WriteLine(
                $"batches: {request.Options.Batch} rows per step, {perEpoch} steps per epoch, {request.Options.Steps} steps at most" +
                (request.StepsAreGiven ? "" : $", which are {Words.Count(request.Options.Steps / perEpoch, "epoch")}"));
        if (training.TaskReason is { } reason)
            session.Output.WriteLine(
                $"target: column '{training.TargetColumn}', {training.Task.ToString().ToLowerInvariant()}, because {reason}" +
                (request.Csv.Task is null ? " (--task decides otherwise)" : ""));
        session.Output.WriteLine(
            $"network: {Words.Shape(shape)}, seed {loaded?.Seed ?? request.Seed}{(loaded is null ? "" : $", from {request.From}")}");
        if (request.Choice is { } choice)
            session.Output.WriteLine($"chosen: {choice}");
        session.Output.WriteLine(
            $"memory: {Words.Bytes(shape.WeightBytes)} of weights, {Words.Bytes(step)} to train; kernels {request.Kernels.Name}, " +
            $"{request.Options.Threads} threads");
        if (!NativeCore.IsPresent)
            session.Output.WriteLine(NativeCore.Describe());
    }

    private void Save(Network network)
    {
        if (request.KeepsDelta)
            network.SaveDelta(request.Out);
        else
            network.Save(request.Out);
    }

    private string Verdict(Network network, TrainingData data, TrainingResult result, List<StepReport> steps)
    {
        if (data.Test is { } test)
            return $"test {Words.Metric(network.Task, network.Evaluate(test, request.Options.Threads, session.Cancellation).Metric)}";
        return result.ValidationMetric is { } validation ? $"validation {Words.Metric(network.Task, validation)}"
            : result.LeaveOneOutMetric is { } leftOut ? $"leave-one-out {Words.Metric(network.Task, leftOut)}" +
                (steps is [.., GaussNewtonStepReport { LeaveOneOutIsAveraged: true }] ? ", of the model averaged over the outputs" : "")
            : $"training {Words.Metric(network.Task, result.TrainMetric)}";
    }

    private int Cancelled(Network network, TrainingResult result)
    {
        // Without an accepted step the weights are as they were drawn: worth less than a file that may already be there.
        if (result.Accepted == 0)
            throw new OperationCanceledException();
        Save(network);
        session.Output.WriteLine(Saved);
        session.Error.WriteLine($"subquad: cancelled in step {result.Steps}; the last accepted step is saved");
        return ExitCode.Cancelled;
    }

    // Progress<T> would report from another thread, later, and out of order.
    private sealed class Steps(Action<StepReport> take) : IProgress<StepReport>
    {
        public void Report(StepReport value) => take(value);
    }
}
