namespace Subquad.Perf.EndToEnd.Trainings;

/// <summary>Hears of a step while the trainer waits; <see cref="Progress{T}"/> would tell of it later, from another thread.</summary>
sealed class Listener(Action<GaussNewtonStepReport> hear) : IProgress<StepReport>
{
    public void Report(StepReport value) => hear((GaussNewtonStepReport)value);
}
