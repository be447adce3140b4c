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
    /// <summary>Features that sparse rows may have: the widest layer there is.</summary>
    public const int MaxSparseWidth = 1 << 24;

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

    /// <summary>Copies compressed rows that others made: entries may come in any order, and zeros are left out.</summary>
    /// <param name="starts">Where each row starts in the other two, from 0, and where the last one ends.</param>
    /// <param name="columns">Columns below <paramref name="width"/>, each once in a row.</param>
    /// <param name="values">A value for each.</param>
    /// <param name="width">Numbers of a row.</param>
    /// <exception cref="ArgumentException">The lengths do not fit, or the starts do not divide the entries.</exception>
    /// <exception cref="InvalidDataException">A column is outside the width, or occurs twice in a row.</exception>
    public static InputRows Checked(ReadOnlySpan<int> starts, ReadOnlySpan<int> columns, ReadOnlySpan<float> values, int width)
    {
        if (width is < 1 or > MaxSparseWidth)
            throw new ArgumentException($"expected a width from 1 to {MaxSparseWidth}, found {width}", nameof(width));
        if (starts.Length < 2)
            throw new ArgumentException($"expected the start of at least one row and its end, found {starts.Length} numbers", "rowStarts");
        if (values.Length != columns.Length)
            throw new ArgumentException($"expected a value for each of {columns.Length} indices, found {values.Length}", nameof(values));
        return CheckedInPlace(starts.ToArray(), columns.ToArray(), values.ToArray(), width);
    }

    /// <summary>As <see cref="Checked"/>, but takes the arrays, of lengths that fit, and changes them.</summary>
    public static InputRows CheckedInPlace(int[] ends, int[] kept, float[] numbers, int width)
    {
        if (ends[0] != 0 || ends[^1] != kept.Length)
            throw new ArgumentException(
                $"expected starts from 0 to {kept.Length}, the number of indices, found {ends[0]} to {ends[^1]}", "rowStarts");
        for (int row = 1; row < ends.Length; row++)
            if (ends[row] < ends[row - 1] || ends[row] > kept.Length)
                throw new ArgumentException(
                    $"row {row - 1} (from 0): expected its end from {ends[row - 1]} to {kept.Length}, found {ends[row]}", "rowStarts");
        int place = 0;
        for (int row = 0, start = 0; row < ends.Length - 1; row++)
        {
            int end = ends[row + 1];
            CheckEntries(row, kept.AsSpan(start..end), numbers.AsSpan(start..end), width);
            for (int i = start; i < end; i++)
                if (numbers[i] != 0)
                    (kept[place], numbers[place++]) = (kept[i], numbers[i]);
            (start, ends[row + 1]) = (end, place);
        }
        Array.Resize(ref kept, place);
        Array.Resize(ref numbers, place);
        return new(ends.Length - 1, width, ends, kept, numbers);
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
        Spread(ColumnsOf(row), values, destination);
    }

    /// <summary>Writes all numbers of a row of entries, zeros included.</summary>
    public static void Spread(ReadOnlySpan<int> columns, ReadOnlySpan<float> values, Span<float> destination)
    {
        destination.Clear();
        for (int entry = 0; entry < columns.Length; entry++)
            destination[columns[entry]] = values[entry];
    }

    /// <summary>Sorts the entries of a row by their columns, if they are not.</summary>
    /// <param name="columns">The columns.</param>
    /// <param name="values">A value for each.</param>
    /// <param name="twice">A column that occurs twice.</param>
    /// <returns>False if one does.</returns>
    public static bool SortEntries(Span<int> columns, Span<float> values, out int twice)
    {
        for (int i = 1; i < columns.Length; i++)
            if (columns[i] < columns[i - 1])
            {
                columns.Sort(values);
                break;
            }
        twice = -1;
        for (int i = 1; i < columns.Length && twice < 0; i++)
            twice = columns[i] == columns[i - 1] ? columns[i] : -1;
        return twice < 0;
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

    /// <summary>Sparse rows of another width; entries of columns beyond it are left out.</summary>
    public InputRows Resized(int width)
    {
        int kept = 0;
        foreach (int column in _columns)
            kept += column < width ? 1 : 0;
        if (kept == _columns.Length)
            return new(Count, width, _starts, _columns, Values);
        var starts = new int[Count + 1];
        var columns = new int[kept];
        var values = new float[kept];
        for (int row = 0, place = 0; row < Count; row++)
        {
            for (int entry = _starts![row]; entry < _starts[row + 1]; entry++)
                if (_columns[entry] < width)
                    (columns[place], values[place++]) = (_columns[entry], Values[entry]);
            starts[row + 1] = place;
        }
        return new(Count, width, starts, columns, values);
    }

    /// <summary>Makes a batch hold these rows, without their zeros; no other call may use the batch.</summary>
    public void CopyTo(ActiveBatch batch)
    {
        if (_starts is null)
            batch.SetNonZero(Values, Count, Width);
        else
            batch.SetCsr(Width, _starts, _columns, Values);
    }

    private static void CheckEntries(int row, Span<int> columns, Span<float> values, int width)
    {
        foreach (int column in columns)
            if (column < 0 || column >= width)
                throw new InvalidDataException($"row {row} (from 0): expected indices from 0 to {width - 1}, found {column}");
        if (!SortEntries(columns, values, out int twice))
            throw new InvalidDataException($"row {row} (from 0): expected each index once, found {twice} twice");
    }

    private Range RangeOf(int row) => _starts is null ? (row * Width)..((row + 1) * Width) : _starts[row].._starts[row + 1];
}
