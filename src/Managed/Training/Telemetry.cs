using System.Diagnostics;
using System.Diagnostics.Metrics;
using Subquad.Simd.Memory;

namespace Subquad.Training;

/// <summary>
/// What a host can observe with its own tools: meter and activity source, both named Subquad. Costs nothing while nobody listens.
/// </summary>
internal static class Telemetry
{
    private const string Name = "Subquad";

    private static readonly ActivitySource s_activities = new(Name);
    private static readonly Meter s_meter = new(Name);
    private static readonly Histogram<double> s_stepSeconds =
        s_meter.CreateHistogram<double>("subquad.step.seconds", "s", "Seconds of a trial step");
    private static readonly Gauge<double> s_loss = s_meter.CreateGauge<double>("subquad.loss", null, "Loss after the last trial step");
    private static readonly Counter<long> s_rejected =
        s_meter.CreateCounter<long>("subquad.steps.rejected", null, "Trial steps that were dropped");
    private static readonly ObservableGauge<long> s_nativeBytes =
        s_meter.CreateObservableGauge("subquad.native.bytes", static () => NativeBytes.Live, "By", "Native memory held");

    /// <summary>Begins the activity of a step; null when nobody listens.</summary>
    public static System.Diagnostics.Activity? StartStep(int step, string kernels)
    {
        // The gauge observes only while it is alive, which a static nobody reads would not ensure under trimming.
        GC.KeepAlive(s_nativeBytes);
        return s_activities.StartActivity("Subquad.Step")?.SetTag("subquad.step", step).SetTag("subquad.kernels", kernels);
    }

    public static void StepDone(double seconds, double loss, bool accepted)
    {
        s_stepSeconds.Record(seconds);
        s_loss.Record(loss);
        if (!accepted)
            s_rejected.Add(1);
    }
}
