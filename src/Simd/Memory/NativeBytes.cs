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

    /// <summary>
    /// Bytes the machine could still give: the memory the runtime may use less what is held, and no more than the system says is free.
    /// </summary>
    public static long Available
    {
        get
        {
            long left = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes - Live - GC.GetTotalMemory(false);
            return Math.Max(0, Math.Min(left, SystemFree()));
        }
    }

    // Other processes count too; only Linux says so cheaply.
    private static long SystemFree()
    {
        const string File = "/proc/meminfo", Field = "MemAvailable:";
        if (!OperatingSystem.IsLinux() || !System.IO.File.Exists(File))
            return long.MaxValue;
        foreach (string line in System.IO.File.ReadLines(File))
            if (line.StartsWith(Field, StringComparison.Ordinal)
                && long.TryParse(line[Field.Length..].Replace("kB", "").Trim(), out long kibibytes))
                return kibibytes * 1024;
        return long.MaxValue;
    }

    internal static void Add(long bytes) => Interlocked.Add(ref s_live, bytes);

    internal static void CountLeak() => Interlocked.Increment(ref s_leaked);
}
