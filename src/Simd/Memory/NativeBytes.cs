namespace Subquad.Simd.Memory;

/// <summary>The count of native memory this process holds through the library.</summary>
public static class NativeBytes
{
    private static long s_live;
    private static long s_leaked;

    /// <summary>Bytes of every live native block. Zero once everything is disposed.</summary>
    public static long Live => Interlocked.Read(ref s_live);

    /// <summary>Blocks that the garbage collector had to free because nobody disposed them.</summary>
    public static long Leaked => Interlocked.Read(ref s_leaked);

    /// <summary>Bytes the machine could still give: free physical memory as the runtime sees it (container limits included).</summary>
    public static long Available
    {
        get
        {
            GCMemoryInfo info = GC.GetGCMemoryInfo();
            long limit = info.TotalAvailableMemoryBytes;
            return Math.Max(0, limit - Live - GC.GetTotalMemory(false));
        }
    }

    internal static void Add(long bytes) => Interlocked.Add(ref s_live, bytes);

    internal static void CountLeak() => Interlocked.Increment(ref s_leaked);
}
