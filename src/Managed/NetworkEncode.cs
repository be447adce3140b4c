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
    /// <returns><see cref="InputWidth"/> features for <see cref="Predict(ReadOnlySpan{float}, Span{float})"/>.</returns>
    /// <exception cref="InvalidDataException">A column has no value, a text is no number where one is expected, or a number is not finite;
    /// the message names the column.</exception>
    /// <exception cref="InvalidOperationException">The network was not trained on a table.</exception>
    public float[] Encode(IReadOnlyDictionary<string, object?> record)
    {
        ArgumentNullException.ThrowIfNull(record);
        var row = new double[RequireTable().Width];
        Encode(record, row);
        return Array.ConvertAll(row, feature => (float)feature);
    }

    /// <summary>
    /// As <see cref="Encode(IReadOnlyDictionary{string, object?})"/>, in float64 and into an array of the caller: columns far from 0 beside
    /// their deviation keep what varies in them.
    /// </summary>
    /// <param name="record">A value per column.</param>
    /// <param name="row">Room for <see cref="InputWidth"/> features, for <see cref="Predict(ReadOnlySpan{double}, Span{double})"/>.</param>
    /// <exception cref="ArgumentException">The room is another.</exception>
    /// <exception cref="InvalidDataException">A column has no value, a text is no number where one is expected, or a number is not finite;
    /// the message names the column.</exception>
    /// <exception cref="InvalidOperationException">The network was not trained on a table.</exception>
    public void Encode(IReadOnlyDictionary<string, object?> record, Span<double> row)
    {
        ArgumentNullException.ThrowIfNull(record);
        TableSchema table = RequireRoom(row);
        for (int column = 0; column < table.Columns.Count; column++)
            EncodeValue(table, column, record.TryGetValue(table.Columns[column].Name, out object? value)
                ? value
                : throw new InvalidDataException($"column '{table.Columns[column].Name}': expected a value or null, found no entry"), row);
    }

    /// <summary>As <see cref="Encode(IReadOnlyDictionary{string, object?})"/>, from cells in the order of the columns.</summary>
    /// <param name="cells">A text per column of <see cref="Schema"/>, read as a cell of a table is; null is missing.</param>
    /// <returns><see cref="InputWidth"/> features for <see cref="Predict(ReadOnlySpan{float}, Span{float})"/>.</returns>
    /// <exception cref="ArgumentException">The number of cells is another.</exception>
    /// <exception cref="InvalidDataException">A cell is no number where one is expected, or is not finite; the message names the
    /// column.</exception>
    /// <exception cref="InvalidOperationException">The network was not trained on a table.</exception>
    public float[] Encode(ReadOnlySpan<string?> cells)
    {
        var row = new double[RequireTable().Width];
        Encode(cells, row);
        return Array.ConvertAll(row, feature => (float)feature);
    }

    /// <summary>
    /// As <see cref="Encode(ReadOnlySpan{string})"/>, in float64 and into an array of the caller, see
    /// <see cref="Encode(IReadOnlyDictionary{string, object?}, Span{double})"/>.
    /// </summary>
    /// <param name="cells">A text per column.</param>
    /// <param name="row">Room for <see cref="InputWidth"/> features.</param>
    /// <exception cref="ArgumentException">The number of cells or the room is another.</exception>
    /// <exception cref="InvalidDataException">A cell is no number where one is expected, or is not finite; the message names the
    /// column.</exception>
    /// <exception cref="InvalidOperationException">The network was not trained on a table.</exception>
    public void Encode(ReadOnlySpan<string?> cells, Span<double> row)
    {
        TableSchema table = RequireRoom(row);
        if (cells.Length != table.Columns.Count)
            throw new ArgumentException($"expected {table.Columns.Count} cells, found {cells.Length}", nameof(cells));
        for (int column = 0; column < cells.Length; column++)
            EncodeCell(table, column, cells[column], row);
    }

    private TableSchema RequireTable() => Table
        ?? throw new InvalidOperationException("the network was not trained on a table, so its features have no names");

    private TableSchema RequireRoom(Span<double> row)
    {
        TableSchema table = RequireTable();
        if (row.Length != table.Width)
            throw new ArgumentException($"expected room for {table.Width} features, found {row.Length}", nameof(row));
        row.Clear();
        return table;
    }

    private static void EncodeValue(TableSchema table, int column, object? value, Span<double> row)
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
        double feature = Convert.ToDouble(value, CultureInfo.InvariantCulture);
        if (double.IsNaN(feature))
            EncodeCell(table, column, null, row);
        else if (table.IsFinite(column, feature))
            table.FeaturesOf(column, row)[0] = feature;
        else
            throw NotEncoded(table, column, "a finite number", Text(value));
    }

    private static void EncodeCell(TableSchema table, int column, string? cell, Span<double> row)
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
