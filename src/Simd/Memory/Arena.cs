namespace Subquad.Simd.Memory;

/// <summary>
/// One growing block that a worker cuts its short-lived scratch from: everything is handed back at once by <see cref="Reset"/>. A warm
/// arena allocates nothing. Not thread-safe: one arena per worker.
/// </summary>
internal sealed unsafe class Arena : IDisposable
{
    private const long FreshBytes = 4096;

    private NativeBuffer<byte> _block;
    private long _used;

    /// <summary>An arena with room for <paramref name="bytes"/> bytes.</summary>
    public Arena(long bytes = FreshBytes) => _block = new NativeBuffer<byte>(bytes);

    /// <summary>Bytes handed out since the last reset, and not yet taken back.</summary>
    public long Used => _used;

    /// <summary>Bytes of an arena that grew for the largest of its reserves.</summary>
    public static Int128 BytesOf(Int128 reserve) => NativeBuffer<byte>.BytesOf(reserve <= FreshBytes ? FreshBytes : RoomFor(reserve));

    /// <summary>Cuts room for <paramref name="count"/> elements, 128-byte aligned; its content is undefined.</summary>
    /// <exception cref="InvalidOperationException">The room was not reserved by <see cref="Reserve"/>.</exception>
    public Span<T> Take<T>(int count) where T : unmanaged => new(TakePointer<T>(count), count);

    /// <summary>Makes sure that <paramref name="bytes"/> bytes can be taken; takes everything back.</summary>
    public void Reserve(long bytes)
    {
        _used = 0;
        if (_block.Length >= bytes)
            return;
        _block.ThrowIfDisposed();
        _block.Dispose();
        _block = new NativeBuffer<byte>((long)RoomFor(bytes));
    }

    /// <summary>Takes everything back.</summary>
    public void Reset() => _used = 0;

    /// <summary>Gives the block back. Calling it again does nothing.</summary>
    public void Dispose() => _block.Dispose();

    private static Int128 RoomFor(Int128 reserve) => reserve + reserve / 4;

    internal T* TakePointer<T>(long count) where T : unmanaged
    {
        long bytes = (count * sizeof(T) + NativeBuffer<byte>.Alignment - 1) & ~(NativeBuffer<byte>.Alignment - 1L);
        if (count < 0 || _used + bytes > _block.Length)
            throw new InvalidOperationException(
                $"an arena of {_block.Length} bytes was asked for {bytes} more after {_used}; reserve them first");
        T* taken = (T*)(_block.Pointer + _used);
        _used += bytes;
        return taken;
    }
}
