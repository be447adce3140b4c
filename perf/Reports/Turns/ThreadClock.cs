using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Subquad.Perf.Reports.Turns;

/// <summary>
/// Seconds that the calling thread ran on a core, where the system counts them (Linux); elsewhere seconds by the wall clock. The time
/// during which another process had the core is left out, so that a busy machine disturbs a sample through its caches only.
/// </summary>
static partial class ThreadClock
{
    /// <summary>CLOCK_THREAD_CPUTIME_ID of Linux.</summary>
    const int ThreadTime = 3;

    public static double Now()
    {
        if (OperatingSystem.IsLinux() && ReadClock(ThreadTime, out TimeSpec time) == 0)
            return time.Seconds + 1e-9 * time.Nanoseconds;
        return Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency;
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int ReadClock(int clock, out TimeSpec time);

    /// <summary>struct timespec of 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Sequential)]
    struct TimeSpec
    {
        public long Seconds, Nanoseconds;
    }
}
