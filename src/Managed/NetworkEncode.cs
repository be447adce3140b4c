using System.Globalization;
using System.Text.Json;
using Subquad.Data;

namespace Subquad;

public sealed partial class Network
{
    /// <summary>
    /// Makes the raw row of one record, as the rows of the training table were made: the same columns, medians and categories. Thread-safe.
    /// </summary>
    /// <param name="record">
    /// A value per column of <see cref="Schema"/> by its name; other names are ignored, the target's too. Null and NaN are missing, as are
    /// texts that are missing in a table. A number is taken as it is; a text is read as a cell is. A category that training never saw has
    /// no feature.
    /// </param>
    /// <returns><see cref="InputWidth"/> features for <see cref="Predict"/>.</returns>
    /// <exception cref="InvalidDataException">A column has no value, a text is no number where one is expected, or a number is not finite;
    /// the message names the column.</exception>
    /// <exception cref="InvalidOperationException">The network was not trained on a table.</exception>
    public float[] Encode(IReadOnlyDictionary<string, object?> record)
    {
        ArgumentNullException.ThrowIfNull(record);
        TableSchema table = RequireTable();
        var row = new float[table.Width];
        for (int column = 0; column < table.Columns.Count; column++)
            EncodeValue(table, column, record.TryGetValue(table.Columns[column].Name, out object? value)
                ? value
                : throw new InvalidDataException($"column '{table.Columns[column].Name}': expected a value or null, found no entry"), row);
        return row;
    }

    /// <summary>As <see cref="Encode(IReadOnlyDictionary{string, object?})"/>, from cells in the order of the columns.</summary>
    /// <param name="cells">A text per column of <see cref="Schema"/>, read as a cell of a table is; null is missing.</param>
    /// <returns><see cref="InputWidth"/> features for <see cref="Predict"/>.</returns>
    /// <exception cref="ArgumentException">The number of cells is another.</exception>
    /// <exception cref="InvalidDataException">A cell is no number where one is expected, or is not finite; the message names the
    /// column.</exception>
    /// <exception cref="InvalidOperationException">The network was not trained on a table.</exception>
    public float[] Encode(ReadOnlySpan<string?> cells)
    {
        TableSchema table = RequireTable();
        if (cells.Length != table.Columns.Count)
            throw new ArgumentException($"expected {table.Columns.Count} cells, found {cells.Length}", nameof(cells));
        var row = new float[table.Width];
        for (int column = 0; column < cells.Length; column++)
            EncodeCell(table, column, cells[column], row);
        return row;
    }

    private TableSchema RequireTable() => Table
        ?? throw new InvalidOperationException("the network was not trained on a table, so its features have no names");

    private static void EncodeValue(TableSchema table, int column, object? value, float[] row)
    {
        // A number of JSON has a decimal point, whatever the notation of the table is.
        if (value is JsonElement { ValueKind: JsonValueKind.Number } number)
            value = number.GetDouble();
        bool isNumber = table.Columns[column].Kind == ColumnKind.Numeric
            && value is IConvertible and not (string or char or bool or DateTime or DBNull);
        if (!isNumber)
        {
            EncodeCell(table, column, Text(value), row);
            return;
        }
        float single = Convert.ToSingle(value, CultureInfo.InvariantCulture);
        if (float.IsNaN(single))
            EncodeCell(table, column, null, row);
        else if (float.IsFinite(single))
            table.FeaturesOf(column, row)[0] = single;
        else
            throw NotEncoded(table, column, "a finite number", Text(value));
    }

    private static void EncodeCell(TableSchema table, int column, string? cell, float[] row)
    {
        switch (table.Encode(column, cell ?? "", row))
        {
            case CellState.NotANumber:
                throw NotEncoded(table, column, "a number", cell);
            case CellState.NotFinite:
                throw NotEncoded(table, column, "a number within the range of float32", cell);
        }
    }

    private static InvalidDataException NotEncoded(TableSchema table, int column, string expected, string? found) =>
        new($"column '{table.Columns[column].Name}': expected {expected}, found '{found}'");

    // The same in every culture, as a table is read.
    private static string? Text(object? value) => value switch
    {
        double.NaN or float.NaN or DBNull => null,
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value?.ToString(),
    };
}
