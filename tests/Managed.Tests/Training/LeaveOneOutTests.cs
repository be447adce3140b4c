using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Reflection;
using System.Runtime.Intrinsics;
using NUnit.Framework;
using Subquad.Managed.Tests.Engine;
using Subquad.Managed.Tests.Formats;
using Subquad.Support;

namespace Subquad.Managed.Tests.Training;

/// <summary>Leave-one-out errors choose how strongly a fit is damped and when it ends.</summary>
[TestFixture]
internal sealed class LeaveOneOutTests
{
    private static readonly GaussNewtonOptions s_automatic = new() { Threads = 2 };
    private static readonly NetworkShape s_half = new() { Hidden = [400], Densities = [0.5] };

    [Test]
    public void Noise_is_not_fitted()
    {
        Dataset data = Noisy(120, 0.5);
        (TrainingResult damped, Recorder reports) = Fit(s_half, data, s_automatic with { Steps = 40 });
        Assert.That(damped.Reason, Is.EqualTo(StopReason.Validation), damped.Message);
        (TrainingResult undamped, _) = Fit(s_half, data, s_automatic with { Steps = 40, LeaveOneOut = LeaveOneOutChoice.Off });
        Assert.That(undamped.Loss, Is.LessThan(0.3 * damped.Loss), "without it the noise is learned");
        Assert.That(damped.LeaveOneOutMetric, Is.EqualTo(reports.Trials.Last(report => report.Accepted).LeaveOneOutMetric));
        Assert.That(undamped.LeaveOneOutMetric, Is.Null);

        Dataset others = Noisy(400, 0.5, seed: 7);
        Assert.That(MetricOf(damped: true), Is.LessThan(MetricOf(damped: false)));

        double MetricOf(bool damped)
        {
            using Network network = Network.Create(s_half, data, 5);
            using var trainer = new GaussNewtonTrainer(
                s_automatic with { Steps = 40, LeaveOneOut = damped ? LeaveOneOutChoice.Automatic : LeaveOneOutChoice.Off });
            trainer.Fit(network, data);
            return network.Evaluate(others, threads: 2).Metric;
        }
    }

    [Test]
    public void Its_report_says_whether_it_is_exact([Values(1, 3)] int outputs, [Values(1, 3)] int trainFrom)
    {
        (_, Recorder reports) = Fit(Shapes.Odd with { Outputs = outputs }, TestTraining.Smooth(60, 37, outputs),
            s_automatic with { Steps = 3, TrainFrom = trainFrom });
        Assert.That(reports.Reports[0].LeaveOneOutLoss, Is.Null, "nothing was computed before the first step");
        foreach (GaussNewtonStepReport report in reports.Trials)
        {
            Assert.That(report.LeaveOneOutLoss, Is.Positive);
            double ratio = Math.Sqrt(report.LeaveOneOutLoss!.Value / report.Loss);
            Assert.That(report.LeaveOneOutMetric, outputs > 1 ? Is.Positive : Is.EqualTo(ratio * report.TrainMetric).Within(1e-2).Percent);
            Assert.That(report.LeaveOneOutIsAveraged, Is.EqualTo(outputs > 1));
            Assert.That(report.Solver, Is.EqualTo(SolverChoice.Cholesky));
        }
    }

    [Test]
    public void What_rules_it_out_leaves_a_fit_as_it_was()
    {
        Dataset data = TestTraining.Smooth(60, 37);
        (Dataset training, Dataset heldOut) = data.Split(0.3, 1);
        IsOff(s_automatic, training, heldOut);
        IsOff(s_automatic with { Batch = 20 }, data);
        IsOff(s_automatic with { AdaptDamping = false }, data);
        IsOff(s_automatic with { Solver = SolverChoice.LowRankConjugateGradient }, data);
        IsOff(s_automatic, TestTraining.Smooth(7, 37));
        Assert.That(GaussNewtonTrainer.LeavesOneOut(s_automatic, 4000), Is.True);
        Assert.That(GaussNewtonTrainer.LeavesOneOut(s_automatic, 4001), Is.False);
        Assert.That(GaussNewtonTrainer.LeavesOneOut(s_automatic with { LeaveOneOut = LeaveOneOutChoice.On }, 4001), Is.True);

        static void IsOff(GaussNewtonOptions options, Dataset data, Dataset? heldOut = null)
        {
            (_, Recorder reports) = Fit(Shapes.OneOutput, data, options with { Steps = 2 }, heldOut);
            Assert.That(reports.Reports.Select(report => report.LeaveOneOutLoss), Is.All.Null);
        }
    }

    [Test]
    public void A_network_that_was_trained_may_know_the_rows()
    {
        Dataset data = TestTraining.Smooth(60, 37);
        using Network network = Network.Create(Shapes.OneOutput, data, 5);
        Assert.That(GaussNewtonTrainer.LeavesOneOut(s_automatic, 60, network), Is.True);
        using var trainer = new GaussNewtonTrainer(s_automatic with { Steps = 2 });
        trainer.Fit(network, data);
        Assert.That(GaussNewtonTrainer.LeavesOneOut(s_automatic, 60, network), Is.False);
        Assert.That(GaussNewtonTrainer.LeavesOneOut(s_automatic with { LeaveOneOut = LeaveOneOutChoice.On }, 60, network), Is.True);
    }

    [TestCase("all rows in a step")]
    [TestCase("AdaptDamping")]
    [TestCase("Cholesky")]
    [TestCase("no search over weights")]
    public void What_it_cannot_do_is_named(string obstacle)
    {
        GaussNewtonOptions options = new() { LeaveOneOut = LeaveOneOutChoice.On, Threads = 1 };
        options = obstacle switch
        {
            "AdaptDamping" => options with { AdaptDamping = false },
            "Cholesky" => options with { Solver = SolverChoice.SketchedConjugateGradient },
            "no search over weights" => options with { Activity = ActivityStrategy.HalfSpaceOverWeights },
            _ => options with { Batch = 10 },
        };
        Assert.That(() => GaussNewtonTrainer.LeavesOneOut(options, 60),
            Throws.ArgumentException.With.Message.StartsWith("LeaveOneOut: expected").And.Message.Contains(obstacle));
        Assert.That(() => GaussNewtonTrainer.LeavesOneOut(options, -1), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => new GaussNewtonTrainer(new() { LeaveOneOut = (LeaveOneOutChoice)3 }),
            Throws.ArgumentException.With.Message.StartsWith("LeaveOneOut"));
    }

    [Test]
    public void A_network_that_does_not_fire_has_no_errors()
    {
        using Network network = Network.Create(Shapes.OneOutput, TestTraining.Smooth(20, 37), 5);
        network.Layers.Hidden[0].Thresholds.Fill(1e30f);
        var recorder = new Recorder();
        using var trainer = new GaussNewtonTrainer(s_automatic with { Steps = 2 });
        trainer.Fit(network, TestTraining.Smooth(20, 37), progress: recorder);
        Assert.That(recorder.Reports.Select(report => report.LeaveOneOutLoss), Is.All.Null);
    }

    /// <summary>Everything is done again without each row: transforms, s^2, the choice of dampings and of the last step.</summary>
    [TestCase("bostonHousing")]
    [TestCase("concrete")]
    [TestCase("wine-quality-red")]
    [TestCase("energy")]
    public void The_figure_is_that_of_refits(string name)
    {
        // The figures are those of any machine, and 240 trainings take half an hour in Debug or under an emulator.
        if (!Vector256.IsHardwareAccelerated || IsDebug())
            Assert.Ignore("240 trainings need vectors of 256 bits and optimised code");
        const int Rows = 60;
        (float[] inputs, float[] targets, int width) = Read(name, Rows);
        var shape = new NetworkShape { Hidden = [4096], Densities = [0.1] };
        (TrainingResult whole, _) = Fit(shape, Dataset.From(inputs, width, targets), s_automatic);
        var squares = new double[Rows];
        for (int left = 0; left < Rows; left++)
        {
            float[] row = inputs[(left * width)..((left + 1) * width)], output = new float[1];
            Dataset others = Dataset.From(
                [.. inputs[..(left * width)], .. inputs[((left + 1) * width)..]], width, [.. targets[..left], .. targets[(left + 1)..]]);
            using Network network = Network.Create(shape, others, 5);
            using var trainer = new GaussNewtonTrainer(s_automatic);
            trainer.Fit(network, others);
            network.Predict(row, output);
            squares[left] = Math.Pow(output[0] - targets[left], 2);
        }
        double mean = squares.Average(), error = Math.Sqrt(squares.Sum(square => Math.Pow(square - mean, 2)) / Rows / (Rows - 1));
        double said = Math.Pow(whole.LeaveOneOutMetric!.Value, 2);
        TestContext.Out.WriteLine($"said {Math.Sqrt(said):g4}, refits {Math.Sqrt(mean):g4}, standard error of the squares {error:g4}");
        Assert.That(said, Is.EqualTo(mean).Within(error));
    }

    [Test]
    public void Rounding_ends_a_fit_only_at_the_noise_of_float32()
    {
        (TrainingResult result, Recorder reports) = Fit(
            new() { Inputs = 37, Hidden = [700], Densities = [0.2] }, TestTraining.Smooth(60, 37),
            s_automatic with { Steps = 60, ResidualTolerance = 0, LeaveOneOut = LeaveOneOutChoice.Off });
        Assert.That(result.Reason, Is.EqualTo(StopReason.Rounding), result.Message);
        Assert.That(Math.Sqrt(result.Loss / reports.Reports[0].Loss), Is.LessThan(1e-5));
    }

    private static bool IsDebug() =>
        typeof(Network).Assembly.GetCustomAttribute<DebuggableAttribute>()?.IsJITOptimizerDisabled == true;

    private static (TrainingResult Result, Recorder Reports) Fit(
        NetworkShape shape, Dataset data, GaussNewtonOptions options, Dataset? heldOut = null)
    {
        using Network network = Network.Create(shape, data, 5);
        using var trainer = new GaussNewtonTrainer(options);
        var recorder = new Recorder();
        return (trainer.Fit(network, data, heldOut, recorder), recorder);
    }

    private static Dataset Noisy(int count, double noise, int seed = 1)
    {
        float[] rows = ReferenceData.UnitRows(count, 6, seed), normals = ReferenceData.Normals(count, seed + 50);
        var targets = new float[count];
        for (int i = 0; i < count; i++)
            targets[i] = (float)(2 * rows[i * 6] + noise * normals[i]);
        return Dataset.From(rows, 6, targets).WithoutTransforms();
    }

    /// <summary>Rows of a UCI set, every so many of them.</summary>
    private static (float[] Inputs, float[] Targets, int Width) Read(string name, int rows)
    {
        using var stream = new GZipStream(File.OpenRead(RealData.Find($"uci-regression/{name}/data.txt.gz")), CompressionMode.Decompress);
        using var reader = new StreamReader(stream);
        float[][] all = [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line
            .Split((char[])[' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries)
            .Select(cell => float.Parse(cell, CultureInfo.InvariantCulture)).ToArray())];
        float[][] chosen = [.. Enumerable.Range(0, rows).Select(i => all[i * (all.Length / rows)])];
        int width = all[0].Length - 1;
        return ([.. chosen.SelectMany(row => row[..width])], [.. chosen.Select(row => row[width])], width);
    }
}
