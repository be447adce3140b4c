using Subquad.Managed.Tests.Engine;
using NUnit.Framework;
using Subquad;
using Subquad.Support;

namespace Subquad.Managed.Tests.Training;

/// <summary>Why training ends, and what it then says.</summary>
[TestFixture]
internal sealed class StopTests
{
    [Test]
    public void It_ends_at_the_residual_asked_for([Values(1, 3)] int outputs, [Values(1, 2, 3)] int trainFrom)
    {
        using Network network = Network.Create(Shapes.Odd with { Outputs = outputs }, 5);
        Dataset data = TestTraining.Smooth(40, 37, outputs);
        var recorder = new Recorder();
        TrainingResult result =
            TestTraining.Fit(network, data, new() { TrainFrom = trainFrom, Steps = 40, ResidualTolerance = 0.05, Threads = 2 }, recorder);
        Assert.That(result.Reason, Is.EqualTo(StopReason.Residual), result.Message);
        double size = data.Examples.Values.Sum(y => (double)y * y);
        Assert.That(result.Loss * 2 * 40 * outputs, Is.LessThanOrEqualTo(0.05 * 0.05 * size));
        Assert.That(recorder.Reports[^2].Loss * 2 * 40 * outputs, Is.GreaterThan(0.05 * 0.05 * size), "not a step later than needed");
    }

    [Test]
    public void It_ends_after_the_steps_asked_for([Values(0, 1, 4)] int steps)
    {
        using Network network = Network.Create(Shapes.Odd, 5);
        float[] before = TestTraining.Weights(network);
        var recorder = new Recorder();
        TrainingResult result = TestTraining.Fit(network, TestTraining.Smooth(65, 37, 3), new() { Steps = steps, Threads = 2 }, recorder);
        Assert.That((result.Reason, result.Steps), Is.EqualTo((StopReason.Steps, steps)));
        Assert.That(recorder.Reports.Select(report => report.Step), Is.EqualTo(Enumerable.Range(0, steps + 1)));
        if (steps == 0)
            Numbers.SameBits(TestTraining.Weights(network), before, "weights after no step");
    }

    [Test]
    public void It_ends_when_held_out_data_no_longer_gain()
    {
        float[] rows = ReferenceData.UnitRows(90, 37);
        Dataset noise = Dataset.From(rows, 37, ReferenceData.Normals(90)).WithoutTransforms();
        (Dataset training, Dataset heldOut) = noise.Split(0.3, 1);
        using Network network = Network.Create(Shapes.OneOutput, 5);
        var recorder = new Recorder();
        TrainingResult result = TestTraining.Fit(network, training, new() { Steps = 50, Threads = 2 }, recorder, heldOut);
        Assert.That(result.Reason, Is.EqualTo(StopReason.Validation), result.Message);
        Assert.That(recorder.Reports.Select(report => report.ValidationLoss), Is.All.Not.Null);
        Assert.That(recorder.Reports.Select(report => report.ValidationLoss!.Value), Is.Ordered.Descending);
        Assert.That(recorder.Reports[^1].Accepted, Is.False);
        Assert.That(result.ValidationMetric, Is.EqualTo(recorder.Reports[^1].ValidationMetric));
    }

    [Test]
    public void A_report_tells_what_the_step_did()
    {
        using Network network = Network.Create(Shapes.Odd, TestTraining.Classes(60, 37), 5);
        var recorder = new Recorder();
        TrainingResult result =
            TestTraining.Fit(network, TestTraining.Classes(60, 37), new() { TrainFrom = 2, Steps = 3, Threads = 2 }, recorder);
        Assert.That(result.TrainMetric, Is.EqualTo(1), "three well separated classes");
        Assert.That(network.HiddenStepScale, Is.Positive);
        double loss = recorder.Reports[0].Loss;
        Assert.That(recorder.Reports[0].StageMultiplyAdds["forward"], Is.GreaterThanOrEqualTo(60 * Shapes.Odd.Hidden[^1]),
            "the first forward pass is counted");
        Assert.That(recorder.Reports[0].StageMultiplyAdds["pullback"], Is.Zero);
        foreach (GaussNewtonStepReport report in recorder.Trials)
        {
            Assert.That(report.CgIterations, Is.InRange(1, 8));
            Assert.That(report.Active, Has.Count.EqualTo(2));
            Assert.That(report.Active, Is.All.InRange(0.05, 0.5));
            Assert.That(report.Flips, Has.Count.EqualTo(2));
            Assert.That(report.Flips.Sum(), Is.Positive);
            Assert.That(report.MultiplyAdds, Is.Positive);
            Assert.That(
                report.Seconds.Keys, Is.EquivalentTo(new[] { "pullback", "gram", "factor", "solve", "forward", "update", "validation" }));
            Assert.That(report.ActualDecrease, Is.EqualTo((loss - report.Loss) * 60 * 3).Within(1e-3).Percent);
            Assert.That(report.ResidualRatio, Is.EqualTo(Math.Sqrt(report.Loss / loss)).Within(1e-3).Percent);
            Assert.That(report.PredictedDecrease, Is.Positive);
            loss = report.Loss;
        }
    }

    [TestCase("TrainFrom", 0)]
    [TestCase("TrainFrom", 4)]
    [TestCase("Steps", -1)]
    [TestCase("Threads", 0)]
    [TestCase("Batch", -1)]
    public void An_option_out_of_range_is_named(string field, int value)
    {
        using Network network = Network.Create(Shapes.Odd, 5);
        GaussNewtonOptions options = field switch
        {
            "TrainFrom" => new() { TrainFrom = value, Threads = 1 },
            "Steps" => new() { Steps = value, Threads = 1 },
            "Batch" => new() { Batch = value, Threads = 1 },
            _ => new() { Threads = value },
        };
        Assert.That(() => TestTraining.Fit(network, TestTraining.Smooth(5, 37, 3), options),
            Throws.ArgumentException.With.Message.StartsWith(field).And.Message.Contains($"found {value}"));
    }
}
