using Subquad.Data;

namespace Subquad.Formats;

/// <summary>Fits packed rows to a model or to other rows, which may have been packed or read on their own.</summary>
internal static class PackedLike
{
    /// <summary>
    /// The same rows for a layout: classes are found by name, features of sparse rows that it does not have are left out and counted.
    /// </summary>
    /// <param name="rows">Rows of a packed file.</param>
    /// <param name="layout">What they should be; the kind None leaves out their targets.</param>
    /// <param name="schema">The columns of the table that they should be like; null for none.</param>
    /// <param name="name">What messages call the file.</param>
    /// <exception cref="InvalidDataException">They do not fit.</exception>
    public static Examples Fit(Examples rows, LibsvmLayout layout, TableSchema? schema, string name)
    {
        RequireColumns(rows, schema, name);
        if (rows.FirstIndex is { } found && layout.FirstIndex is { } expected && found != expected)
            throw new InvalidDataException($"{name}: expected features that count from {expected}, found features that count from {found}; "
                + "pack the text with --like");
        InputRows inputs = rows.Inputs.IsSparse ? rows.Inputs.Resized(layout.Width) : rows.Inputs;
        if (inputs.Width != layout.Width)
            throw new InvalidDataException($"{name}: expected rows of {layout.Width} features, found rows of {rows.Width}");
        int ignored = rows.Inputs.Entries - inputs.Entries;
        return Targets(rows, inputs, layout, schema, name)
            .Packed(rows.FirstIndex, rows.Standardise, rows.MissingCells, taskReason: null, ignored);
    }

    private static Examples Targets(Examples rows, InputRows inputs, LibsvmLayout layout, TableSchema? schema, string name)
    {
        if (layout.Kind == TargetKind.None || rows.Kind == TargetKind.None)
            return Examples.WithoutTargets(inputs, schema);
        if (rows.Kind != layout.Kind)
            throw new InvalidDataException($"{name}: expected {Name(layout.Kind)} as targets, found {Name(rows.Kind)}");
        if (rows.Kind == TargetKind.Classes)
            return Examples.OfClasses(inputs, Classes(rows, layout.ClassNames, name), layout.ClassNames, schema);
        if (rows.LabelSets is { } sets && layout.Outputs > 1 && sets.Width <= layout.Outputs)
            return Examples.OfLabelSets(inputs, sets.Widened(layout.Outputs));
        return rows.OutputCount == layout.Outputs
            ? Examples.OfValues(inputs, rows.Values, layout.Outputs, schema, origins: rows.ValueOrigins)
            : throw new InvalidDataException($"{name}: expected {layout.Outputs} targets a row, found {rows.OutputCount}");
    }

    private static int[] Classes(Examples rows, string[] names, string name)
    {
        int[] places = Array.ConvertAll(rows.ClassNames, found => Array.IndexOf(names, found));
        return Array.ConvertAll(rows.Labels, label => places[label] is >= 0 and var place ? place
            : throw new InvalidDataException($"{name}: expected a known class, found '{rows.ClassNames[label]}'"));
    }

    /// <summary>Refuses rows of a table with other columns, or with cells that were missing and took other medians.</summary>
    private static void RequireColumns(Examples rows, TableSchema? schema, string name)
    {
        if (rows.Schema is null && schema is null)
            return;
        if (rows.Schema is null || schema is null)
            throw new InvalidDataException(schema is null
                ? $"{name}: expected rows without named columns, found rows of a table"
                : $"{name}: expected rows of a table, found rows without named columns");
        IReadOnlyList<TableColumn> found = rows.Schema.Columns, expected = schema.Columns;
        for (int column = 0; column < Math.Max(found.Count, expected.Count); column++)
        {
            if (column < found.Count && column < expected.Count && IsAlike(found[column], expected[column], rows.MissingCells > 0))
                continue;
            string wanted = column < expected.Count ? $"the column '{expected[column].Name}' as in the training data" : "no more columns";
            string other = column < found.Count ? $"the column '{found[column].Name}' with other contents" : "none";
            throw new InvalidDataException($"{name}: expected {wanted}, found {other}; pack the table with --like");
        }
    }

    private static bool IsAlike(TableColumn found, TableColumn expected, bool hasMissing) =>
        found.Name == expected.Name && found.Kind == expected.Kind && found.Categories.AsSpan().SequenceEqual(expected.Categories)
        && (!hasMissing || found.Median.Equals(expected.Median));

    private static string Name(TargetKind kind) => kind == TargetKind.Classes ? "classes" : "values";
}
