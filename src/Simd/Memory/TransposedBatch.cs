namespace Subquad.Simd.Memory;

/// <summary>
/// An <see cref="ActiveBatch"/> transposed: for every neuron, the data it fires for. The data are blocked as neurons are in the batch, so a
/// neuron's entries of one block of data are contiguous and the lists serve as sparse rows themselves. Thread-safe: calls that read may run
/// side by side, a call that would change lists in use throws.
/// </summary>
public sealed unsafe class TransposedBatch : IDisposable, INativeOwner
{
    private NativeBuffer<int> _positions = new(0);
    private NativeBuffer<int> _counts = new(0);
    private UseCount _uses;

    /// <summary>Neurons: the width of the batch that this was built from.</summary>
    public int Count => Lists.Count;

    /// <summary>Data: the count of the batch that this was built from.</summary>
    public int Width => Lists.Width;

    ref UseCount INativeOwner.Uses => ref _uses;

    /// <summary>The transposed lists: Count is the batch's width, Width its count.</summary>
    internal ActiveBatch Lists { get; } = new();

    internal TransposedView View => new(Lists.View, _positions.Pointer);

    internal TransposedView With(NativeBuffer<float> values) => new(Lists.With(values), _positions.Pointer);

    /// <summary>Bytes of the transposed lists of a batch of this shape that hold that many entries.</summary>
    internal static Int128 BytesOf(int count, int width, Int128 entries) =>
        ActiveBatch.BytesOf(width, count, entries) + GrowOnlyBuffer.BytesOfList<int>(entries) + GrowOnlyBuffer.BytesOfList<int>(count);

    /// <summary>Transposes the entries, values included.</summary>
    /// <param name="source">The batch.</param>
    /// <exception cref="ObjectDisposedException">One of the two was disposed.</exception>
    /// <exception cref="InvalidOperationException">Another call is using this one, or is changing the batch.</exception>
    public void Build(ActiveBatch source)
    {
        using Use from = Use.Shared(source), to = Use.Alone(this);
        Lists.SetEmpty(source.Width, source.Count);
        bool isWhole = false;
        try
        {
            Transpose(source);
            isWhole = true;
        }
        finally
        {
            if (!isWhole)
                Lists.SetEmpty(0, 0);
        }
    }

    private void Transpose(ActiveBatch source)
    {
        ActiveView view = source.View;
        int count = view.Count, width = view.Width;
        long* starts = Lists.Starts;

        // Counted two places late: after the sum starts[run + 1] is where run begins, and the fill moves it on to where run ends, which is
        // its meaning. (The count of the very last run falls into the buffer's slack and is never read.)
        for (int block = 0; block < view.Blocks; block++)
            for (int datum = 0; datum < count; datum++)
            {
                long* late = starts + ((long)(datum / ActiveBatch.BlockSize) * width + block * ActiveBatch.BlockSize + 2);
                for (long entry = view.Starts[(long)block * count + datum]; entry < view.Starts[(long)block * count + datum + 1]; entry++)
                    late[view.Offsets[entry]]++;
            }
        Lists.SumCounts();
        Lists.ReserveEntries(source.EntryCount);
        GrowOnlyBuffer.EnsureListCapacity(ref _positions, source.EntryCount);
        GrowOnlyBuffer.EnsureListCapacity(ref _counts, count);
        _counts.Clear(count);
        ushort* offsets = Lists.Offsets;
        float* values = Lists.Values.Pointer;
        int* positions = _positions.Pointer;
        for (int block = 0; block < view.Blocks; block++)
            for (int datum = 0; datum < count; datum++)
            {
                _counts.Pointer[datum] += (int)(view.Starts[(long)block * count + datum + 1] - view.Starts[(long)block * count + datum]);
                long* next = starts + ((long)(datum / ActiveBatch.BlockSize) * width + block * ActiveBatch.BlockSize + 1);
                for (long entry = view.Starts[(long)block * count + datum]; entry < view.Starts[(long)block * count + datum + 1]; entry++)
                {
                    long place = next[view.Offsets[entry]]++;
                    offsets[place] = (ushort)(datum % ActiveBatch.BlockSize);
                    values[place] = view.Values[entry];
                    positions[place] = (int)entry;
                }
            }
    }

    /// <summary>Entries of one datum in the batch this was built from.</summary>
    /// <param name="datum">0 to Width - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such datum.</exception>
    /// <exception cref="ObjectDisposedException">The lists were disposed.</exception>
    public int CountOf(int datum)
    {
        using Use use = Use.Shared(this);
        if (unchecked((uint)datum) >= (uint)Width)
            throw new ArgumentOutOfRangeException(nameof(datum), $"expected a datum from 0 to {Width - 1}, found {datum}");
        return LengthOf(datum);
    }

    /// <summary>Entries of one datum, for the engine.</summary>
    internal int LengthOf(int datum) => _counts.Pointer[datum];

    /// <summary>Copies other values of the source's entries into the transposed order.</summary>
    /// <param name="source">A value for each entry, in the order of the batch that this was built from.</param>
    /// <param name="destination">Room for as many.</param>
    /// <exception cref="ArgumentException">There are fewer values, or there is less room.</exception>
    /// <exception cref="ObjectDisposedException">An operand was disposed.</exception>
    public void Gather(NativeBuffer<float> source, NativeBuffer<float> destination)
    {
        using Use use = Use.Shared(this), use1 = Use.Shared(source), use2 = Use.Shared(destination);
        Lists.CheckValues(source);
        Lists.CheckValues(destination);
        long entries = Lists.EntryCount;
        float* from = source.Pointer, to = destination.Pointer;
        int* positions = _positions.Pointer;
        for (long entry = 0; entry < entries; entry++)
            to[entry] = from[positions[entry]];
    }

    /// <summary>Gives the memory back. Calling it again does nothing.</summary>
    public void Dispose() => _uses.Close(this);

    void INativeOwner.Free()
    {
        Lists.Dispose();
        _positions.Dispose();
        _counts.Dispose();
    }
}
