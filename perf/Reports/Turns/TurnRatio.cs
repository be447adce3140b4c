namespace Subquad.Perf.Reports.Turns;

/// <summary>
/// The ratio of two sides: the median, over the turns of all rounds, of a turn by the other side's turn beside it. Rounds that started the
/// sides in one order and rounds that started them in the other order have a median each, and their geometric mean is the ratio.
/// </summary>
/// <remarks>
/// Work on the other hyperthread of a core makes everything longer by half, for some ten to a hundred milliseconds. Both of two
/// turns beside each other meet it, so their ratio keeps to a few per cent. A ratio of what each side needs in a whole round does not.
/// Some rows differ by up to 2 % between the orders, and one median of both groups jumps from the one to the other.
/// </remarks>
/// <param name="Value">New by old: above 1 is slower.</param>
/// <param name="Error">
/// Its standard error, as a share: that of a median of the rounds' medians, sqrt(pi / 2) * 1.4826 * MAD / sqrt(rounds), where MAD is the
/// median distance from the median of those of their order. A round starts fresh processes, so it holds what placement does to a build.
/// A few outliers do not move it.
/// </param>
readonly record struct TurnRatio(double Value, double Error)
{
    /// <summary>The constants make it the standard error of a median of normal numbers.</summary>
    const double OfMedian = 1.2533, OfDeviation = 1.4826;

    /// <summary>Above the ratio by two standard errors.</summary>
    public double High => Value * Math.Exp(2 * Error);

    /// <summary>The distance from 1 that the ratio reaches with two standard errors, as a share.</summary>
    public double Spread => Math.Abs(Value - 1) + 2 * Error;

    /// <param name="rounds">Of each round, the ratios of its turns; the order of starting changes from round to round.</param>
    public static TurnRatio Of(IEnumerable<IReadOnlyList<double>> rounds)
    {
        double[][] logarithms = [.. rounds.Select(turns => turns.Select(ratio => Math.Log(ratio)).ToArray())];
        double[][][] orders =
            [.. logarithms.Index().GroupBy(round => round.Index % 2, round => round.Item).Select(order => order.ToArray())];
        double ratio = orders.Average(order => Measure.Median(order.SelectMany(turns => turns)));
        double deviation = Measure.Median(orders.SelectMany(Deviations));
        return new(Math.Exp(ratio), OfMedian * OfDeviation * deviation / Math.Sqrt(logarithms.Length));
    }

    static IEnumerable<double> Deviations(double[][] rounds)
    {
        double[] medians = [.. rounds.Select(turns => Measure.Median(turns))];
        double middle = Measure.Median(medians);
        return medians.Select(median => Math.Abs(median - middle));
    }
}
