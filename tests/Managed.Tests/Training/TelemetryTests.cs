using System.Diagnostics;
using System.Diagnostics.Metrics;
using Subquad.Managed.Tests.Engine;
using Microsoft.Extensions.Logging;
using NUnit.Framework;
using Subquad;
using Subquad.Simd.Interop;
using Subquad.Simd.Memory;

namespace Subquad.Managed.Tests.Training;

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
        TrainingResult result = TestTraining.Fit(network, TestTraining.Smooth(65, 37, 3), new() { Steps = 3, Threads = 2 });
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
        var steps = new List<(object? Step, object? Kernels)>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Subquad",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity => steps.Add((activity.GetTagItem("subquad.step"), activity.GetTagItem("subquad.kernels"))),
        };
        ActivitySource.AddActivityListener(listener);
        using Network network = Network.Create(Shapes.Odd, 5);
        _ = TestTraining.Fit(network, TestTraining.Smooth(65, 37, 3), new() { Steps = 3, Threads = 2 });
        Assert.That(steps, Is.EqualTo(Enumerable.Range(1, 3).Select(step => ((object?)step, (object?)network.Kernels.Name))));
    }

    [Test]
    public void A_logger_hears_once_which_kernels_compute_and_whether_the_C_core_is_there()
    {
        var log = new Lines();
        using Network network = Network.Create(Shapes.Odd, 5);
        using var trainer = new GaussNewtonTrainer(new() { Steps = 1, Threads = 2 }, log);
        Assert.That(log, Is.Empty);
        for (int fit = 0; fit < 2; fit++)
            _ = trainer.Fit(network, TestTraining.Smooth(65, 37, 3));
        LogLevel level = NativeCore.IsIgnored ? LogLevel.Warning : LogLevel.Information;
        Assert.That(log, Is.EqualTo(new[] { (level, $"training with kernels {network.Kernels.Name}; {NativeCore.Describe()}") }));
    }

    private sealed class Lines : List<(LogLevel Level, string Text)>, ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) => Add((logLevel, formatter(state, exception)));
    }
}
