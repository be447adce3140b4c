using Subquad.Managed.Tests.Engine;
using NUnit.Framework;
using Subquad;
using Subquad.Support;

namespace Subquad.Managed.Tests.Training;

/// <summary>A fit that ends early keeps the steps that were accepted, whatever ended it, and leaves a network that can be used.</summary>
[TestFixture]
internal sealed class EarlyEndTests
{
    [Test]
    public void Accepted_steps_are_kept([Values] bool throws, [Values(1, 2)] int trainFrom)
    {
        Dataset data = TestTraining.Smooth(70, Shapes.Odd.Inputs, Shapes.Odd.Outputs);
        var options = new GaussNewtonOptions { TrainFrom = trainFrom, Steps = 2, Threads = 2 };
        using Network whole = Network.Create(Shapes.Odd, 3), early = Network.Create(Shapes.Odd, 3);
        Assert.That(TestTraining.Fit(whole, data, options).Accepted, Is.EqualTo(2));

        // Nobody reads the weights before the end: what is kept beside them must be added there.
        using var stop = new CancellationTokenSource();
        var listener = new Recorder(report =>
        {
            if (report.Step != 2)
                return;
            if (throws)
                throw new NotSupportedException();
            stop.Cancel();
        });
        TrainingResult Fit() => TestTraining.Fit(early, data, options with { Steps = 9 }, listener, cancellation: stop.Token);
        if (throws)
            Assert.That(() => Fit(), Throws.TypeOf<NotSupportedException>());
        else
            Assert.That(Fit().Reason, Is.EqualTo(StopReason.Cancelled));

        Assert.That(early.Layers.PendingChange is null, "nothing waits any more");
        Assert.That(early.HiddenStepScale, Is.EqualTo(whole.HiddenStepScale));
        Numbers.SameBits(TestTraining.Weights(early), TestTraining.Weights(whole), "weights");
        Assert.That(TestTraining.Fit(early, data, options).Accepted, Is.EqualTo(2), "it can be fitted again");
    }
}
