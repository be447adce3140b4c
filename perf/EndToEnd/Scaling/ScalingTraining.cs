using Subquad.Perf.EndToEnd.Trainings;
using Subquad.Perf.Reports;

namespace Subquad.Perf.EndToEnd.Scaling;

/// <summary>
/// Subquad's side of the scaling run, in a process of its own: a row per step and stage. Step t begins with forward pass t, which follows t
/// - 1 updates. Seconds are medians of trainings that count no lines; lines and arithmetic come from one more training.
/// </summary>
sealed class ScalingTraining(ScalingCase run, DirectoryInfo? images)
{
    string _kernels = "";

    /// <param name="run">The network.</param>
    /// <param name="images">Trains on the first images of Fashion-MNIST in this folder instead of random unit vectors.</param>
    public static List<Row> Run(ScalingCase run, DirectoryInfo? images)
    {
        // Compiles every method and starts the threads.
        new ScalingTraining(run with { Width = 512, Batch = 64 }, images).Train(countsLines: true);
        return new ScalingTraining(run, images).Run();
    }

    List<Row> Run()
    {
        GaussNewtonStepReport[] counted = Train(countsLines: true);
        GaussNewtonStepReport[][] timed = [.. Enumerable.Range(0, run.Repeats).Select(_ => Train(countsLines: false))];
        var rows = new List<Row>();
        for (int step = 1; step < counted.Length && step <= run.Steps; step++)
        {
            int number = step;
            ScalingStep[] repeats =
            [
                .. timed.Where(reports => reports.Length > number)
                    .Select(reports => new ScalingStep(number, reports[number - 1], reports[number])),
            ];
            rows.AddRange(Stages(new ScalingStep(number, counted[number - 1], counted[number]), repeats));
        }
        return rows;
    }

    IEnumerable<Row> Stages(ScalingStep counted, ScalingStep[] timed)
    {
        if (run.IsCached)
            return [WithParts(Stage("cached-step", ScalingStep.Step), "forward", "gram", "factor", "solve", "update")];
        return
        [
            WithLayers(Stage("forward", "forward")),
            Stage("pullback", "pullback"),
            WithParts(Stage("solve", ScalingStep.Solve), "gram", "factor", "solve"),
            Stage("update", "update"),
            WithParts(Stage("step", ScalingStep.Step), "forward", "pullback", "gram", "factor", "solve", "update"),
        ];

        Row Stage(string name, params string[] parts) => new()
        {
            { "kind", "stage" },
            { "name", name },
            { "m", run.Width },
            { "n", run.Batch },
            { "layers", ScalingCase.Layers },
            { "train_from", run.TrainFrom },
            { "outputs", run.Outputs },
            { "activity", run.Activity.ToString() },
            { "data", images is null ? "random" : "fashion-mnist" },
            { "density", Subquad.Layers.Shift.UpperTail(run.Shift) },
            { "threads", run.Threads },
            { "kernels", _kernels },
            { "step", counted.Number },
            { "seconds", Measure.Median(timed.Select(step => step.Seconds(parts))) },
            { "multiply_adds", counted.MultiplyAdds(parts) },
            { "touched_lines", counted.TouchedLines(parts) },
            { "active_fraction", counted.Before.Active.Average() },
            { "reevaluated_fraction", counted.Before.Reevaluated.Average() },
            { "flips", counted.Before.Flips.Sum() },
            { "residual_ratio", counted.After.ResidualRatio },
            { "cg_iterations", counted.After.CgIterations },
        };

        Row WithParts(Row row, params string[] parts)
        {
            foreach (string part in parts)
            {
                row.Add($"{part}_seconds", Measure.Median(timed.Select(step => step.Seconds(part))));
                row.Add($"{part}_multiply_adds", counted.MultiplyAdds(part));
            }
            return row;
        }

        Row WithLayers(Row row)
        {
            for (int layer = run.TrainFrom; layer <= ScalingCase.Layers; layer++)
            {
                row.Add($"active_fraction_{layer}", counted.Before.Active[layer - run.TrainFrom]);
                row.Add($"reevaluated_fraction_{layer}", counted.Before.Reevaluated[layer - run.TrainFrom]);
                row.Add($"flips_{layer}", counted.Before.Flips[layer - run.TrainFrom]);
            }
            return row;
        }
    }

    /// <summary>
    /// Trains a network drawn anew; returns the state before the first step and the accepted steps: dropped trials are followed by no
    /// forward pass.
    /// </summary>
    GaussNewtonStepReport[] Train(bool countsLines)
    {
        Dataset data = Data();
        using Network network = Draw(data);
        _kernels = network.Kernels.Name;
        using var trainer = new GaussNewtonTrainer(Options with { CountLines = countsLines, Threads = run.Threads });
        var reports = new List<GaussNewtonStepReport>();
        trainer.Fit(network, data, progress: new Listener(reports.Add));
        return [.. reports.Where(report => report.Accepted)];
    }

    /// <summary>
    /// Theory's steps are undamped. On images the damping finds itself and drops a step here and there, hence the spare ones.
    /// </summary>
    GaussNewtonOptions Options => images is null
        ? new()
        {
            TrainFrom = run.TrainFrom,
            TrainOutput = false,
            Steps = run.Steps,
            Damping = 0,
            AdaptDamping = false,
            ResidualTolerance = 0,
            Activity = run.Activity,
        }
        : new()
        {
            TrainFrom = run.TrainFrom,
            Steps = 2 * run.Steps,
            ResidualTolerance = 0,
            LeaveOneOut = LeaveOneOutChoice.Off,
            Activity = run.Activity,
        };

    Network Draw(Dataset data)
    {
        var shape = new NetworkShape
        {
            Inputs = data.InputWidth,
            Hidden = [.. Enumerable.Repeat(run.Width, ScalingCase.Layers)],
            Outputs = run.Outputs,
            ShiftConstant = [ScalingCase.ShiftConstant],
            OutputWeights = images is null ? OutputWeights.Signs : OutputWeights.Normal,
        };
        return images is null
            ? Network.Create(shape, seed: 1, threads: run.Threads)
            : Network.Create(shape, data, seed: 1, threads: run.Threads);
    }

    Dataset Data()
    {
        if (images is null)
            return RandomUnitData.Create(run.Batch, ScalingCase.Dimension, run.Outputs, seed: 1);
        var set = ImageSet.Read(images, "train", run.Batch);
        int[] labels = [.. set.Labels];
        return Dataset.From(set.Rows, set.Pixels, labels).WithoutTransforms();
    }
}
