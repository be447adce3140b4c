using Subquad.Simd;
using Subquad.Simd.Memory;

namespace Subquad.Data;

/// <summary>What the memory of rows depends on.</summary>
/// <param name="Count">Rows.</param>
/// <param name="Entries">Numbers that they store: Count x width of dense rows.</param>
internal readonly record struct InputSize(int Count, long Entries)
{
    /// <summary>Dense rows.</summary>
    public static InputSize OfDense(int count, int width) => new(count, (long)count * width);

    /// <summary>An average part of these rows.</summary>
    public InputSize Part(int count) => count == Count ? this : new(count, (Entries * count + Count - 1) / Count);
}

/// <summary>
/// Rows of numbers, never changed: dense (every number of a row) or sparse, which is compressed (CSR): a row has values in some columns and
/// zeros in the others.
/// </summary>
internal sealed class InputRows
{
    private readonly int[]? _starts;
    private readonly int[] _columns;

    private InputRows(int count, int width, int[]? starts, int[] columns, float[] values)
    {
        Count = count;
        Width = width;
        _starts = starts;
        _columns = columns;
        Values = values;
    }

    /// <summary>Rows.</summary>
    public int Count { get; }

    /// <summary>Numbers of a row, zeros included.</summary>
    public int Width { get; }

    /// <summary>Whether zeros are left out.</summary>
    public bool IsSparse => _starts is not null;

    /// <summary>Dense: Count x Width numbers, row after row; sparse: the entries, row after row. Not to be written to.</summary>
    public float[] Values { get; }

    /// <summary>What was subtracted from each column of dense rows, see <see cref="ColumnOrigin"/>; null where nothing was.</summary>
    public double[]? Origins { get; private init; }

    /// <summary>Numbers that are stored.</summary>
    public int Entries => Values.Length;

    /// <summary>How much these rows hold.</summary>
    public InputSize Size => new(Count, Entries);

    /// <summary>Wraps dense rows; the array is kept, not copied.</summary>
    /// <param name="inputs">Rows of <paramref name="width"/> numbers, at least one row.</param>
    /// <param name="width">Numbers of a row.</param>
    /// <param name="origins">What was subtracted from each column; null for nothing.</param>
    /// <exception cref="ArgumentException">The length is no multiple of the width.</exception>
    public static InputRows Dense(float[] inputs, int width, double[]? origins = null)
    {
        if (width < 1)
            throw new ArgumentException($"expected rows of at least 1 number, found a width of {width}", nameof(width));
        if (inputs.Length == 0 || inputs.Length % width != 0)
            throw new ArgumentException($"expected one or more rows of {width} numbers, found {inputs.Length} numbers", nameof(inputs));
        return new(inputs.Length / width, width, null, [], inputs) { Origins = origins };
    }

    /// <summary>Wraps compressed rows that are known to be whole; the arrays are kept, not copied.</summary>
    /// <param name="starts">Where each row starts in the other arrays, from 0, and where the last one ends.</param>
    /// <param name="columns">Columns below <paramref name="width"/>, ascending in a row.</param>
    /// <param name="values">A value for each.</param>
    /// <param name="width">Numbers of a row.</param>
    public static InputRows Sparse(int[] starts, int[] columns, float[] values, int width)
    {
        Contract.Holds(starts[0] == 0 && starts[^1] == columns.Length && columns.Length == values.Length, "starts divide the entries");
        return new(starts.Length - 1, width, starts, columns, values);
    }

    /// <summary>The stored numbers of a row: all of them, or its entries.</summary>
    public ReadOnlySpan<float> ValuesOf(int row) => Values.AsSpan()[RangeOf(row)];

    /// <summary>The columns of a sparse row's entries.</summary>
    public ReadOnlySpan<int> ColumnsOf(int row) => _columns.AsSpan()[RangeOf(row)];

    /// <summary>Copies all numbers of a row, zeros included.</summary>
    /// <param name="row">0 to Count - 1.</param>
    /// <param name="destination">Width numbers, overwritten.</param>
    public void CopyRow(int row, Span<float> destination)
    {
        ReadOnlySpan<float> values = ValuesOf(row);
        if (!IsSparse)
        {
            values.CopyTo(destination);
            return;
        }
        destination.Clear();
        ReadOnlySpan<int> columns = ColumnsOf(row);
        for (int entry = 0; entry < columns.Length; entry++)
            destination[columns[entry]] = values[entry];
    }

    /// <summary>Some rows, in the order given; a row may be named twice.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An index is outside 0 to Count - 1.</exception>
    /// <exception cref="InvalidDataException">The rows would be too many for one array.</exception>
    public InputRows Take(ReadOnlySpan<int> rows)
    {
        long entries = 0;
        foreach (int row in rows)
        {
            if (row < 0 || row >= Count)
                throw new ArgumentOutOfRangeException(nameof(rows), $"expected a row from 0 to {Count - 1}, found {row}");
            entries += ValuesOf(row).Length;
        }
        if (entries > Array.MaxLength)
            throw new InvalidDataException($"the rows taken: expected at most {Array.MaxLength} numbers, found {entries}");
        var values = new float[entries];
        int[]? starts = IsSparse ? new int[rows.Length + 1] : null;
        int[] columns = IsSparse ? new int[entries] : [];
        for (int i = 0, place = 0; i < rows.Length; i++)
        {
            ReadOnlySpan<float> stored = ValuesOf(rows[i]);
            stored.CopyTo(values.AsSpan(place));
            if (starts is not null)
            {
                ColumnsOf(rows[i]).CopyTo(columns.AsSpan(place));
                starts[i + 1] = place + stored.Length;
            }
            place += stored.Length;
        }
        return new(rows.Length, Width, starts, columns, values) { Origins = Origins };
    }

    /// <summary>Makes a batch hold these rows, without their zeros; no other call may use the batch.</summary>
    public void CopyTo(ActiveBatch batch)
    {
        if (_starts is null)
            batch.SetNonZero(Values, Count, Width);
        else
            batch.SetCsr(Width, _starts, _columns, Values);
    }

    private Range RangeOf(int row) => _starts is null ? (row * Width)..((row + 1) * Width) : _starts[row].._starts[row + 1];
}
