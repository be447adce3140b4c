namespace Subquad;

/// <summary>How to read a CSV; every property may stay at its default.</summary>
public sealed class CsvOptions
{
    /// <summary>The column to predict; null means the last one.</summary>
    public string? Target { get; init; }

    /// <summary>
    /// Classification or regression; null decides by the target column: text is classes, and so are integers unless they take more than 100
    /// different values or more values than half of the rows; all else is regression.
    /// </summary>
    public TaskKind? Task { get; init; }
}
