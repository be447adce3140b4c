namespace Subquad;

/// <summary>How to read a table; every property may stay at its default.</summary>
public sealed record CsvOptions
{
    /// <summary>The column to predict; null means the last one. Columns of a table without a header are named "1", "2", ...</summary>
    public string? Target { get; init; }

    /// <summary>
    /// Classification or regression; null decides by the target column: text is classes, and so are integers unless they take more than 100
    /// different values or more values than half of the rows; all else is regression. <see cref="Dataset.TaskReason"/> says why.
    /// </summary>
    public TaskKind? Task { get; init; }

    /// <summary>What stands between cells: a comma, semicolon, tab or bar, or a blank for white space; null finds it.</summary>
    public char? Separator { get; init; }

    /// <summary>Whether the first line holds names; null means yes unless it holds numbers where the lines below do.</summary>
    public bool? HasHeader { get; init; }

    /// <summary>Whether 1,5 is one and a half.</summary>
    public bool DecimalComma { get; init; }

    /// <summary>What separates groups of three digits; null means that nothing does.</summary>
    public char? Thousands { get; init; }

    /// <summary>
    /// Cells that are missing, beside empty ones. Null means the usual: NA, N/A, #N/A, NaN, null, ?, \N; and in columns of numbers also -,
    /// --, ., None, nil, n.a.
    /// </summary>
    public IReadOnlyList<string>? MissingTokens { get; init; }

    /// <summary>
    /// Cells that are missing beside empty ones and those of <see cref="MissingTokens"/>, which are the usual ones if that is null.
    /// </summary>
    public IReadOnlyList<string>? MoreMissingTokens { get; init; }

    /// <summary>Columns to leave out.</summary>
    public IReadOnlyList<string>? Ignore { get; init; }

    /// <summary>The only columns to learn from; null means all but the target.</summary>
    public IReadOnlyList<string>? Features { get; init; }

    /// <summary>Columns that are text even if they hold numbers.</summary>
    public IReadOnlyList<string>? TextColumns { get; init; }

    /// <summary>Whether rows without a target are left out; else they are an error.</summary>
    public bool SkipMissingTargets { get; init; }

    /// <summary>The encoding, as "latin1"; null means UTF-8, or UTF-16 with a mark.</summary>
    public string? Encoding { get; init; }
}
