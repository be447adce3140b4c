using Subquad.Managed.Tests.Engine;
using NUnit.Framework;
using Subquad;
using Subquad.Support;

namespace Subquad.Managed.Tests.Training;

/// <summary>Accepted losses never rise; what was dropped or cancelled never touches a weight.</summary>
[TestFixture]
internal sealed class DroppedStepTests
{
    [Test]
    public void Accepted_losses_never_rise_and_rejected_steps_touch_nothing([Values(1, 2)] int trainFrom)
    {
        // Undamped and with as many data as neurons: the first steps overshoot.
        using Network network = Network.Create(Shapes.Odd with { Hidden = [65, 65, 65], Densities = [0.2] }, 5);
        float[] kept = TestTraining.Weights(network);
        double loss = double.PositiveInfinity;
        int rejected = 0;
        var recorder = new Recorder(report =>
        {
            float[] weights = TestTraining.Weights(network);
            if (report.Step > 0 && !report.Accepted)
            {
                rejected++;
                Numbers.SameBits(weights, kept, $"weights after the rejected step {report.Step}");
                Assert.That(report.Loss, Is.EqualTo(loss));
            }
            Assert.That(report.Loss, Is.LessThanOrEqualTo(loss), $"step {report.Step}");
            (loss, kept) = (report.Loss, weights);
        });
        TrainingResult result = TestTraining.Fit(
            network, Noise(60, 37, 3),
            new() { TrainFrom = trainFrom, Steps = 12, Damping = 1e-8, CgTolerance = 1e-3, CgIterations = 100, Threads = 2 }, recorder);
        Assert.That(rejected, Is.Positive, "nothing was rejected, so nothing was tested");
        Assert.That(
            (result.Steps, result.Accepted), Is.EqualTo((recorder.Trials.Count(), recorder.Trials.Count(report => report.Accepted))));
        Assert.That(result.Loss, Is.EqualTo(loss));
    }

    [Test]
    public void A_step_that_held_out_data_speak_against_touches_nothing([Values(1, 3)] int trainFrom)
    {
        using Network network = Network.Create(Shapes.Odd, 5);
        float[] kept = [];
        int dropped = 0;
        var recorder = new Recorder(report =>
        {
            float[] weights = TestTraining.Weights(network);
            if (!report.Accepted)
            {
                dropped++;
                Numbers.SameBits(weights, kept, $"weights after the dropped step {report.Step}");
            }
            kept = weights;
        });
        (Dataset training, Dataset heldOut) = Noise(90, 37, 3).Split(0.3, 1);
        TrainingResult result =
            TestTraining.Fit(network, training, new() { TrainFrom = trainFrom, Steps = 30, Threads = 2 }, recorder, heldOut);
        Assert.That((result.Reason, dropped), Is.EqualTo((StopReason.Validation, recorder.Trials.Count(report => !report.Accepted))));
        Assert.That(dropped, Is.Positive);
    }

    [Test]
    public void A_step_cancelled_from_a_report_leaves_the_accepted_weights([Values(0, 1, 2)] int at)
    {
        using Network network = Network.Create(Shapes.Odd, 5);
        using var source = new CancellationTokenSource();
        float[] kept = [];
        var recorder = new Recorder(report =>
        {
            kept = TestTraining.Weights(network);
            if (report.Step == at)
                source.Cancel();
        });
        TrainingResult result =
            TestTraining.Fit(network, TestTraining.Smooth(65, 37, 3), new() { TrainFrom = 1, Threads = 2 }, recorder, null, source.Token);
        Assert.That((result.Reason, result.Accepted), Is.EqualTo((StopReason.Cancelled, at)));
        Assert.That(result.Loss, Is.EqualTo(recorder.Reports[^1].Loss));
        Numbers.SameBits(TestTraining.Weights(network), kept, "weights");
    }

    [Test]
    public void A_token_that_fires_during_a_step_leaves_weights_that_were_accepted()
    {
        // The clock decides where the token fires, so what is asked holds wherever that is.
        foreach (int microseconds in new[] { 0, 500, 2000, 5000, 9000, 14_000 })
        {
            using Network network = Network.Create(Shapes.Odd, 5);
            using var source = new CancellationTokenSource();
            float[] kept = TestTraining.Weights(network);
            var recorder = new Recorder(report =>
            {
                kept = TestTraining.Weights(network);
                if (report.Step == 1)
                    _ = Task.Run(() =>
                    {
                        SpinWait.SpinUntil(() => false, TimeSpan.FromMicroseconds(microseconds));
                        source.Cancel();
                    });
            });
            TrainingResult result = TestTraining.Fit(
                network, Noise(65, 37, 3), new() { TrainFrom = 1, Steps = 100_000, ResidualTolerance = 0, Threads = 2 }, recorder, null,
                source.Token);
            Numbers.SameBits(TestTraining.Weights(network), kept, $"weights, cancelled after {microseconds} us: {result.Message}");
            Assert.That(result.Reason, Is.EqualTo(StopReason.Cancelled).Or.EqualTo(StopReason.Rounding).Or.EqualTo(StopReason.Damping));
        }
    }

    [Test]
    public void A_trainer_works_again_after_a_cancelled_fit()
    {
        using Network network = Network.Create(Shapes.Odd, 5);
        using var trainer = new GaussNewtonTrainer(new() { Steps = 1, Threads = 2 });
        Dataset data = TestTraining.Smooth(65, 37, 3);
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.That(trainer.Fit(network, data, cancellation: source.Token).Reason, Is.EqualTo(StopReason.Cancelled));
        Assert.That(trainer.Fit(network, data).Accepted, Is.EqualTo(1));
    }

    [Test]
    public void A_disposed_trainer_says_so_and_may_be_disposed_again()
    {
        using Network network = Network.Create(Shapes.Odd, 5);
        var trainer = new GaussNewtonTrainer(new() { Steps = 1, Threads = 2 });
        trainer.Dispose();
        trainer.Dispose();
        Assert.That(() => trainer.Fit(network, TestTraining.Smooth(65, 37, 3)), Throws.TypeOf<ObjectDisposedException>());
    }

    /// <summary>Rows and targets that have nothing to do with each other: hard to fit.</summary>
    private static Dataset Noise(int count, int width, int outputs) =>
        Dataset.From(ReferenceData.UnitRows(count, width), width, ReferenceData.Normals(count * outputs), outputs).WithoutTransforms();
}
