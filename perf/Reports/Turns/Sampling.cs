using System.Diagnostics;

namespace Subquad.Perf.Reports.Turns;

/// <summary>How a row is timed, wherever it is timed: by samples, each of as many calls as fill it.</summary>
static class Sampling
{
    /// <summary>Length of a sample in seconds: much longer than the clock's step, and shorter than a time slice of the scheduler.</summary>
    const double Sample = 2e-3;

    /// <summary>Calls that fill one sample; one where a call is longer than that.</summary>
    public static int CallsOf(ServedRow row)
    {
        row.Work();
        double once = Shortest(row, 1);
        // Short calls are timed again: one call is mostly the clock.
        if (once < Sample / 20)
            once = Shortest(row, 100);
        return (int)Math.Clamp(Math.Round(Sample / Math.Max(once, 1e-9)), 1, 1e6);
    }

    /// <summary>Seconds per call of one sample.</summary>
    public static double SecondsOf(ServedRow row, int calls)
    {
        double start = Now(row);
        row.Repeat(calls);
        return (Now(row) - start) / calls;
    }

    static double Shortest(ServedRow row, int calls) => Enumerable.Range(0, 3).Min(_ => SecondsOf(row, calls));

    /// <summary>The clock of a row in seconds: that of the thread, or the wall clock where other threads work too.</summary>
    public static double Now(ServedRow row) =>
        row.HasThreads ? Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency : ThreadClock.Now();
}
