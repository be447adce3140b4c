using System.Globalization;
using System.Text;
using Subquad.Managed.Tests.Formats;
using Subquad.Managed.Tests.Training;
using NUnit.Framework;
using Subquad;
using Subquad.Simd.Memory;

namespace Subquad.Managed.Tests;

/// <summary>
/// The estimate is near the native bytes that a fit takes at its peak, over widths, depths, outputs, batches, solvers and strategies. An
/// allocation that its owner does not count, or counts twice, fails here.
/// </summary>
[TestFixture]
internal sealed class MemoryEstimateTests
{
    private static IEnumerable<TestCaseData> Fits()
    {
        yield return Fit("one output", 300, 20, 1, [2000], 0.05, new());
        yield return Fit("two layers, the last is trained", 300, 20, 1, [2000, 1500], 0.05, new());
        yield return Fit("two layers, both are trained", 300, 20, 1, [2000, 1500], 0.05, new() { TrainFrom = 1 });
        yield return Fit("three layers, two are trained", 250, 30, 3, [1000, 1200, 800], 0.1, new() { TrainFrom = 2 });
        yield return Fit("10 outputs", 300, 40, 10, [1500, 1500], 0.05, new() { TrainFrom = 1 });
        yield return Fit("10 outputs, dense", 200, 20, 10, [600, 600], 0.5, new() { TrainFrom = 1 });
        yield return Fit("10 outputs, blocks are not packed", 200, 20, 10, [1000, 1000], 0.1,
            new() { TrainFrom = 1, PackedBytes = 1000 });
        yield return Fit("1,000 outputs", 100, 8, 1000, [256, 256], 0.1, new());
        yield return Fit("1,000 outputs, both layers", 100, 20, 1000, [500, 500], 0.1, new() { TrainFrom = 1 });
        yield return Fit("5,000 outputs", 60, 8, 5000, [256], 0.1, new());
        yield return Fit("5,000 outputs, in batches", 120, 8, 5000, [256, 300], 0.1, new() { Batch = 30 });
        yield return Fit("output not trained", 200, 20, 300, [800], 0.05, new() { TrainOutput = false });
        yield return Fit("direct weights", 200, 3000, 3, [300, 300], 0.1, new(), direct: true);
        yield return Fit("direct weights, both layers", 200, 3000, 1, [300, 300], 0.1, new() { TrainFrom = 1 }, direct: true);
        yield return Fit("direct weights, held-out rows", 100, 2000, 70, [200, 200], 0.1, new(), heldOut: 80, direct: true);
        yield return Fit("direct weights, sketched", 200, 500, 1, [300, 300], 0.1,
            new() { Solver = SolverChoice.SketchedConjugateGradient }, direct: true);
        yield return Fit("batches", 1000, 30, 3, [1500, 1000], 0.05, new() { Batch = 100, TrainFrom = 1 });
        yield return Fit("batches, steps held", 400, 30, 1, [3000, 2000], 0.05,
            new() { Batch = 50, TrainFrom = 1, Flush = FlushPolicy.RankAbove(200) });
        yield return Fit("steps held", 100, 30, 1, [2000, 2000], 0.05, new() { TrainFrom = 1, Flush = FlushPolicy.Never });
        yield return Fit("held-out rows", 300, 30, 3, [1000, 1000], 0.05, new() { TrainFrom = 1 }, heldOut: 200);
        yield return Fit("held-out rows beside batches", 600, 30, 3, [1000, 1000], 0.05, new() { Batch = 100 }, heldOut: 200);
        yield return Fit("sketched", 200, 30, 1, [1000], 0.1, new() { Solver = SolverChoice.SketchedConjugateGradient });
        yield return Fit("sketched, 3 outputs", 200, 30, 3, [1000], 0.1, new() { Solver = SolverChoice.SketchedConjugateGradient });
        yield return Fit("a sketch alone", 150, 30, 1, [1000], 0.1, new() { Solver = SolverChoice.DirectSketch });
        yield return Fit("low rank", 500, 30, 1, [1000], 0.1, new() { Solver = SolverChoice.LowRankConjugateGradient });
        yield return Fit("certificates", 200, 30, 1, [1500, 1500], 0.05,
            new() { TrainFrom = 1, Activity = ActivityStrategy.Certified });
        yield return Fit("full passes", 200, 30, 1, [1500, 1500], 0.05, new() { TrainFrom = 1, Activity = ActivityStrategy.Full });
        yield return Fit("search over weights", 200, 3, 1, [8000], 0.02,
            new() { TrainFrom = 1, Activity = ActivityStrategy.HalfSpaceOverWeights });
        yield return Fit("search over data", 200, 3, 1, [4000], 0.02,
            new() { TrainFrom = 1, Activity = ActivityStrategy.HalfSpaceOverData });
        yield return Fit("leave-one-out, direct weights", 300, 200, 30, [500, 500], 0.1,
            new() { LeaveOneOut = LeaveOneOutChoice.On }, direct: true);
        yield return Fit("leave-one-out", 300, 20, 3, [1500], 0.05, new() { LeaveOneOut = LeaveOneOutChoice.On });
        yield return Fit("leave-one-out, two layers", 300, 20, 1, [1000, 1200], 0.05,
            new() { TrainFrom = 1, LeaveOneOut = LeaveOneOutChoice.On });
        yield return Fit("trees over pre-activations", 200, 20, 1, [2000], 0.05,
            new() { TrainFrom = 1, Activity = ActivityStrategy.CorrelationTree });
    }

    [TestCaseSource(nameof(Fits))]
    public void A_fit_takes_about_what_was_said(
        int rows, int inputs, int outputs, int[] hidden, double density, GaussNewtonOptions options, int heldOut, bool direct)
    {
        Dataset data = TestTraining.Smooth(rows, inputs, outputs);
        IsNearPeak(new NetworkShape { Hidden = hidden, Densities = [density], DirectWeights = direct }, data,
            heldOut == 0 ? null : TestTraining.Smooth(heldOut, inputs, outputs, seed: 2), options);
    }

    [TestCase(1, 0, false)]
    [TestCase(2, 100, false)]
    [TestCase(1, 100, true)]
    [TestCase(2, 0, true)]
    public void Sparse_rows_take_about_what_was_said(int trainFrom, int batch, bool direct)
    {
        const int Rows = 400, Width = 20_000, Entries = 6;
        var random = new Random(1);
        var text = new StringBuilder();
        for (int row = 0; row < Rows; row++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{row % 3}");
            foreach (int column in Enumerable.Range(0, Entries).Select(_ => random.Next(1, Width + 1)).Distinct().Order())
                text.Append(CultureInfo.InvariantCulture, $" {column}:{random.Next(1, 9)}");
            text.Append('\n');
        }
        using var folder = new TemporaryFolder();
        Dataset data = Dataset.ReadLibsvm(folder.Write("sparse", text.ToString()), Width);
        var options = new GaussNewtonOptions { TrainFrom = trainFrom, Batch = batch, Steps = 3, Threads = 2 };
        IsNearPeak(new NetworkShape { Hidden = [300, 300], Densities = [0.1], DirectWeights = direct }, data, null, options);
    }

    [TestCase(int.MaxValue, int.MaxValue, 1, 10)]
    [TestCase(1 << 30, 1 << 10, 1 << 30, 1 << 30)]
    [TestCase(16, 16, int.MaxValue, int.MaxValue)]
    public void Sizes_that_no_machine_has_do_not_overflow(int inputs, int width, int outputs, int rows)
    {
        var shape = new NetworkShape { Inputs = inputs, Outputs = outputs, Hidden = [width, width], Densities = [0.5] };
        long smaller = MemoryEstimate.OfTraining(shape with { Outputs = 1 }, new(), 10, 0);
        foreach (SolverChoice solver in Enum.GetValues<SolverChoice>())
            Assert.That(MemoryEstimate.OfTraining(shape, new() { Solver = solver, TrainFrom = 1 }, rows, rows), Is.GreaterThan(smaller));
        Assert.That(MemoryEstimate.OfPredictions(shape, rows), Is.GreaterThan((long)inputs + outputs));
        Assert.That(() => Network.Create(shape, 1), Throws.InstanceOf<Exception>().And.Not.InstanceOf<OverflowException>());
    }

    [Test]
    public void Counts_below_0_and_layers_that_are_not_there_are_refused()
    {
        var shape = new NetworkShape { Inputs = 3, Outputs = 1, Hidden = [5] };
        Assert.That(() => MemoryEstimate.OfTraining(shape, new(), -1, 0), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => MemoryEstimate.OfTraining(shape, new(), 1, -1), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => MemoryEstimate.OfPredictions(shape, -1), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => MemoryEstimate.OfTraining(shape, new() { TrainFrom = 2 }, 1, 0),
            Throws.ArgumentException.With.Message.Contains("from 1 to 1").And.Message.Contains("found 2"));
        Assert.That(MemoryEstimate.OfTraining(shape, new(), 0, 0), Is.Positive);
    }

    private static TestCaseData Fit(
        string name, int rows, int inputs, int outputs, int[] hidden, double density, GaussNewtonOptions options, int heldOut = 0,
        bool direct = false) =>
        new TestCaseData(rows, inputs, outputs, hidden, density, options with { Steps = 3, Threads = 2 }, heldOut, direct)
            .SetArgDisplayNames(name);

    private static void IsNearPeak(NetworkShape shape, Dataset data, Dataset? heldOut, GaussNewtonOptions options)
    {
        using Network network = Network.Create(shape, data, seed: 1, threads: 2);
        options = TestTraining.WithChoice(options);
        long before = NativeBytes.Live;
        NativeBytes.RestartPeak();
        TrainingResult result = TestTraining.Fit(network, data, options, progress: null, heldOut);
        long peak = NativeBytes.Peak - before, said = MemoryEstimate.OfTraining(network.Shape, options, data, heldOut);
        TestContext.Out.WriteLine($"took {peak}, said {said}, {(double)said / peak:f3} of it; {result.Steps} steps, {result.Message}");
        Assert.That((double)said / peak, Is.InRange(0.8, 1.1));
    }
}
