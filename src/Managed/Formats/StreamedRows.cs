using Subquad.Data;

namespace Subquad.Formats;

/// <summary>A row of a file that is read row by row.</summary>
/// <param name="Columns">The columns of its entries; empty for a dense row.</param>
/// <param name="Values">Its entries, or all its numbers.</param>
/// <param name="Labels">Its class, or its labels; empty for values.</param>
/// <param name="Targets">Its values; empty for classes and labels.</param>
internal readonly record struct StreamedRow(int[] Columns, float[] Values, int[] Labels, float[] Targets);

/// <summary>Makes batches, with a model's transforms, of rows that are read one by one.</summary>
/// <param name="IsSparse">Whether rows are given by their entries.</param>
/// <param name="Width">Raw features.</param>
/// <param name="Targets">What the targets are.</param>
/// <param name="ClassNames">Classes in label order.</param>
/// <param name="Outputs">Numbers of a target.</param>
/// <param name="Input">The input transform.</param>
/// <param name="Target">The target transform.</param>
/// <param name="InputOrigins">What was subtracted from each column of dense rows; null for nothing.</param>
/// <param name="ValueOrigins">What was subtracted from each target; null for nothing.</param>
internal sealed record StreamedRows(
    bool IsSparse, int Width, PackedTargets Targets, string[] ClassNames, int Outputs, InputTransform Input, TargetTransform Target,
    double[]? InputOrigins = null, double[]? ValueOrigins = null)
{
    /// <summary>The rows in batches; the last may be smaller.</summary>
    /// <param name="rows">One row or more.</param>
    /// <param name="size">Rows of a batch.</param>
    public IEnumerable<EpochBatch> Batches(IEnumerable<StreamedRow> rows, int size)
    {
        var batch = new List<StreamedRow>();
        foreach (StreamedRow row in rows)
        {
            if (batch.Count == size)
            {
                yield return new(BatchOf(batch), IsLast: false);
                batch.Clear();
            }
            batch.Add(row);
        }
        yield return new(BatchOf(batch), IsLast: true);
    }

    private RowBatch BatchOf(List<StreamedRow> rows)
    {
        float[] values = [.. rows.SelectMany(row => row.Values)];
        int[] labels = [.. rows.SelectMany(row => row.Labels)];
        InputRows inputs = IsSparse
            ? InputRows.Sparse(Starts(rows, row => row.Values.Length), [.. rows.SelectMany(row => row.Columns)], values, Width)
            : InputRows.Dense(values, Width, InputOrigins);
        Examples examples = Targets switch
        {
            PackedTargets.Classes => Examples.OfClasses(inputs, labels, ClassNames),
            PackedTargets.Labels =>
                Examples.OfLabelSets(inputs, new LabelSets("the batch", Outputs, Starts(rows, row => row.Labels.Length), labels)),
            _ => Examples.OfValues(inputs, [.. rows.SelectMany(row => row.Targets)], Outputs, origins: ValueOrigins),
        };
        return RowBatch.From(examples, Input, Target, needsTargets: true);
    }

    private static int[] Starts(List<StreamedRow> rows, Func<StreamedRow, int> lengthOf)
    {
        var starts = new int[rows.Count + 1];
        for (int i = 0; i < rows.Count; i++)
            starts[i + 1] = checked(starts[i] + lengthOf(rows[i]));
        return starts;
    }
}
