namespace Subquad.Data;

/// <summary>How a column of a table becomes numbers.</summary>
internal enum ColumnKind
{
    /// <summary>One feature: the number.</summary>
    Numeric,

    /// <summary>One feature per category: 1 for the one named, 0 elsewhere.</summary>
    Categorical,
}

/// <summary>What one cell turned out to be.</summary>
internal enum CellState
{
    /// <summary>A number, or a category seen in training.</summary>
    Known,

    /// <summary>Missing: the median was taken, or all zeros for text.</summary>
    Missing,

    /// <summary>A category never seen in training: all zeros.</summary>
    UnknownCategory,

    /// <summary>Text where a number is needed; nothing was written.</summary>
    NotANumber,

    /// <summary>A number beyond the range of a float; nothing was written.</summary>
    NotFinite,
}

/// <summary>One column of a table, except the target.</summary>
/// <param name="Name">As in the header.</param>
/// <param name="Kind">Number or text.</param>
/// <param name="Median">What a missing number becomes; 0 for text.</param>
/// <param name="Categories">The texts seen in training, in ordinal order; empty for numbers.</param>
/// <param name="Missing">Missing cells met in training.</param>
/// <param name="Origin">What is subtracted from its numbers, see <see cref="ColumnOrigin"/>.</param>
internal sealed record TableColumn(
    string Name, ColumnKind Kind, double Median, string[] Categories, int Missing, double Origin = 0)
{
    /// <summary>Features this column becomes.</summary>
    public int Width => Kind == ColumnKind.Numeric ? 1 : Categories.Length;
}
