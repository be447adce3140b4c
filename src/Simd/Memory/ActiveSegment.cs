namespace Subquad.Simd.Memory;

/// <summary>The entries that one datum has in one block of neurons. Valid until the lists of the batch change.</summary>
internal readonly struct ActiveSegment(ActiveBatch batch, int block, int datum, long start, int length)
{
    public int Block => block;

    public int Datum => datum;

    /// <summary>The first neuron of the block, from which offsets count.</summary>
    public int FirstNeuron => block * ActiveBatch.BlockSize;

    public int Length => length;

    public ReadOnlySpan<ushort> Offsets => batch.OffsetsAt(start, length);

    public Span<float> Values => In(batch.Values);

    /// <summary>What lies in <paramref name="values"/>, a buffer with a value for each entry of the batch.</summary>
    public Span<T> In<T>(NativeBuffer<T> values)
        where T : unmanaged => values.Slice(start, length);
}

/// <summary>
/// A walk over the segments of a batch; allocates nothing. Data by data, blocks ascending, it is in the order of neurons; block by block,
/// data ascending, in the order of memory.
/// </summary>
internal struct ActiveSegments(ActiveBatch batch, int datumFrom, int datumTo, bool isByBlock)
{
    private int _block = isByBlock ? 0 : -1;
    private int _datum = isByBlock ? datumFrom - 1 : datumFrom;

    public readonly ActiveSegment Current => batch.Segment(_block, _datum);

    public readonly ActiveSegments GetEnumerator() => this;

    public bool MoveNext()
    {
        if (isByBlock)
        {
            if (++_datum == datumTo)
                (_datum, _block) = (datumFrom, _block + 1);
        }
        else if (++_block == batch.Blocks)
            (_block, _datum) = (0, _datum + 1);
        return _block < batch.Blocks && _datum < datumTo;
    }
}
