namespace Subquad.Cli;

/// <summary>One plain line per step, for pipes and files.</summary>
/// <param name="output">Where the lines go.</param>
/// <param name="task">What the metrics are.</param>
/// <param name="epochs">Epochs at most; null where a step is a pass over all rows.</param>
internal sealed class StepLines(TextWriter output, TaskKind task, int? epochs)
{
    public void Write(StepReport report)
    {
        string validation = report.ValidationMetric is { } metric ? $"  validation {Words.MetricValue(task, metric)}" : "";
        string epoch = epochs is { } most && report.Step > 0 ? $"  epoch {report.Epoch} of {most}" : "";
        string line =
            $"step {report.Step,3}{epoch}  loss {report.Loss:g5}  train {Words.MetricValue(task, report.TrainMetric)}{validation}";
        if (report.LeaveOneOutLoss is { } leftOut)
            line += report is GaussNewtonStepReport { LeaveOneOutIsAveraged: true } ? $"  {Words.AveragedLoss} {leftOut:g5}"
                : $"  {Words.LeftOutLoss} {leftOut:g5}  {Words.LeftOutMetric(task)} {Words.MetricValue(task, report.LeaveOneOutMetric)}";
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
