using Subquad;

namespace Subquad.Managed.Tests.Training;

/// <summary>Keeps the reports of a training run, and may do something at each: on the thread that trains, before the next step.</summary>
internal sealed class Recorder(Action<GaussNewtonStepReport>? then = null) : IProgress<StepReport>
{
    public List<GaussNewtonStepReport> Reports { get; } = [];

    /// <summary>The reports of trial steps: all but the first, which tells the state before training.</summary>
    public IEnumerable<GaussNewtonStepReport> Trials => Reports.Skip(1);

    public void Report(StepReport value)
    {
        var report = (GaussNewtonStepReport)value;
        Reports.Add(report);
        then?.Invoke(report);
    }
}
