using Spectre.Console;
using Spectre.Console.Rendering;

namespace Subquad.Cli;

/// <summary>A table on a terminal that grows with the training, and a bar for the steps done.</summary>
internal sealed class StepTable
{
    private const int BarWidth = 40;

    private readonly Table _table = new Table().Border(TableBorder.Simple);
    private readonly TaskKind _task;
    private readonly int _most;
    private readonly int? _epochs;
    private int _done, _epoch;

    /// <param name="task">What the metrics are.</param>
    /// <param name="most">Steps at most.</param>
    /// <param name="epochs">Epochs at most; null where a step is a pass over all rows.</param>
    public StepTable(TaskKind task, int most, int? epochs)
    {
        _task = task;
        _most = Math.Max(1, most);
        _epochs = epochs;
        foreach (string heading in new[] { "step", "loss", "train", "validation", "damping", "CG", "active", "seconds", "" })
            _table.AddColumn(new TableColumn(heading).RightAligned().PadLeft(1).PadRight(0).NoWrap());
    }

    /// <summary>The table as it stands.</summary>
    public IRenderable View => new Rows(_table, new Markup(Bar()));

    public void Add(StepReport report)
    {
        (_done, _epoch) = (report.Step, report.Epoch);
        GaussNewtonStepReport? trial = report.Step == 0 ? null : report as GaussNewtonStepReport;
        bool isDropped = trial is { Accepted: false };
        string[] cells =
        [
            $"{report.Step}",
            $"{report.Loss:g5}",
            Words.MetricValue(_task, report.TrainMetric),
            Words.MetricValue(_task, report.ValidationMetric ?? report.LeaveOneOutMetric),
            trial is null ? "" : $"{trial.Damping:g3}",
            trial is null ? "" : $"{trial.CgIterations}",
            Words.List(report.Active.Select(Words.Percent)),
            $"{Words.Seconds(report):F2}",
            isDropped ? "rejected" : "",
        ];
        _table.AddRow(cells.Select(cell => new Markup(isDropped ? $"[dim]{cell}[/]" : cell)));
    }

    /// <summary>Shows the table while <paramref name="work"/> runs, which calls the action it is given after each change.</summary>
    public T Draw<T>(Func<Action, T> work) => AnsiConsole.Live(View)
        // More steps than the window has lines: the newest stay in sight.
        .Overflow(VerticalOverflow.Crop).Cropping(VerticalOverflowCropping.Top).Start(context => work(() => context.UpdateTarget(View)));

    private string Bar()
    {
        int filled = Math.Min(BarWidth, BarWidth * _done / _most);
        return $"[green]{new string('━', filled)}[/][dim]{new string('─', BarWidth - filled)}[/] {_done} of at most {_most} steps" +
            (_epochs is { } most ? $", epoch {_epoch} of {most}" : "");
    }
}
