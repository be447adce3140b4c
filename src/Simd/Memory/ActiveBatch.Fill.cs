namespace Subquad.Simd.Memory;

public sealed unsafe partial class ActiveBatch
{
    /// <summary>Holds the non-zero elements of dense rows.</summary>
    /// <param name="rows">count x width elements, row after row.</param>
    /// <param name="count">Rows, 0 or more.</param>
    /// <param name="width">Elements of a row, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">A count is negative.</exception>
    /// <exception cref="ArgumentException">There are not count x width elements.</exception>
    /// <exception cref="InvalidOperationException">Another call is using this batch.</exception>
    public void FillNonZero(ReadOnlySpan<float> rows, int count, int width) => Fill(rows, count, width, keepZeros: false);

    /// <summary>Holds every element of dense rows, zeros too.</summary>
    /// <inheritdoc cref="FillNonZero"/>
    public void FillDense(ReadOnlySpan<float> rows, int count, int width) => Fill(rows, count, width, keepZeros: true);

    /// <summary>Holds given lists: row i has the first counts[i] of ids[i], ascending, with values[i].</summary>
    /// <param name="width">Neurons a row ranges over, 0 or more.</param>
    /// <param name="counts">Entries of each row.</param>
    /// <param name="ids">Ids below <paramref name="width"/>, ascending.</param>
    /// <param name="values">A value for each.</param>
    /// <exception cref="ArgumentOutOfRangeException">The width is negative.</exception>
    /// <exception cref="ArgumentException">A row has too few ids or values, or an id is outside the width or does not ascend; the message
    /// names the row. The batch is unchanged.</exception>
    /// <exception cref="InvalidOperationException">Another call is using this batch.</exception>
    public void FillLists(int width, ReadOnlySpan<int> counts, int[][] ids, float[][] values)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(width);
        ArgumentNullException.ThrowIfNull(ids);
        ArgumentNullException.ThrowIfNull(values);
        // What is checked must be what is written, also when another thread changes the arrays meanwhile.
        int[] lengths = counts.ToArray();
        var rowIds = new int[lengths.Length][];
        var rowValues = new float[lengths.Length][];
        for (int row = 0; row < lengths.Length; row++)
            (rowIds[row], rowValues[row]) = CopyRow(row, width, lengths[row], ids, values);
        using Use use = Use.Alone(this);
        SetLists(width, lengths, rowIds, rowValues);
    }

    /// <summary>
    /// Holds the non-zero elements of rows in compressed form (CSR): row i has the columns at starts[i] to starts[i + 1] - 1, with their
    /// values. The lists are those that <see cref="FillNonZero"/> makes of the same rows in dense form.
    /// </summary>
    /// <param name="width">Neurons a row ranges over, 0 or more.</param>
    /// <param name="starts">Where each row starts, from 0, and where the last one ends.</param>
    /// <param name="columns">Columns below <paramref name="width"/>, ascending in a row.</param>
    /// <param name="values">A value for each.</param>
    /// <exception cref="ArgumentOutOfRangeException">The width is negative.</exception>
    /// <exception cref="ArgumentException">The starts do not divide the columns, there is not a value for each, or a column is outside the
    /// width or does not ascend; the message names the row. The batch is unchanged.</exception>
    /// <exception cref="InvalidOperationException">Another call is using this batch.</exception>
    public void FillCsr(int width, ReadOnlySpan<int> starts, ReadOnlySpan<int> columns, ReadOnlySpan<float> values)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(width);
        // What is checked must be what is written, also when another thread changes the arrays meanwhile.
        int[] rowStarts = starts.ToArray(), ids = columns.ToArray();
        float[] numbers = values.ToArray();
        CheckCsr(width, rowStarts, ids, numbers);
        using Use use = Use.Alone(this);
        SetCsr(width, rowStarts, ids, numbers);
    }

    /// <summary>As <see cref="FillNonZero"/>, for the engine: no other call may use the batch.</summary>
    internal void SetNonZero(ReadOnlySpan<float> rows, int count, int width) => Set(rows, count, width, keepZeros: false);

    /// <summary>Holds lists that are known to be whole; see <see cref="FillLists"/>.</summary>
    internal void SetLists(int width, ReadOnlySpan<int> counts, int[][] ids, float[][] values)
    {
        SetEmpty(counts.Length, width);
        long total = 0;
        foreach (int length in counts)
            total += length;
        ReserveEntries(total);
        for (int row = 0; row < Count; row++)
            CountEntries(row, ids[row].AsSpan(0, counts[row]), values[row], keepZeros: true);
        SumCounts();
        for (int row = 0; row < Count; row++)
            WriteEntries(row, ids[row].AsSpan(0, counts[row]), values[row], keepZeros: true);
    }

    /// <summary>Holds rows that are known to be whole; see <see cref="FillCsr"/>.</summary>
    internal void SetCsr(int width, ReadOnlySpan<int> starts, ReadOnlySpan<int> columns, ReadOnlySpan<float> values)
    {
        SetEmpty(starts.Length - 1, width);
        // Runs may not promise entries before there is room for them.
        ReserveEntries(values.Length - CountZeros(values));
        for (int row = 0; row < Count; row++)
            CountEntries(row, columns[starts[row]..starts[row + 1]], values[starts[row]..starts[row + 1]], keepZeros: false);
        SumCounts();
        for (int row = 0; row < Count; row++)
            WriteEntries(row, columns[starts[row]..starts[row + 1]], values[starts[row]..starts[row + 1]], keepZeros: false);
    }

    private void Fill(ReadOnlySpan<float> rows, int count, int width, bool keepZeros)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfNegative(width);
        Expect.That(
            rows.Length == (long)count * width, $"expected {(long)count * width} elements, {count} rows of {width}, found {rows.Length}");
        using Use use = Use.Alone(this);
        Set(rows, count, width, keepZeros);
    }

    private void Set(ReadOnlySpan<float> rows, int count, int width, bool keepZeros)
    {
        SetEmpty(count, width);
        ReserveEntries(keepZeros ? rows.Length : rows.Length - CountZeros(rows));
        long run = 0, next = 0, room = _offsets.Length;
        for (int block = 0; block < Blocks; block++)
        {
            int from = block * BlockSize, to = Math.Min(width, from + BlockSize);
            for (int datum = 0; datum < count; datum++, run++)
            {
                ReadOnlySpan<float> row = rows[(datum * width + from)..(datum * width + to)];
                for (int offset = 0; offset < row.Length; offset++)
                {
                    float value = row[offset];
                    if (!keepZeros && value == 0f)
                        continue;
                    // Elements that another thread sets meanwhile may be more than there is room for.
                    if (next == room)
                        break;
                    _offsets.Pointer[next] = (ushort)offset;
                    _values.Pointer[next++] = value;
                }
                _starts.Pointer[run + 1] = next;
            }
        }
    }

    /// <summary>Adds the entries of a row to the counts of its runs, which are held one place late.</summary>
    private void CountEntries(int row, ReadOnlySpan<int> ids, ReadOnlySpan<float> values, bool keepZeros)
    {
        for (int i = 0; i < ids.Length; i++)
            if (keepZeros || values[i] != 0f)
                _starts.Pointer[(long)(ids[i] / BlockSize) * Count + row + 1]++;
    }

    /// <summary>Writes the entries of a row to its runs, which start where the sum of the counts says.</summary>
    private void WriteEntries(int row, ReadOnlySpan<int> ids, ReadOnlySpan<float> values, bool keepZeros)
    {
        long place = 0;
        for (int i = 0, block = -1; i < ids.Length; i++)
        {
            int id = ids[i];
            Contract.Holds(i == 0 || id > ids[i - 1], "ids ascend");
            if (!keepZeros && values[i] == 0f)
                continue;
            if (id / BlockSize != block)
            {
                block = id / BlockSize;
                place = _starts.Pointer[(long)block * Count + row];
            }
            _offsets.Pointer[place] = (ushort)(id % BlockSize);
            _values.Pointer[place++] = values[i];
        }
    }

    private static int CountZeros(ReadOnlySpan<float> rows)
    {
        int zeros = 0;
        foreach (float value in rows)
            zeros += value == 0f ? 1 : 0;
        return zeros;
    }

    private static (int[] Ids, float[] Values) CopyRow(int row, int width, int length, int[][] ids, float[][] values)
    {
        Expect.That(
            row < ids.Length && row < values.Length,
            $"expected ids and values of row {row}, found {ids.Length} rows of ids and {values.Length} of values");
        (int[]? rowIds, float[]? rowValues) = (ids[row], values[row]);
        Expect.That(
            rowIds is not null && rowValues is not null && length >= 0 && length <= rowIds.Length && length <= rowValues.Length,
            $"row {row}: expected {length} ids and values, found {rowIds?.Length ?? 0} and {rowValues?.Length ?? 0}");
        rowIds = rowIds.AsSpan(0, length).ToArray();
        for (int i = 0, last = -1; i < length; last = rowIds[i++])
            Expect.That(
                rowIds[i] > last && rowIds[i] < width,
                $"row {row}: expected ascending ids from 0 to {width - 1}, found {rowIds[i]} after {last}");
        return (rowIds, rowValues.AsSpan(0, length).ToArray());
    }

    private static void CheckCsr(int width, int[] starts, int[] columns, float[] values)
    {
        Expect.That(starts.Length > 0, $"expected at least one start, found none");
        Expect.That(
            starts[0] == 0 && starts[^1] == columns.Length,
            $"expected starts from 0 to {columns.Length}, the number of columns, found {starts[0]} to {starts[^1]}");
        Expect.That(values.Length == columns.Length, $"expected a value for each of {columns.Length} columns, found {values.Length}");
        for (int row = 0; row + 1 < starts.Length; row++)
        {
            Expect.That(
                starts[row + 1] >= starts[row] && starts[row + 1] <= columns.Length,
                $"row {row}: expected an end from {starts[row]} to {columns.Length}, found {starts[row + 1]}");
            for (int i = starts[row], last = -1; i < starts[row + 1]; last = columns[i++])
                Expect.That(
                    columns[i] > last && columns[i] < width,
                    $"row {row}: expected ascending columns from 0 to {width - 1}, found {columns[i]} after {last}");
        }
    }
}
