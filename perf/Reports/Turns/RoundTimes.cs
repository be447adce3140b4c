namespace Subquad.Perf.Reports.Turns;

/// <summary>One row in one round: a round starts fresh processes, so that pages and code are placed anew.</summary>
/// <param name="Before">Seconds of the old build.</param>
/// <param name="After">Seconds of the new build.</param>
/// <param name="Ratios">New by old, turn by turn.</param>
/// <param name="ControlRatios">A second build of the old source by the first one, turn by turn; empty without one.</param>
sealed record RoundTimes(double Before, double After, IReadOnlyList<double> Ratios, IReadOnlyList<double> ControlRatios)
{
    /// <summary>
    /// The quantile that stands for a side: most of what disturbs a turn makes it longer, and the shortest turn of all is an exception too.
    /// </summary>
    const double Quantile = 0.1;

    /// <summary>Bytes that a warm call allocated, where they were counted.</summary>
    public long AllocatedBefore { get; init; }

    /// <inheritdoc cref="AllocatedBefore"/>
    public long AllocatedAfter { get; init; }

    /// <param name="turns">Seconds per call of the turns of the old build, of the new one, and of the control if there is one.</param>
    public static RoundTimes Of(double[][] turns) => new(
        Measure.Quantile(turns[0], Quantile), Measure.Quantile(turns[1], Quantile), RatiosOf(turns[1], turns[0]),
        turns.Length > 2 ? RatiosOf(turns[2], turns[0]) : []);

    static double[] RatiosOf(double[] turns, double[] others) => [.. turns.Zip(others, (turn, other) => turn / other)];
}
