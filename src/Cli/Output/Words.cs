namespace Subquad.Cli;

/// <summary>Numbers and names as people read them, the same in every language.</summary>
internal static class Words
{
    /// <summary>What a metric of this task is called.</summary>
    public static string MetricName(TaskKind task) =>
        task switch { TaskKind.Classification => "accuracy", TaskKind.MultiLabel => "P@1", _ => "RMSE" };

    /// <summary>Whether it is a share, from 0 to 1.</summary>
    public static bool MetricIsShare(TaskKind task) => task is TaskKind.Classification or TaskKind.MultiLabel;

    /// <summary>accuracy 83.90 %, P@1 62.10 %, or RMSE 4.21 in the units of the target.</summary>
    public static string Metric(TaskKind task, double value) => $"{MetricName(task)} {MetricValue(task, value)}";

    /// <summary>The number of a metric without its name, for a column that has one.</summary>
    public static string MetricValue(TaskKind task, double? value) =>
        value is not { } known ? "" : MetricIsShare(task) ? Percent(known) : Plain(known);

    /// <summary>What the outputs are.</summary>
    public static string Outputs(TaskKind task, int outputs) => task switch
    {
        TaskKind.Classification => $"{outputs} classes",
        TaskKind.MultiLabel => $"{outputs} labels, any number a row",
        _ => outputs == 1 ? "a number" : $"{outputs} numbers",
    };

    public static string Percent(double share) => $"{100 * share:F2} %";

    /// <summary>The leave-one-out loss in logs and step lines, where it is exact for the linearised model.</summary>
    public const string LeftOutLoss = "loo_loss";

    /// <summary>The same of the model averaged over the classes.</summary>
    public const string AveragedLoss = "loo_averaged";

    /// <summary>The leave-one-out metric, likewise.</summary>
    public static string LeftOutMetric(TaskKind task) =>
        task switch { TaskKind.Classification => "loo_accuracy", TaskKind.MultiLabel => "loo_precision_at_1", _ => "loo_rmse" };

    /// <summary>Two decimals, or more for small numbers: three digits that count.</summary>
    public static string Plain(double value)
    {
        double size = Math.Abs(value);
        int decimals = size is > 0 and < 1 ? (int)Math.Clamp(2 - Math.Floor(Math.Log10(size)), 2, 12) : 2;
        return value.ToString($"F{decimals}");
    }

    public static string Bytes(long bytes) => bytes switch
    {
        < 1 << 10 => $"{bytes} bytes",
        < 1 << 20 => $"{bytes / 1024.0:F1} KiB",
        < 1 << 30 => $"{bytes / (1024.0 * 1024):F1} MiB",
        _ => $"{bytes / (1024.0 * 1024 * 1024):F2} GiB",
    };

    public static string List<T>(IEnumerable<T> values) => string.Join(", ", values);

    /// <summary>784 - 4096 - 4096 - 10, then what fires, then the mode.</summary>
    public static string Shape(NetworkShape shape)
    {
        string firing = shape.Densities is { } densities ? $"density {List(densities)}" : $"shift {List(shape.ShiftConstant)}";
        return $"{string.Join(" - ", [shape.Inputs, .. shape.Hidden, shape.Outputs])}, {firing}, " +
            $"{shape.Normalisation.ToString().ToLowerInvariant()}{(shape.DirectWeights ? ", direct weights" : "")}";
    }

    /// <summary>The solvers as the command names them, in the order of <see cref="SolverChoice"/>.</summary>
    public static readonly string[] Solvers = ["auto", "cholesky", "pcg", "direct", "lowrank"];

    public static string? Solver(SolverChoice? choice) => choice is { } known ? Solvers[(int)known] : null;

    /// <summary>The solver of that name; without one, the automatic choice.</summary>
    public static SolverChoice Solver(string? name) => name is null ? SolverChoice.Automatic : (SolverChoice)Array.IndexOf(Solvers, name);

    /// <summary>The choices of <see cref="Subquad.LeaveOneOutChoice"/> as the command names them, in their order.</summary>
    public static readonly string[] LeaveOneOut = ["auto", "on", "off"];

    /// <summary>The choice of that name; without one, the automatic one.</summary>
    public static LeaveOneOutChoice LeaveOneOutChoice(string? name) =>
        name is null ? Subquad.LeaveOneOutChoice.Automatic : (LeaveOneOutChoice)Array.IndexOf(LeaveOneOut, name);

    /// <summary>1 epoch, 2 epochs.</summary>
    public static string Count(int count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";

    /// <summary>All stages of a step.</summary>
    public static double Seconds(StepReport report) => report.Seconds.Values.Sum();
}
