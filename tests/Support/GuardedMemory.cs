namespace Subquad.Support;

/// <summary>
/// Memory between two inaccessible pages: an operand that ends at one of them turns a read or write of one element too many into a crash of
/// the test run.
/// </summary>
public sealed unsafe class GuardedMemory<T> : IDisposable where T : unmanaged
{
    private readonly int _bytes;
    private byte* _block;

    /// <summary>Zeroed room for <paramref name="capacity"/> elements.</summary>
    public GuardedMemory(int capacity)
    {
        _bytes = Math.Max(1, (capacity * sizeof(T) + GuardPages.PageBytes - 1) / GuardPages.PageBytes) * GuardPages.PageBytes;
        _block = GuardPages.Take(_bytes);
    }

    /// <summary>The last <paramref name="count"/> elements: an inaccessible page follows.</summary>
    public Span<T> Last(int count) => new(LastPointer(count), count);

    /// <summary>The first <paramref name="count"/> elements: an inaccessible page precedes.</summary>
    public Span<T> First(int count) => new(_block, count);

    /// <summary>Every element between the two pages.</summary>
    public Span<T> All => First(_bytes / sizeof(T));

    internal T* LastPointer(int count) => (T*)(_block + _bytes - count * sizeof(T));

    /// <summary>Gives the memory back; where pages cannot be protected, throws when a write went too far.</summary>
    public void Dispose()
    {
        byte* block = _block;
        _block = null;
        if (block != null)
            GuardPages.Return(block, _bytes);
    }
}
