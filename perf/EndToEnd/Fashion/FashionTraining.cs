using System.Diagnostics;
using Subquad.Data;
using Subquad.Engine;
using Subquad.Evaluation;
using Subquad.Perf.EndToEnd.Trainings;
using Subquad.Perf.Reports;
using Subquad.Simd.Threading;

namespace Subquad.Perf.EndToEnd.Fashion;

/// <summary>
/// Subquad's side of the fashion run, in a process of its own like its peer: a row per step, the state before the first one included.
/// </summary>
sealed class FashionTraining : IDisposable
{
    // Test data go through in parts, so that evaluation adds little to the peak of memory that is measured.
    const int TestPart = 500;

    readonly List<Row> _rows = [];
    readonly Stopwatch _training = new();
    readonly CancellationTokenSource _limit = new();
    readonly TrainingCase _case;
    readonly Network _network;
    readonly RowBatch _test;
    readonly WorkerTeam _team = new(Environment.ProcessorCount);
    readonly Tape _part;

    FashionTraining(TrainingCase run, Dataset training, Dataset test)
    {
        _case = run;
        _network = Network.Create(
            new NetworkShape
            {
                Hidden = [.. Enumerable.Repeat(run.Width, run.Layers)],
                Densities = [run.Density],
                Normalisation = run.PlainRelu ? Normalisation.Plain : Normalisation.Normalised,
            },
            training, seed: 1);
        _test = RowBatch.From(test.Examples, _network.Input, _network.Target, needsTargets: true);
        _part = new Tape(new TeamKernels(_network.Kernels, _team), _network.Layers, 0, _network.Loss);
    }

    public static List<Row> Run(TrainingCase run, DirectoryInfo data)
    {
        Dataset training = Read(data, "train", TrainingCase.TrainingImages);
        using var own = new FashionTraining(run, training, Read(data, "t10k", TrainingCase.TestImages));
        using var trainer = new GaussNewtonTrainer(new GaussNewtonOptions
        {
            Steps = TrainingCase.MaxSteps, LeaveOneOut = LeaveOneOutChoice.Off,
        });
        own.Resume();
        trainer.Fit(own._network, training, progress: new Listener(own.Add), cancellation: own._limit.Token);
        return own._rows;
    }

    /// <summary>The very rows that the peer gets; reading all 60,000 images to use 4,000 would show in the peak of memory.</summary>
    static Dataset Read(DirectoryInfo data, string prefix, int limit)
    {
        var images = ImageSet.Read(data, prefix, limit);
        int[] labels = [.. images.Labels];
        return Dataset.From(images.Rows, images.Pixels, labels).WithoutTransforms();
    }

    public void Dispose()
    {
        _part.Dispose();
        _team.Dispose();
        _network.Dispose();
        _limit.Dispose();
    }

    /// <summary>Evaluation is not part of the seconds, nor of the time limit.</summary>
    void Add(GaussNewtonStepReport report)
    {
        _training.Stop();
        _limit.CancelAfter(Timeout.Infinite);
        _rows.Add(new Row
        {
            { "step", report.Step },
            { "kernels", _network.Kernels.Name },
            { "loss", report.Loss },
            { "residual_ratio", report.ResidualRatio },
            { "train_accuracy", report.TrainMetric },
            { "test_accuracy", TestAccuracy() },
            { "active_fraction", report.Active.Average() },
            { "damping", report.Damping },
            { "accepted", report.Accepted },
            { "cg_iterations", report.CgIterations },
            { "seconds", _training.Elapsed.TotalSeconds },
            { "peak_bytes", Process.GetCurrentProcess().PeakWorkingSet64 },
        });
        Resume();
    }

    /// <summary>
    /// A step that is under way when the time is over is cancelled: one step of a wide dense network can take many times the limit.
    /// </summary>
    void Resume()
    {
        _limit.CancelAfter(TimeSpan.FromSeconds(Math.Max(0, _case.Seconds - _training.Elapsed.TotalSeconds)));
        _training.Start();
    }

    double TestAccuracy()
    {
        double right = 0;
        _network.Layers.ApplyPending();
        for (int from = 0; from < _test.Count; from += TestPart)
        {
            _part.Load(_test.Take([.. Enumerable.Range(from, Math.Min(TestPart, _test.Count - from))]), isTrained: false);
            right += Score.Of(_part.Loss, _part.State.Outputs, _part.Data, _network.Target).Metric * _part.Data.Count;
        }
        return right / _test.Count;
    }
}
