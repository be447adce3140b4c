namespace Subquad.Cli;

/// <summary>One plain line per step, for pipes and files.</summary>
internal sealed class StepLines(TextWriter output, TaskKind task)
{
    public void Write(StepReport report)
    {
        string validation = report.ValidationMetric is { } metric ? $"  validation {Words.MetricValue(task, metric)}" : "";
        string line = $"step {report.Step,3}  loss {report.Loss:g5}  train {Words.MetricValue(task, report.TrainMetric)}{validation}";
        if (report is GaussNewtonStepReport { Step: > 0 } trial)
            line += $"  damping {trial.Damping:g3}  {Words.Solver(trial.Solver)}  cg {trial.CgIterations}";
        if (report.Step > 0)
            line += $"  active {Words.List(report.Active.Select(Words.Percent))}  {Words.Seconds(report):F2} s";
        if (report is GaussNewtonStepReport { Step: > 0, Accepted: false })
            line += "  rejected";
        output.WriteLine(line);
        output.Flush();
    }
}
