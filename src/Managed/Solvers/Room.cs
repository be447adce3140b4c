using Subquad.Simd.Memory;

namespace Subquad.Solvers;

/// <summary>Buffers that grow when asked to hold more: warm ones allocate nothing.</summary>
internal static class Room
{
    /// <summary>Makes a buffer hold at least that many elements; a new one is zeroed, one that was large enough is as it was.</summary>
    public static NativeBuffer<T> Fit<T>(ref NativeBuffer<T> buffer, long length) where T : unmanaged
    {
        if (buffer.Length < length)
        {
            buffer.Dispose();
            buffer = new NativeBuffer<T>(length);
        }
        return buffer;
    }
}
