using Subquad.Managed.Tests.Engine;
using NUnit.Framework;
using Subquad;
using Subquad.Support;

namespace Subquad.Managed.Tests.Training;

/// <summary>A number that is not finite ends training, names where it came in, and leaves the last accepted weights.</summary>
[TestFixture]
internal sealed class NonFiniteTests
{
    [TestCase(float.NaN, 0, "hidden layer 1")]
    [TestCase(float.PositiveInfinity, 1, "hidden layer 2")]
    [TestCase(float.NegativeInfinity, 2, "hidden layer 3")]
    [TestCase(float.NaN, 3, "the output layer")]
    public void A_weight_that_is_not_finite_is_named_before_the_first_step(float value, int layer, string name)
    {
        using Network network = Network.Create(Shapes.Odd, 5);
        (layer < 3 ? network.Layers.Hidden[layer].Weights : network.Layers.Output)[1, 17] = value;
        float[] before = TestTraining.Weights(network);
        TrainingResult result = TestTraining.Fit(network, TestTraining.Smooth(20, 37, 3), new() { TrainFrom = 1, Threads = 1 });
        Assert.That((result.Reason, result.Steps), Is.EqualTo((StopReason.NonFinite, 0)));
        Assert.That(result.Message, Does.Contain(name).And.Contain("step 0"));
        Numbers.SameBits(TestTraining.Weights(network), before, "weights");
    }

    [Test]
    public void Activations_that_overflow_are_named_by_step_and_layer(
        [Values] Normalisation normalisation, [Values(0, 1)] int layer, [Values(1, 2)] int trainFrom)
    {
        using Network network = Network.Create(Shapes.Odd with { Hidden = [65, 130], Densities = [0.3], Normalisation = normalisation }, 5);
        for (int row = 0; row < network.Layers.Hidden[layer].Width; row++)
            for (int column = 0; column < network.Layers.Hidden[layer].Inputs; column++)
                network.Layers.Hidden[layer].Weights[row, column] =
                    float.CopySign(3e38f, network.Layers.Hidden[layer].Weights[row, column]);
        float[] before = TestTraining.Weights(network);
        TrainingResult result = TestTraining.Fit(network, TestTraining.Smooth(20, 37, 3), new() { TrainFrom = trainFrom, Threads = 1 });
        Assert.That(result.Reason, Is.EqualTo(StopReason.NonFinite), result.Message);
        Assert.That(result.Message, Does.Contain($"hidden layer {layer + 1}").And.Contain("step 0"));
        Numbers.SameBits(TestTraining.Weights(network), before, "weights");
    }

    [Test]
    public void A_layer_that_goes_bad_during_training_is_named_with_its_step([Values(1, 2)] int trainFrom, [Values(1, 3)] int outputs)
    {
        using Network network = Network.Create(Shapes.Odd with { Hidden = [65, 130], Densities = [0.3], Outputs = outputs }, 5);
        float[] kept = [];
        var recorder = new Recorder(report =>
        {
            if (report.Step == 1)
                for (int row = 0; row < network.Layers.Output.Rows; row++)
                    for (int column = 0; column < 130; column++)
                        network.Layers.Output[row, column] = float.NaN;
            kept = TestTraining.Weights(network);
        });
        TrainingResult result = TestTraining.Fit(
            network, TestTraining.Smooth(20, 37, outputs), new() { TrainFrom = trainFrom, Threads = 1, Steps = 5 }, recorder);
        Assert.That((result.Reason, result.Accepted), Is.EqualTo((StopReason.NonFinite, 1)), result.Message);
        Assert.That(result.Message, Is.EqualTo("step 2: a weight of the output layer is not finite"));
        Numbers.SameBits(TestTraining.Weights(network), kept, "weights");
    }

    [Test]
    public void Outputs_that_overflow_are_named()
    {
        using Network network = Network.Create(Shapes.OneOutput, 5);
        for (int column = 0; column < network.Layers.Output.Columns; column++)
            network.Layers.Output[0, column] = 3e38f;
        TrainingResult result = TestTraining.Fit(network, TestTraining.Smooth(20, 37), new() { Threads = 1 });
        Assert.That(result.Reason, Is.EqualTo(StopReason.NonFinite), result.Message);
        Assert.That(result.Message, Does.Contain("the output layer").And.Contain("step 0"));
    }

    [Test]
    public void Targets_so_large_that_every_step_overflows_leave_the_weights([Values(1, 3)] int outputs, [Values] bool adapts)
    {
        using Network network = Network.Create(Shapes.Odd with { Outputs = outputs }, 5);
        float[] before = TestTraining.Weights(network),
            targets = [.. Enumerable.Range(0, 20 * outputs).Select(i => i % 2 == 0 ? 3e38f : -3e38f)];
        TrainingResult result = TestTraining.Fit(
            network, Dataset.From(ReferenceData.UnitRows(20, 37), 37, targets, outputs).WithoutTransforms(),
            new() { TrainFrom = 1, Damping = 1e-6, AdaptDamping = adapts, Steps = 40, Threads = 1 });
        Assert.That(result.Accepted, Is.Zero, result.Message);
        Assert.That(result.Reason, Is.EqualTo(StopReason.NonFinite).Or.EqualTo(StopReason.Damping), result.Message);
        Numbers.SameBits(TestTraining.Weights(network), before, "weights");
    }
}
