using System.Diagnostics;

namespace Subquad.Perf.Reports;

static class Measure
{
    /// <summary>Median seconds of a piece of work, after one run that is not counted.</summary>
    public static double Median(int repeats, Action work)
    {
        work();
        return Median(Enumerable.Range(0, repeats).Select(_ => Seconds(work)));
    }

    public static double Median(IEnumerable<double> numbers)
    {
        double[] sorted = [.. numbers.Order()];
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>The number below which the given share of all numbers lies; 0 is the smallest.</summary>
    public static double Quantile(IEnumerable<double> numbers, double share)
    {
        double[] sorted = [.. numbers.Order()];
        return sorted[Math.Min((int)(share * sorted.Length), sorted.Length - 1)];
    }

    public static double Seconds(Action work)
    {
        long start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
