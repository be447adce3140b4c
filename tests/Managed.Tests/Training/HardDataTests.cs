using Subquad.Managed.Tests.Engine;
using NUnit.Framework;
using Subquad;
using Subquad.Support;

namespace Subquad.Managed.Tests.Training;

/// <summary>
/// Data that break a careless solver: duplicates that contradict each other, rows for which nothing fires, zeros, constants, one row, more
/// rows than neurons.
/// </summary>
[TestFixture]
internal sealed class HardDataTests
{
    private static readonly NetworkShape Small = new() { Inputs = 8, Hidden = [200, 130], Outputs = 1, Densities = [0.2] };

    [Test]
    public void Contradicting_duplicates_end_at_the_variance_within_pairs([Values(1, 2)] int trainFrom, [Values(0, 1)] double damping)
    {
        float[] rows = ReferenceData.UnitRows(12, 8), targets = ReferenceData.Normals(24);
        using Network network = Network.Create(Small, 1);
        var recorder = new Recorder();
        TrainingResult result = TestTraining.Fit(
            network, Dataset.From([.. rows, .. rows], 8, targets).WithoutTransforms(),
            new() { TrainFrom = trainFrom, Steps = 60, Damping = damping, Threads = 2 }, recorder);
        double floor = Enumerable.Range(0, 12).Sum(i => Math.Pow(targets[i] - targets[i + 12], 2) / 2) / (2 * 24);
        Assert.That(result.Loss, Is.EqualTo(floor).Within(1).Percent, result.Message);
        Assert.That(recorder.Trials.Select(report => report.Damping), Is.All.Positive,
            "what a singular K needs is reported, also where none was asked for");
    }

    [Test]
    public void Dead_data_are_counted_and_training_goes_on()
    {
        // At one firing neuron in a thousand, 200 neurons leave most rows without any.
        using Network network = Network.Create(Small with { Densities = [0.2, 0.001] }, 1);
        var recorder = new Recorder();
        TrainingResult result = TestTraining.Fit(network, TestTraining.Smooth(60, 8), new() { Steps = 5, Threads = 2 }, recorder);
        Assert.That(recorder.Reports[0].DeadData, Is.InRange(20, 59));
        Assert.That(result.Accepted, Is.Positive);
        Assert.That(result.Loss, Is.LessThan(recorder.Reports[0].Loss));
        Assert.That(recorder.Trials.Select(report => report.DeadData), Is.All.Positive);
    }

    [Test]
    public void When_all_data_are_dead_training_ends_by_itself([Values] bool trainOutput, [Values(1, 3)] int outputs)
    {
        using Network network = Network.Create(Small with { Densities = [0.2, 1e-12], Outputs = outputs }, 1);
        float[] before = TestTraining.Weights(network);
        var recorder = new Recorder();
        TrainingResult result = TestTraining.Fit(
            network, TestTraining.Smooth(20, 8, outputs), new() { Steps = 50, TrainOutput = trainOutput, Threads = 1 }, recorder);
        Assert.That(recorder.Reports[0].DeadData, Is.EqualTo(20));
        Assert.That(result.Accepted, Is.Zero, result.Message);
        Assert.That(double.IsFinite(result.Loss));
        Numbers.SameBits(TestTraining.Weights(network), before, "weights");
    }

    [Test]
    public void A_row_of_zeros_is_one_dead_datum([Values(1, 2)] int trainFrom, [Values(1, 2)] int outputs)
    {
        float[] rows = ReferenceData.UnitRows(20, 8);
        Array.Clear(rows, 5 * 8, 8);
        using Network network = Network.Create(Small with { Outputs = outputs }, 1);
        var recorder = new Recorder();
        TrainingResult result = TestTraining.Fit(
            network, Dataset.From(rows, 8, ReferenceData.Normals(20 * outputs), outputs).WithoutTransforms(),
            new() { TrainFrom = trainFrom, Steps = 6, Threads = 2 }, recorder);
        Assert.That(result.Loss, Is.LessThan(0.5 * recorder.Reports[0].Loss));
        Assert.That(recorder.Reports.Select(report => report.DeadData), Is.All.EqualTo(1));
        Assert.That(TestTraining.Weights(network).All(float.IsFinite));
        var output = new float[outputs];
        network.Predict(rows.AsSpan(40, 8), output);
        Assert.That(output, Is.All.Zero);
    }

    [Test]
    public void A_constant_target_takes_one_step()
    {
        float[] targets = new float[30];
        Array.Fill(targets, 7.25f);
        Dataset data = Dataset.From(ReferenceData.UnitRows(30, 8), 8, targets).WithoutTransforms();
        using Network network = Network.Create(Small, data, 1);
        TrainingResult result = TestTraining.Fit(network, data, new() { Threads = 2 });
        Assert.That((result.Steps, result.Accepted, result.Reason), Is.EqualTo((1, 1, StopReason.Residual)));
        Assert.That(result.Loss, Is.LessThan(1e-12));
        var output = new float[1];
        network.Predict(ReferenceData.UnitRows(1, 8, seed: 9), output);
        Assert.That(output[0], Is.EqualTo(7.25f).Within(1e-5));
    }

    [Test]
    public void One_row_is_enough([Values(1, 3)] int outputs, [Values(1, 2)] int trainFrom)
    {
        using Network network = Network.Create(Small with { Outputs = outputs }, 1);
        TrainingResult result =
            TestTraining.Fit(network, TestTraining.Smooth(1, 8, outputs), new() { TrainFrom = trainFrom, Steps = 30, Threads = 2 });
        Assert.That(result.Reason, Is.EqualTo(StopReason.Residual).Or.EqualTo(StopReason.Rounding), result.Message);
        Assert.That(result.Loss, Is.LessThan(1e-5));
    }

    [Test]
    public void More_rows_than_neurons_lower_the_loss([Values(1, 3)] int outputs)
    {
        using Network network = Network.Create(Small with { Hidden = [65, 37], Densities = [0.3], Outputs = outputs }, 1);
        var recorder = new Recorder();
        TrainingResult result =
            TestTraining.Fit(network, TestTraining.Smooth(200, 8, outputs), new() { TrainFrom = 1, Steps = 8, Threads = 2 }, recorder);
        Assert.That(result.Loss, Is.LessThan(0.2 * recorder.Reports[0].Loss));
    }
}
