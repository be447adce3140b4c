namespace Subquad.Simd.Memory;

/// <summary>
/// Buffers that only grow: warm ones allocate nothing. A new buffer is zeroed; one that was large enough keeps its elements.
/// </summary>
internal static class GrowOnlyBuffer
{
    /// <summary>Makes a buffer hold at least that many elements.</summary>
    /// <exception cref="ObjectDisposedException">It would have to grow, and was disposed.</exception>
    public static NativeBuffer<T> EnsureCapacity<T>(ref NativeBuffer<T> buffer, long length) where T : unmanaged
    {
        if (buffer.Length < length)
            Replace(ref buffer, length);
        return buffer;
    }

    /// <summary>The same with a quarter to spare, for lists: their lengths change a little with every step.</summary>
    /// <exception cref="ObjectDisposedException">It would have to grow, and was disposed.</exception>
    public static NativeBuffer<T> EnsureListCapacity<T>(ref NativeBuffer<T> buffer, long length) where T : unmanaged
    {
        if (buffer.Length < length)
            Replace(ref buffer, (long)ListCapacity(length));
        return buffer;
    }

    /// <summary>Elements of a list's buffer that grew to hold <paramref name="length"/>.</summary>
    private static Int128 ListCapacity(Int128 length) => length + length / 4;

    /// <summary>Bytes of a list's buffer that grew to hold <paramref name="length"/>.</summary>
    public static Int128 BytesOfList<T>(Int128 length) where T : unmanaged => NativeBuffer<T>.BytesOf(ListCapacity(length));

    private static void Replace<T>(ref NativeBuffer<T> buffer, long length) where T : unmanaged
    {
        buffer.ThrowIfDisposed();
        // The old block goes first: the two together may not fit.
        buffer.Dispose();
        buffer = new NativeBuffer<T>(length);
    }
}
