namespace Subquad.Perf.Reports.Turns;

/// <summary>The ratio of two sides over paired rounds.</summary>
/// <param name="Median">Median over the rounds of the ratio within a round.</param>
/// <param name="Error">
/// Standard error of the median, as a share: sqrt(pi / 2) * 1.4826 * MAD / sqrt(rounds), where MAD is the median distance of the
/// logarithms from their median. A few outliers do not move it.
/// </param>
readonly record struct PairedRatio(double Median, double Error)
{
    /// <summary>The constants make both the standard error of a median of normal numbers.</summary>
    const double OfMedian = 1.2533, OfDeviation = 1.4826;

    /// <summary>Above the median by two standard errors.</summary>
    public double High => Median * Math.Exp(2 * Error);

    /// <summary>The distance from 1 that the median reaches with two standard errors, as a share.</summary>
    public double Spread => Math.Abs(Median - 1) + 2 * Error;

    public static PairedRatio Of(IEnumerable<double> ratios)
    {
        double[] logarithms = [.. ratios.Select(ratio => Math.Log(ratio))];
        double middle = Measure.Median(logarithms), deviation = Measure.Median(logarithms.Select(value => Math.Abs(value - middle)));
        return new(Math.Exp(middle), OfMedian * OfDeviation * deviation / Math.Sqrt(logarithms.Length));
    }
}
