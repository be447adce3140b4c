namespace Subquad.Perf.EndToEnd.Tables;

/// <summary>A data set with rows and a target, and how it is divided into rows to train on and rows to test on.</summary>
/// <param name="name">Its name in rows and pages.</param>
/// <param name="metric">What is measured of it.</param>
abstract class TableSet(string name, TableMetric metric)
{
    public string Name { get; } = name;

    public TableMetric Metric { get; } = metric;

    /// <summary>Splits that the value is the mean of: those that the set comes with, or the first one.</summary>
    public int StandardSplits { get; init; } = 1;

    /// <summary>Splits that there are.</summary>
    public int Splits { get; init; } = int.MaxValue;

    /// <summary>Figures that others published, or that the description of the data has, in the units of the metric.</summary>
    public IReadOnlyList<(string Source, double Value)> References { get; init; } = [];

    /// <summary>Whether its trainings take seconds: a quick run has these sets only.</summary>
    public bool IsSmall { get; init; }

    /// <summary>Whether no trainer of rows in memory can take it; then it has references only.</summary>
    public bool HasReferencesOnly { get; init; }

    /// <summary>Writes the rows of a split as files that the command reads.</summary>
    /// <param name="data">The folder with all sets.</param>
    /// <param name="folder">Where the files go; it is empty.</param>
    /// <param name="split">From 0; the same number gives the same rows.</param>
    public abstract TableFiles Write(DirectoryInfo data, DirectoryInfo folder, int split);

    /// <summary>The rows of a split of sets that come without one: a fifth is for tests.</summary>
    protected static (string[] Train, string[] Test) Divide(IEnumerable<string> rows, int split, double testShare = 0.2)
    {
        string[] shuffled = [.. rows];
        new Random(split).Shuffle(shuffled);
        int test = (int)Math.Round(testShare * shuffled.Length);
        return (shuffled[test..], shuffled[..test]);
    }
}

/// <summary>A split on the disk.</summary>
/// <param name="Train">What the command's <c>train</c> takes as DATA; null for the sample that it carries.</param>
/// <param name="Rows">The same rows for the other trainers.</param>
/// <param name="Test">The rows to test on.</param>
/// <param name="IsRegression">Whether the target must be named as numbers: integers would pass for classes.</param>
sealed record TableFiles(string? Train, string Rows, string Test, bool IsRegression = false);
