namespace Subquad.Simd.Memory;

/// <summary>
/// An <see cref="ActiveBatch"/> turned round: for every neuron, the data it fires for. The data are blocked as neurons are in the batch, so a neuron's entries of
/// one block of data are contiguous and the lists serve as sparse rows themselves.
/// </summary>
public sealed unsafe class TransposedBatch : IDisposable
{
    private NativeBuffer<int> _positions = new(0);
    private NativeBuffer<int> _counts = new(0);

    /// <summary>The turned lists: Count is the batch's width, Width its count.</summary>
    public ActiveBatch Lists { get; } = new();

    internal TransposedView View => new(Lists.View, _positions.Pointer);

    internal TransposedView With(NativeBuffer<float> values) => new(Lists.With(values), _positions.Pointer);

    /// <summary>Turns the entries round, values included.</summary>
    public void Build(ActiveBatch source)
    {
        ActiveView view = source.View;
        int count = view.Count, width = view.Width;
        Lists.Reshape(width, count);
        long* starts = Lists.Starts;
        new Span<long>(starts, checked((int)((long)Lists.Blocks * width + 1))).Clear();

        // Counted two places late: after the sum starts[run + 1] is where run begins, and the fill moves it on to where run ends, which is its meaning.
        // (The count of the very last run falls into the buffer's slack and is never read.)
        for (int block = 0; block < view.Blocks; block++)
            for (int datum = 0; datum < count; datum++)
            {
                long* late = starts + ((long)(datum / ActiveBatch.BlockSize) * width + block * ActiveBatch.BlockSize + 2);
                for (long entry = view.Starts[(long)block * count + datum]; entry < view.Starts[(long)block * count + datum + 1]; entry++)
                    late[view.Offsets[entry]]++;
            }
        Lists.SumCounts();
        Lists.ReserveEntries(source.Entries);
        if (_positions.Length < source.Entries)
            ActiveBatch.Grow(ref _positions, source.Entries);

        if (_counts.Length < count)
            ActiveBatch.Grow(ref _counts, count);
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
    public int CountOf(int datum) => _counts[datum];

    /// <summary>Copies other values of the source's entries into the turned order.</summary>
    public void Gather(NativeBuffer<float> source, NativeBuffer<float> destination)
    {
        long entries = Lists.Entries;
        ArgumentOutOfRangeException.ThrowIfLessThan(source.Length, entries);
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, entries);
        float* from = source.Pointer, to = destination.Pointer;
        int* positions = _positions.Pointer;
        for (long entry = 0; entry < entries; entry++)
            to[entry] = from[positions[entry]];
        GC.KeepAlive(source);
        GC.KeepAlive(destination);
    }

    /// <summary>Gives the memory back. Calling it again does nothing.</summary>
    public void Dispose()
    {
        Lists.Dispose();
        _positions.Dispose();
        _counts.Dispose();
    }
}
