using Subquad.Managed.Tests.Engine;
using NUnit.Framework;
using Subquad;
using Subquad.Support;

namespace Subquad.Managed.Tests.Training;

[TestFixture]
internal sealed class MiniBatchTests
{
    [Test]
    public void The_loss_on_all_data_falls([Values(1, 3)] int outputs, [Values(1, 3)] int trainFrom)
    {
        Dataset data = TestTraining.Smooth(100, 37, outputs);
        using Network network = Network.Create(Shapes.Odd with { Outputs = outputs }, 5);
        double before = LossOf(network, data);
        var recorder = new Recorder();
        TrainingResult result =
            TestTraining.Fit(network, data, new() { TrainFrom = trainFrom, Batch = 32, Steps = 12, Threads = 2 }, recorder);
        Assert.That((result.Reason, result.Steps), Is.EqualTo((StopReason.Steps, 12)), result.Message);
        Assert.That(LossOf(network, data), Is.LessThan(0.3 * before));
        Assert.That(recorder.Trials.Count(), Is.EqualTo(12));
    }

    [Test]
    public void The_seed_decides_the_batches()
    {
        float[] first = Train(seed: 1);
        Numbers.SameBits(Train(seed: 1), first, "weights of the same seed");
        Assert.That(Train(seed: 2), Is.Not.EqualTo(first));

        static float[] Train(ulong seed)
        {
            using Network network = Network.Create(Shapes.Odd, 5);
            _ = TestTraining.Fit(network, TestTraining.Smooth(70, 37, 3), new() { Batch = 20, Steps = 5, Seed = seed, Threads = 2 });
            return TestTraining.Weights(network);
        }
    }

    [Test]
    public void A_batch_of_all_data_is_the_full_batch()
    {
        float[] full = Train(0);
        Numbers.SameBits(Train(70), full, "weights, batch of 70");
        Numbers.SameBits(Train(1000), full, "weights, batch of 1000");

        static float[] Train(int batch)
        {
            using Network network = Network.Create(Shapes.Odd, 5);
            var recorder = new Recorder();
            _ = TestTraining.Fit(network, TestTraining.Smooth(70, 37, 3), new() { Batch = batch, Steps = 2, Threads = 2 }, recorder,
                TestTraining.Smooth(20, 37, 3, seed: 2));
            Assert.That(recorder.Reports.Select(report => report.ValidationMetric), Is.All.Not.Null);
            Assert.That(recorder.Reports[1].ValidationMetric, Is.LessThan(recorder.Reports[0].ValidationMetric!.Value),
                "held-out data are followed step by step");
            return TestTraining.Weights(network);
        }
    }

    [Test]
    public void A_validation_loss_that_rises_ends_it()
    {
        (Dataset training, Dataset heldOut) =
            Dataset.From(ReferenceData.UnitRows(90, 37), 37, ReferenceData.Normals(90)).WithoutTransforms().Split(0.3, 1);
        using Network network = Network.Create(Shapes.OneOutput, 5);
        TrainingResult result = TestTraining.Fit(network, training, new() { Batch = 30, Steps = 200, Threads = 2 }, null, heldOut);
        Assert.That(result.Reason, Is.EqualTo(StopReason.Validation), result.Message);
    }

    [Test]
    public void No_step_is_no_step()
    {
        using Network network = Network.Create(Shapes.Odd, 5);
        float[] before = TestTraining.Weights(network);
        TrainingResult result = TestTraining.Fit(network, TestTraining.Smooth(70, 37, 3), new() { Batch = 20, Steps = 0, Threads = 2 });
        Assert.That((result.Reason, result.Steps), Is.EqualTo((StopReason.Steps, 0)));
        Numbers.SameBits(TestTraining.Weights(network), before, "weights");
    }

    [Test]
    public void A_run_that_ends_within_an_epoch_is_judged_by_its_last_weights()
    {
        (Dataset training, Dataset heldOut) = TestTraining.Smooth(100, 37).Split(0.2, 1);
        using Network network = Network.Create(Shapes.OneOutput, 5);
        double drawn = network.Evaluate(heldOut).Metric;
        var recorder = new Recorder();
        TrainingResult result = TestTraining.Fit(network, training, new() { Batch = 20, Steps = 6, Threads = 2 }, recorder, heldOut);
        Assert.That(result.Reason, Is.EqualTo(StopReason.Steps), "an epoch has four batches");
        Assert.That(recorder.Reports.Select(report => report.ValidationMetric is not null),
            Is.EqualTo(new[] { true, false, false, false, true, false, true }), "only what was measured is told");
        Assert.That(recorder.Reports[^1].ValidationMetric, Is.EqualTo(result.ValidationMetric));
        Assert.That(result.ValidationMetric,
            Is.EqualTo(network.Evaluate(heldOut).Metric).Within(0.01).Percent.And.Not.EqualTo(drawn).Within(1).Percent);
    }

    private static double LossOf(Network network, Dataset data)
    {
        var output = new float[network.OutputCount];
        double squares = 0;
        for (int row = 0; row < data.Count; row++)
        {
            network.Predict(data.Examples.Inputs.ValuesOf(row), output);
            for (int c = 0; c < output.Length; c++)
                squares += Math.Pow(output[c] - data.Examples.Values[row * output.Length + c], 2);
        }
        return squares / (2 * data.Count * output.Length);
    }
}
