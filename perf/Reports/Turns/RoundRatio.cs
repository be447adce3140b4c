namespace Subquad.Perf.Reports.Turns;

/// <summary>The ratio of two sides over rounds: the mean of the faster half of a side's rounds, by that of the other side.</summary>
/// <remarks>
/// What disturbs a round makes it longer: badly placed pages, or another guest of the machine. A side is disturbed by 40 % in one round of
/// ten here, and the two sides in different rounds. The faster halves are what is left without that. The median of the ratios within a
/// round spreads twice as far, because each disturbed side spoils a ratio.
/// </remarks>
/// <param name="Value">New by old: above 1 is slower.</param>
/// <param name="Error">Its standard error, as a share: the jackknife over the rounds.</param>
readonly record struct RoundRatio(double Value, double Error)
{
    /// <summary>The distance from 1 that the ratio reaches with two standard errors, as a share.</summary>
    public double Spread => Math.Abs(Value - 1) + 2 * Error;

    /// <param name="before">Seconds of the old side by round.</param>
    /// <param name="after">Seconds of the new side in the same rounds.</param>
    public static RoundRatio Of(IReadOnlyList<double> before, IReadOnlyList<double> after)
    {
        double ratio = LogarithmOf(before, after, without: -1);
        int rounds = before.Count;
        double[] others = [.. Enumerable.Range(0, rounds).Select(round => LogarithmOf(before, after, round))];
        double mean = others.Average(), squares = others.Sum(other => (other - mean) * (other - mean));
        return new(Math.Exp(ratio), Math.Sqrt((rounds - 1.0) / rounds * squares));
    }

    static double LogarithmOf(IReadOnlyList<double> before, IReadOnlyList<double> after, int without) =>
        Math.Log(FasterHalf(after, without) / FasterHalf(before, without));

    static double FasterHalf(IReadOnlyList<double> seconds, int without)
    {
        double[] sorted = [.. seconds.Where((_, round) => round != without).Order()];
        return sorted.Take((sorted.Length + 1) / 2).DefaultIfEmpty(double.NaN).Average();
    }
}
