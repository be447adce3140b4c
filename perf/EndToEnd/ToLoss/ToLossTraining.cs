using System.Diagnostics;
using Subquad.Perf.EndToEnd.Trainings;
using Subquad.Perf.Reports;

namespace Subquad.Perf.EndToEnd.ToLoss;

/// <summary>
/// Subquad's side of the time to a loss, in a process of its own: a row per trial step, dropped ones included, up to the first that reaches
/// the goal.
/// </summary>
static class ToLossTraining
{
    const int MostSteps = 100;

    public static List<Row> Run(ToLossCase run, DirectoryInfo images)
    {
        // Compiles every method and starts the threads.
        Train(run with { Network = run.Network with { Width = 512 }, Images = 64 }, images);
        return Train(run, images);
    }

    static List<Row> Train(ToLossCase run, DirectoryInfo images)
    {
        var set = ImageSet.Read(images, "train", run.Images);
        int[] labels = [.. set.Labels];
        Dataset data = Dataset.From(set.Rows, set.Pixels, labels).WithoutTransforms();
        var shape = new NetworkShape
        {
            Hidden = [.. Enumerable.Repeat(run.Network.Width, run.Network.Layers)],
            Densities = [run.Network.Density],
        };
        using Network network = Network.Create(shape, data, seed: 1, threads: run.Threads);
        using var trainer = new GaussNewtonTrainer(new GaussNewtonOptions
        {
            TrainFrom = run.TrainFrom,
            Steps = MostSteps,
            ResidualTolerance = 0,
            LeaveOneOut = LeaveOneOutChoice.Off,
            Threads = run.Threads,
        });
        using var reached = new CancellationTokenSource();
        var rows = new List<Row>();
        long start = Stopwatch.GetTimestamp();
        trainer.Fit(network, data, progress: new Listener(Add), cancellation: reached.Token);
        return rows;

        void Add(GaussNewtonStepReport report)
        {
            rows.Add(new Row
            {
                { "step", report.Step },
                { "kernels", network.Kernels.Name },
                { "loss", report.Loss },
                { "train_accuracy", report.TrainMetric },
                { "active_fraction", report.Active.Average() },
                { "damping", report.Damping },
                { "accepted", report.Accepted },
                { "cg_iterations", report.CgIterations },
                { "seconds", Stopwatch.GetElapsedTime(start).TotalSeconds },
            });
            if (report.Loss <= run.Goal)
                reached.Cancel();
        }
    }
}
