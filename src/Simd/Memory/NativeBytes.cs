namespace Subquad.Simd.Memory;

/// <summary>The count of native memory this process holds through the library.</summary>
public static class NativeBytes
{
    private static long s_live;
    private static long s_leaked;
    private static long s_peak;

    /// <summary>Bytes of every live native block. Zero once everything is disposed.</summary>
    public static long Live => Interlocked.Read(ref s_live);

    /// <summary>Blocks that the garbage collector had to free because nobody disposed them.</summary>
    public static long Leaked => Interlocked.Read(ref s_leaked);

    /// <summary>
    /// Bytes the process could still take: the least of the memory that the runtime may use less what is held, what the system says is
    /// free, what the limits of the control groups leave beside all processes in them, and what the limit of the address space leaves
    /// (<c>ulimit -v</c>).
    /// </summary>
    public static long Available
    {
        get
        {
            long left = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes - Live - GC.GetTotalMemory(false);
            return Math.Max(0, Math.Min(left, OperatingSystem.IsLinux() ? LinuxMemory.Available("/") : long.MaxValue));
        }
    }

    /// <summary>The most bytes that were live at once since <see cref="RestartPeak"/>.</summary>
    internal static long Peak => Interlocked.Read(ref s_peak);

    /// <summary>Measures the peak from now on.</summary>
    internal static void RestartPeak() => Interlocked.Exchange(ref s_peak, Live);

    internal static void Add(long bytes)
    {
        long live = Interlocked.Add(ref s_live, bytes), peak = Peak;
        while (live > peak && Interlocked.CompareExchange(ref s_peak, live, peak) is var found && found != peak)
            peak = found;
    }

    internal static void CountLeak() => Interlocked.Increment(ref s_leaked);
}
