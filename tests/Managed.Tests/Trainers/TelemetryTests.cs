using System.Diagnostics;
using System.Diagnostics.Metrics;
using Managed.Tests.Engine;
using NUnit.Framework;
using Subquad;
using Subquad.Simd.Memory;

namespace Managed.Tests.Trainers;

/// <summary>What a host sees with the listeners of the base library, without a progress sink.</summary>
[TestFixture]
internal sealed class TelemetryTests
{
    [Test]
    public void Steps_losses_and_native_bytes_reach_a_meter_listener()
    {
        var measured = new List<(string Name, double Value)>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == "Subquad")
                    self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => measured.Add((instrument.Name, value)));
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => measured.Add((instrument.Name, value)));
        listener.Start();
        using Network network = Network.Create(Shapes.Odd, 5);
        TrainingResult result = Training.Fit(network, Training.Smooth(65, 37, 3), new() { Steps = 3, Threads = 2 });
        listener.RecordObservableInstruments();
        double[] seconds = Of("subquad.step.seconds"), losses = Of("subquad.loss");
        Assert.That((seconds.Length, losses.Length), Is.EqualTo((3, 3)));
        Assert.That(seconds, Is.All.Positive);
        Assert.That(losses[^1], Is.EqualTo(result.Loss));
        Assert.That(Of("subquad.steps.rejected").Sum(), Is.EqualTo(result.Steps - result.Accepted));
        Assert.That(Of("subquad.native.bytes"), Is.EqualTo(new[] { (double)NativeBytes.Live }));

        double[] Of(string name) => [.. measured.Where(each => each.Name == name).Select(each => each.Value)];
    }

    [Test]
    public void Every_step_is_an_activity()
    {
        var steps = new List<object?>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Subquad",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity => steps.Add(activity.GetTagItem("subquad.step")),
        };
        ActivitySource.AddActivityListener(listener);
        using Network network = Network.Create(Shapes.Odd, 5);
        _ = Training.Fit(network, Training.Smooth(65, 37, 3), new() { Steps = 3, Threads = 2 });
        Assert.That(steps, Is.EqualTo(new object[] { 1, 2, 3 }));
    }
}
