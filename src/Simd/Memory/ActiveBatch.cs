namespace Subquad.Simd.Memory;

/// <summary>
/// The active neurons of every datum of a batch, and their values. Entries lie block-major: all data of the first block of
/// <see cref="BlockSize"/> neurons, in datum order, ids ascending, then the next block. A kernel that walks a matrix tile by tile thus
/// reads one contiguous stretch per tile. Grows when asked to hold more; a warm batch allocates nothing. Every public call leaves lists
/// that are whole: ids inside the width and ascending, runs one after another. Thread-safe: calls that read may run side by side, a call
/// that would change lists in use throws.
/// </summary>
public sealed unsafe partial class ActiveBatch : IDisposable, INativeOwner
{
    /// <summary>Neurons of a block. At 2.4 % density a datum has 12 entries in a block, enough to pay for entering its loop.</summary>
    public const int BlockSize = 512;

    private NativeBuffer<long> _starts = new(1);
    private NativeBuffer<ushort> _offsets = new(0);
    private NativeBuffer<float> _values = new(0);
    private UseCount _uses;

    /// <summary>Data in the batch.</summary>
    public int Count { get; private set; }

    /// <summary>Neurons a row ranges over.</summary>
    public int Width { get; private set; }

    /// <summary>Blocks of neurons.</summary>
    public int Blocks => BlocksOf(Width);

    /// <summary>Entries over all data.</summary>
    /// <exception cref="ObjectDisposedException">The batch was disposed.</exception>
    public long Entries
    {
        get
        {
            using Use use = Use.Shared(this);
            return EntryCount;
        }
    }

    /// <summary>Share of the Count x Width pairs that are active.</summary>
    /// <exception cref="ObjectDisposedException">The batch was disposed.</exception>
    public double Density
    {
        get
        {
            using Use use = Use.Shared(this);
            return GetDensity();
        }
    }

    ref UseCount INativeOwner.Uses => ref _uses;

    /// <summary>The values of all entries, in storage order.</summary>
    internal NativeBuffer<float> Values => _values;

    /// <summary>Entries over all data, for the engine.</summary>
    internal long EntryCount => _starts[(long)Blocks * Count];

    /// <summary>The share of the Count x Width pairs that are active, for the engine.</summary>
    internal double GetDensity() => Count == 0 || Width == 0 ? 0 : EntryCount / ((double)Count * Width);

    internal long* Starts => _starts.Pointer;
    internal ushort* Offsets => _offsets.Pointer;
    internal ActiveView View => With(_values);

    /// <summary>The same entries with other values.</summary>
    internal ActiveView With(NativeBuffer<float> values) => new(Count, Width, Blocks, _starts.Pointer, _offsets.Pointer, values.Pointer);

    /// <summary>Entries of one datum in one block.</summary>
    internal ActiveSegment Segment(int block, int datum)
    {
        long start = _starts[(long)block * Count + datum];
        return new(this, block, datum, start, (int)(_starts[(long)block * Count + datum + 1] - start));
    }

    /// <summary>All segments, in the order of memory.</summary>
    internal ActiveSegments Segments() => new(this, 0, Count, isByBlock: true);

    /// <summary>The segments of one datum, neurons ascending.</summary>
    internal ActiveSegments SegmentsOf(int datum) => SegmentsOf(datum, datum + 1);

    /// <summary>The segments of some data, datum by datum.</summary>
    internal ActiveSegments SegmentsOf(int datumFrom, int datumTo) => new(this, datumFrom, datumTo, isByBlock: false);

    /// <summary>The offsets inside their block of entries <paramref name="start"/> and following.</summary>
    internal ReadOnlySpan<ushort> OffsetsAt(long start, int length) => _offsets.Slice(start, length);

    /// <summary>Entries of one datum.</summary>
    /// <param name="datum">0 to Count - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such datum.</exception>
    /// <exception cref="ObjectDisposedException">The batch was disposed.</exception>
    public int CountOf(int datum)
    {
        using Use use = Use.Shared(this);
        CheckDatum(datum);
        return LengthOf(datum);
    }

    /// <summary>Copies the ids and values of one datum, ids ascending; returns how many there are.</summary>
    /// <param name="datum">0 to Count - 1.</param>
    /// <param name="ids">Room for <see cref="CountOf"/> ids.</param>
    /// <param name="values">Room for as many values.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such datum.</exception>
    /// <exception cref="ArgumentException">There is less room.</exception>
    /// <exception cref="ObjectDisposedException">The batch was disposed.</exception>
    public int CopyDatum(int datum, Span<int> ids, Span<float> values)
    {
        using Use use = Use.Shared(this);
        CheckDatum(datum);
        int count = LengthOf(datum), copied = 0;
        Expect.That(ids.Length >= count
            && values.Length >= count, $"expected room for {count} ids and values, found {ids.Length} and {values.Length}");
        foreach (ActiveSegment segment in SegmentsOf(datum))
        {
            foreach (ushort offset in segment.Offsets)
                ids[copied++] = segment.FirstNeuron + offset;
            segment.Values.CopyTo(values[(copied - segment.Length)..]);
        }
        return copied;
    }

    /// <summary>Whether the entries, not their values, are those of another batch.</summary>
    /// <exception cref="ObjectDisposedException">One of the two was disposed.</exception>
    public bool SameEntries(ActiveBatch other)
    {
        using Use use = Use.Shared(this), with = Use.Shared(other);
        if (other.Count != Count || other.Width != Width || other.EntryCount != EntryCount)
            return false;
        long starts = (long)Blocks * Count + 1;
        for (long i = 0; i < starts; i++)
            if (_starts.Pointer[i] != other._starts.Pointer[i])
                return false;
        return new ReadOnlySpan<ushort>(_offsets.Pointer, checked((int)EntryCount))
            .SequenceEqual(new(other._offsets.Pointer, (int)EntryCount));
    }

    /// <summary>Makes this a copy of another batch, values included.</summary>
    /// <exception cref="ObjectDisposedException">One of the two was disposed.</exception>
    /// <exception cref="InvalidOperationException">Another call is using this batch.</exception>
    public void CopyFrom(ActiveBatch source)
    {
        using Use from = Use.Shared(source);
        CopyFrom(source, source.Values);
    }

    /// <summary>Makes this a copy of another batch's entries with other values, in their order.</summary>
    /// <param name="source">The entries.</param>
    /// <param name="values">A value for each.</param>
    /// <exception cref="ArgumentException">There are fewer values than entries.</exception>
    /// <exception cref="ObjectDisposedException">One of the three was disposed.</exception>
    /// <exception cref="InvalidOperationException">Another call is using this batch.</exception>
    public void CopyFrom(ActiveBatch source, NativeBuffer<float> values)
    {
        using Use from = Use.Shared(source), numbers = Use.Shared(values);
        source.CheckValues(values);
        if (source == this)
        {
            Buffer.MemoryCopy(values.Pointer, _values.Pointer, EntryCount * sizeof(float), EntryCount * sizeof(float));
            return;
        }
        using Use to = Use.Alone(this);
        SetEmpty(source.Count, source.Width);
        ReserveEntries(source.EntryCount);
        long runs = (long)Blocks * Count + 1, entries = source.EntryCount;
        Buffer.MemoryCopy(source._offsets.Pointer, _offsets.Pointer, entries * sizeof(ushort), entries * sizeof(ushort));
        Buffer.MemoryCopy(values.Pointer, _values.Pointer, entries * sizeof(float), entries * sizeof(float));
        Buffer.MemoryCopy(source._starts.Pointer, _starts.Pointer, runs * sizeof(long), runs * sizeof(long));
    }

    /// <summary>Makes this the rows of one batch followed by those of another, which have other values.</summary>
    /// <param name="first">The first rows.</param>
    /// <param name="second">The rows that follow, over as many neurons.</param>
    /// <param name="secondValues">A value for each entry of <paramref name="second"/>.</param>
    /// <exception cref="ArgumentException">The widths differ, there are too few values, or one of the two is this batch.</exception>
    /// <exception cref="ObjectDisposedException">An operand was disposed.</exception>
    /// <exception cref="InvalidOperationException">Another call is using this batch, or the rows have too many entries.</exception>
    public void Join(ActiveBatch first, ActiveBatch second, NativeBuffer<float> secondValues)
    {
        using Use use1 = Use.Shared(first), use2 = Use.Shared(second), use3 = Use.Shared(secondValues);
        Expect.That(second.Width == first.Width, $"expected rows over {first.Width} neurons, found rows over {second.Width}");
        Expect.That(first != this && second != this, $"expected two other batches, found this one");
        second.CheckValues(secondValues);
        using Use to = Use.Alone(this);
        SetEmpty(checked(first.Count + second.Count), first.Width);
        ReserveEntries(first.EntryCount + second.EntryCount);
        long place = 0;
        for (int block = 0; block < Blocks; block++)
        {
            place = CopyBlock(first, first.Values, block, (long)block * Count, place);
            place = CopyBlock(second, secondValues, block, (long)block * Count + first.Count, place);
        }
        _starts[(long)Blocks * Count] = place;
    }

    /// <summary>The largest number of entries of one datum.</summary>
    /// <exception cref="ObjectDisposedException">The batch was disposed.</exception>
    public int Longest()
    {
        using Use use = Use.Shared(this);
        int longest = 0;
        for (int datum = 0; datum < Count; datum++)
            longest = Math.Max(longest, LengthOf(datum));
        return longest;
    }

    /// <summary>Sets the shape and removes all entries.</summary>
    /// <param name="count">Data, 0 or more.</param>
    /// <param name="width">Neurons, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">A count is negative.</exception>
    /// <exception cref="InvalidOperationException">Another call is using this batch.</exception>
    public void Reshape(int count, int width)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfNegative(width);
        using Use use = Use.Alone(this);
        SetEmpty(count, width);
    }

    /// <summary>Bytes of a batch of this shape that grew to hold that many entries.</summary>
    internal static Int128 BytesOf(long count, int width, Int128 entries) =>
        GrowOnlyBuffer.BytesOfList<long>(RunsOf(count, width) + 1)
        + GrowOnlyBuffer.BytesOfList<ushort>(entries) + GrowOnlyBuffer.BytesOfList<float>(entries);

    /// <summary>Sets the shape, for the engine; entries are then undefined until they are counted and compressed anew.</summary>
    internal void SetShape(int count, int width)
    {
        GrowOnlyBuffer.EnsureListCapacity(ref _starts, RunsOf(count, width) + 1);
        Count = count;
        Width = width;
    }

    /// <summary>Sets the shape, without entries.</summary>
    internal void SetEmpty(int count, int width)
    {
        // Until the new shape is there the old lists are whole.
        SetShape(count, width);
        _starts.Clear((long)Blocks * count + 1);
    }

    /// <summary>Lists every neuron of every datum, for the engine; values are undefined until they are set.</summary>
    internal void SetDense(int count, int width)
    {
        long entries = (long)count * width;
        if (Count == count && Width == width && EntryCount == entries)
            return;
        SetEmpty(count, width);
        ReserveEntries(entries);
        long next = 0;
        for (int block = 0; block < Blocks; block++)
            for (int datum = 0; datum < count; datum++)
            {
                int neurons = Math.Min(BlockSize, width - block * BlockSize);
                for (int offset = 0; offset < neurons; offset++)
                    _offsets.Pointer[next++] = (ushort)offset;
                _starts.Pointer[(long)block * count + datum + 1] = next;
            }
    }

    /// <summary>Makes room for <paramref name="entries"/> entries.</summary>
    internal void ReserveEntries(long entries)
    {
        // Positions of entries are 32-bit in the transposed lists: half the traffic of the pull-back's bookkeeping.
        if (entries > int.MaxValue)
            throw new InvalidOperationException(
                $"a batch of {Count} rows has {entries} active entries, more than {int.MaxValue}; use a smaller batch");
        if (_offsets.Length >= entries)
            return;
        GrowOnlyBuffer.EnsureListCapacity(ref _offsets, entries);
        GrowOnlyBuffer.EnsureListCapacity(ref _values, entries);
    }

    /// <summary>
    /// Turns counts per (block, datum), held one place late (count of run i at Starts[i + 1]), into starts, and makes room for the entries.
    /// </summary>
    internal void SumCountsAndReserve()
    {
        SumCounts();
        ReserveEntries(EntryCount);
    }

    internal void SumCounts()
    {
        long* starts = _starts.Pointer;
        long runs = (long)Blocks * Count;
        starts[0] = 0;
        for (long run = 0; run < runs; run++)
            starts[run + 1] += starts[run];
    }

    /// <summary>Gives the memory back. Calling it again does nothing.</summary>
    public void Dispose() => _uses.Close(this);

    void INativeOwner.Free()
    {
        _starts.Dispose();
        _offsets.Dispose();
        _values.Dispose();
    }

    /// <summary>Refuses fewer values than entries.</summary>
    internal void CheckValues(NativeBuffer<float> values) =>
        Expect.That(values.Length >= EntryCount, $"expected a value for each of {EntryCount} entries, found {values.Length}");

    /// <summary>
    /// Copies the runs of one block to <paramref name="run"/> and following, their entries to <paramref name="place"/> and following;
    /// returns where the next entry goes.
    /// </summary>
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

    private void CheckDatum(int datum)
    {
        if (unchecked((uint)datum) >= (uint)Count)
            throw new ArgumentOutOfRangeException(nameof(datum), $"expected a datum from 0 to {Count - 1}, found {datum}");
    }

    internal int LengthOf(int datum)
    {
        int length = 0;
        foreach (ActiveSegment segment in SegmentsOf(datum))
            length += segment.Length;
        return length;
    }

    private static long RunsOf(long count, int width) => BlocksOf(width) * count;

    private static int BlocksOf(int width) => (int)(((long)width + BlockSize - 1) / BlockSize);
}
