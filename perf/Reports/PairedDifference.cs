namespace Subquad.Perf.Reports;

/// <summary>The mean of differences that were measured in pairs, and how far chance moves it.</summary>
/// <param name="Count">Pairs.</param>
/// <param name="Mean">Mean of first minus second.</param>
/// <param name="StandardError">Deviation of the differences by the root of their count; NaN for fewer than two.</param>
sealed record PairedDifference(int Count, double Mean, double StandardError)
{
    /// <exception cref="ArgumentException">There are no pairs.</exception>
    public static PairedDifference Of(IReadOnlyList<(double First, double Second)> pairs)
    {
        if (pairs.Count == 0)
            throw new ArgumentException("expected at least one pair, found none", nameof(pairs));
        double[] differences = [.. pairs.Select(pair => pair.First - pair.Second)];
        double mean = differences.Average(), squares = differences.Sum(difference => (difference - mean) * (difference - mean));
        return new(pairs.Count, mean, pairs.Count < 2 ? double.NaN : Math.Sqrt(squares / (pairs.Count - 1) / pairs.Count));
    }
}
