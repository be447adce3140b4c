using Subquad.Data;

namespace Subquad;

/// <summary>The columns of the table that a network was trained on, and the features that they became. Never changes.</summary>
public sealed class NetworkSchema
{
    internal NetworkSchema(TableSchema table)
    {
        Columns = Array.AsReadOnly(table.Columns.Select(column => new ColumnSummary(column)).ToArray());
        FeatureNames = Array.AsReadOnly(table.FeatureNames);
        TargetColumn = table.TargetName;
    }

    /// <summary>The columns beside the target, in training order.</summary>
    public IReadOnlyList<ColumnSummary> Columns { get; }

    /// <summary>One name per feature of a raw row: the column, or <c>column=category</c>.</summary>
    public IReadOnlyList<string> FeatureNames { get; }

    /// <summary>The column that is predicted.</summary>
    public string TargetColumn { get; }
}
