using Subquad.Data;

namespace Subquad;

/// <summary>A column of the table that a network was trained on. Never changes.</summary>
public sealed class ColumnSummary
{
    internal ColumnSummary(TableColumn column)
    {
        Name = column.Name;
        Median = column.Kind == ColumnKind.Numeric ? (float)column.Median : null;
        Categories = Array.AsReadOnly(column.Categories);
    }

    /// <summary>As in the header.</summary>
    public string Name { get; }

    /// <summary>What a missing number becomes; null for text.</summary>
    public float? Median { get; }

    /// <summary>The texts that have a feature, in ordinal order; empty for numbers.</summary>
    public IReadOnlyList<string> Categories { get; }
}
