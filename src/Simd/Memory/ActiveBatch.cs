namespace Subquad.Simd.Memory;

/// <summary>
/// The active neurons of every datum of a batch, and their values. Entries lie block-major: all data of the first block of <see cref="BlockSize"/> neurons, in datum order,
/// ids ascending, then the next block. A kernel that walks a matrix tile by tile thus reads one contiguous stretch per tile.
/// Grows when asked to hold more; a warm batch allocates nothing.
/// </summary>
public sealed unsafe class ActiveBatch : IDisposable
{
    /// <summary>Neurons of a block. At 2.4 % density a datum has 12 entries in a block, enough to pay for entering its loop.</summary>
    public const int BlockSize = 512;

    private NativeBuffer<long> _starts = new(1);
    private NativeBuffer<ushort> _offsets = new(0);
    private NativeBuffer<float> _values = new(0);

    /// <summary>Data in the batch.</summary>
    public int Count { get; private set; }

    /// <summary>Neurons a row ranges over.</summary>
    public int Width { get; private set; }

    /// <summary>Blocks of neurons.</summary>
    public int Blocks => (Width + BlockSize - 1) / BlockSize;

    /// <summary>Entries over all data.</summary>
    public long Entries => _starts[(long)Blocks * Count];

    /// <summary>Share of the Count x Width pairs that are active.</summary>
    public double Density => Count == 0 ? 0 : (double)Entries / ((double)Count * Width);

    /// <summary>The values of all entries, in storage order.</summary>
    public NativeBuffer<float> Values => _values;

    internal long* Starts => _starts.Pointer;
    internal ushort* Offsets => _offsets.Pointer;
    internal ActiveView View => With(_values);

    /// <summary>The same entries with other values.</summary>
    internal ActiveView With(NativeBuffer<float> values) => new(Count, Width, Blocks, _starts.Pointer, _offsets.Pointer, values.Pointer);

    /// <summary>Entries of one datum in one block: their number and where they start.</summary>
    public (long Start, int Length) Run(int block, int datum)
    {
        long start = _starts[(long)block * Count + datum];
        return (start, (int)(_starts[(long)block * Count + datum + 1] - start));
    }

    /// <summary>The offsets inside their block of entries <paramref name="start"/> and following.</summary>
    public ReadOnlySpan<ushort> OffsetsAt(long start, int length) => _offsets.Slice(start, length);

    /// <summary>Entries of one datum.</summary>
    public int CountOf(int datum)
    {
        int count = 0;
        for (int block = 0; block < Blocks; block++)
            count += Run(block, datum).Length;
        return count;
    }

    /// <summary>Copies the ids and values of one datum, ids ascending; returns how many there are.</summary>
    public int CopyDatum(int datum, Span<int> ids, Span<float> values)
    {
        int copied = 0;
        for (int block = 0; block < Blocks; block++)
        {
            (long start, int length) = Run(block, datum);
            for (int entry = 0; entry < length; entry++, copied++)
            {
                ids[copied] = block * BlockSize + _offsets[start + entry];
                values[copied] = _values[start + entry];
            }
        }
        return copied;
    }

    /// <summary>Whether the entries, not their values, are those of another batch.</summary>
    public bool SameEntries(ActiveBatch other)
    {
        if (other.Count != Count || other.Width != Width || other.Entries != Entries)
            return false;
        long starts = (long)Blocks * Count + 1;
        for (long i = 0; i < starts; i++)
            if (_starts.Pointer[i] != other._starts.Pointer[i])
                return false;
        return new ReadOnlySpan<ushort>(_offsets.Pointer, checked((int)Entries)).SequenceEqual(new(other._offsets.Pointer, (int)Entries));
    }

    /// <summary>Makes this a copy of another batch, values included.</summary>
    public void CopyFrom(ActiveBatch source) => CopyFrom(source, source.Values);

    /// <summary>Makes this a copy of another batch's entries with other values, in their order.</summary>
    public void CopyFrom(ActiveBatch source, NativeBuffer<float> values)
    {
        Reshape(source.Count, source.Width);
        ReserveEntries(source.Entries);
        long runs = (long)Blocks * Count + 1, entries = source.Entries;
        Buffer.MemoryCopy(source._starts.Pointer, _starts.Pointer, runs * sizeof(long), runs * sizeof(long));
        Buffer.MemoryCopy(source._offsets.Pointer, _offsets.Pointer, entries * sizeof(ushort), entries * sizeof(ushort));
        Buffer.MemoryCopy(values.Pointer, _values.Pointer, entries * sizeof(float), entries * sizeof(float));
        GC.KeepAlive(source);
        GC.KeepAlive(values);
    }

    /// <summary>Makes this the rows of one batch followed by those of another, which have other values. Both range over the same neurons; neither is this batch.</summary>
    public void Join(ActiveBatch first, ActiveBatch second, NativeBuffer<float> secondValues)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(second.Width, first.Width);
        Contract.Holds(first != this && second != this, "a batch is not joined into itself");
        Reshape(checked(first.Count + second.Count), first.Width);
        ReserveEntries(first.Entries + second.Entries);
        long place = 0;
        for (int block = 0; block < Blocks; block++)
        {
            place = CopyBlock(first, first.Values, block, (long)block * Count, place);
            place = CopyBlock(second, secondValues, block, (long)block * Count + first.Count, place);
        }
        _starts[(long)Blocks * Count] = place;
    }

    /// <summary>The largest number of entries of one datum.</summary>
    public int Longest()
    {
        int longest = 0;
        for (int datum = 0; datum < Count; datum++)
            longest = Math.Max(longest, CountOf(datum));
        return longest;
    }

    /// <summary>Sets the shape; entries are then undefined until they are counted and compressed anew.</summary>
    public void Reshape(int count, int width)
    {
        Count = count;
        Width = width;
        long starts = (long)Blocks * count + 1;
        if (_starts.Length < starts)
            Grow(ref _starts, starts);
    }

    /// <summary>Makes room for <paramref name="entries"/> entries.</summary>
    internal void ReserveEntries(long entries)
    {
        // Positions of entries are 32-bit in the transposed lists: half the traffic of the pull-back's bookkeeping.
        if (entries > int.MaxValue)
            throw new InvalidOperationException($"a batch of {Count} rows has {entries} active entries, more than {int.MaxValue}; use a smaller batch");
        if (_offsets.Length >= entries)
            return;
        Grow(ref _offsets, entries);
        Grow(ref _values, entries);
    }

    /// <summary>Turns counts per (block, datum), held one place late (count of run i at Starts[i + 1]), into starts, and makes room for the entries.</summary>
    public void SumCountsAndReserve()
    {
        SumCounts();
        ReserveEntries(Entries);
    }

    internal void SumCounts()
    {
        long* starts = _starts.Pointer;
        long runs = (long)Blocks * Count;
        starts[0] = 0;
        for (long run = 0; run < runs; run++)
            starts[run + 1] += starts[run];
    }

    /// <summary>Holds the non-zero elements of dense rows.</summary>
    /// <param name="rows">count x width elements, row after row.</param>
    /// <param name="count">Rows.</param>
    /// <param name="width">Elements of a row.</param>
    public void FillNonZero(ReadOnlySpan<float> rows, int count, int width) => Fill(rows, count, width, keepZeros: false);

    /// <summary>Holds every element of dense rows, zeros too.</summary>
    public void FillDense(ReadOnlySpan<float> rows, int count, int width) => Fill(rows, count, width, keepZeros: true);

    /// <summary>Holds given lists: row i has the first counts[i] of ids[i], ascending, with values[i].</summary>
    /// <param name="width">Neurons a row ranges over.</param>
    /// <param name="counts">Entries of each row.</param>
    /// <param name="ids">Ids below <paramref name="width"/>, ascending.</param>
    /// <param name="values">A value for each.</param>
    public void FillLists(int width, ReadOnlySpan<int> counts, int[][] ids, float[][] values)
    {
        Reshape(counts.Length, width);
        new Span<long>(_starts.Pointer, checked((int)((long)Blocks * Count + 1))).Clear();
        for (int row = 0; row < Count; row++)
            foreach (int id in ids[row].AsSpan(0, counts[row]))
                _starts.Pointer[(long)(id / BlockSize) * Count + row + 1]++;
        SumCountsAndReserve();
        for (int row = 0; row < Count; row++)
            for (int i = 0, block = -1, last = -1; i < counts[row]; i++)
            {
                int id = ids[row][i];
                Contract.Holds(i == 0 || id > ids[row][i - 1], "ids ascend");
                if (id / BlockSize != block)
                    (block, last) = (id / BlockSize, i);
                long place = _starts.Pointer[(long)block * Count + row] + (i - last);
                _offsets.Pointer[place] = (ushort)(id % BlockSize);
                _values.Pointer[place] = values[row][i];
            }
    }

    /// <summary>Gives the memory back. Calling it again does nothing.</summary>
    public void Dispose()
    {
        _starts.Dispose();
        _offsets.Dispose();
        _values.Dispose();
    }

    internal static void Grow<T>(ref NativeBuffer<T> buffer, long length) where T : unmanaged
    {
        buffer.ThrowIfDisposed();
        buffer.Dispose();
        buffer = new NativeBuffer<T>(length + length / 4);
    }

    /// <summary>Copies the runs of one block to <paramref name="run"/> and following, their entries to <paramref name="place"/> and following; returns where the next entry goes.</summary>
    private long CopyBlock(ActiveBatch source, NativeBuffer<float> values, int block, long run, long place)
    {
        long* starts = source._starts.Pointer + (long)block * source.Count;
        long from = starts[0], entries = starts[source.Count] - from;
        for (int datum = 0; datum < source.Count; datum++)
            _starts.Pointer[run + datum] = place + (starts[datum] - from);
        Buffer.MemoryCopy(source._offsets.Pointer + from, _offsets.Pointer + place, entries * sizeof(ushort), entries * sizeof(ushort));
        Buffer.MemoryCopy(values.Pointer + from, _values.Pointer + place, entries * sizeof(float), entries * sizeof(float));
        GC.KeepAlive(source);
        GC.KeepAlive(values);
        return place + entries;
    }

    private void Fill(ReadOnlySpan<float> rows, int count, int width, bool keepZeros)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(rows.Length, checked(count * width));
        Reshape(count, width);
        long run = 0;
        _starts[0] = 0;
        for (int pass = 0; pass < 2; pass++)
        {
            run = 0;
            for (int block = 0; block < Blocks; block++)
            {
                int from = block * BlockSize, to = Math.Min(width, from + BlockSize);
                for (int datum = 0; datum < count; datum++, run++)
                {
                    long next = _starts[run];
                    ReadOnlySpan<float> row = rows[(datum * width + from)..(datum * width + to)];
                    for (int offset = 0; offset < row.Length; offset++)
                    {
                        if (!keepZeros && row[offset] == 0f)
                            continue;
                        if (pass == 1)
                        {
                            _offsets.Pointer[next] = (ushort)offset;
                            _values.Pointer[next] = row[offset];
                        }
                        next++;
                    }
                    _starts[run + 1] = next;
                }
            }
            if (pass == 0)
                ReserveEntries(Entries);
        }
    }
}
