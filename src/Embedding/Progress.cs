namespace Subquad.Embedding;

/// <summary>Hands every report to the callback of a C program and stops the fit when that says so.</summary>
internal sealed unsafe class Progress(
    delegate* unmanaged[Cdecl]<StepView*, void*, int> callback, void* context, CancellationTokenSource stop) : IProgress<StepReport>
{
    private readonly delegate* unmanaged[Cdecl]<StepView*, void*, int> _callback = callback;
    private readonly void* _context = context;

    public void Report(StepReport value)
    {
        var trial = (GaussNewtonStepReport)value;
        double seconds = 0;
        foreach (double stage in value.Seconds.Values)
            seconds += stage;
        var step = new StepView
        {
            Size = (uint)sizeof(StepView),
            Step = value.Step,
            Accepted = trial.Accepted ? 1 : 0,
            CgIterations = trial.CgIterations,
            Loss = value.Loss,
            TrainMetric = value.TrainMetric,
            ValidationLoss = value.ValidationLoss ?? double.NaN,
            ValidationMetric = value.ValidationMetric ?? double.NaN,
            Damping = trial.Damping,
            Seconds = seconds,
        };
        if (_callback(&step, _context) != 0)
            stop.Cancel();
    }
}
