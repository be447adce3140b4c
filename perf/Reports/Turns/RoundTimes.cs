namespace Subquad.Perf.Reports.Turns;

/// <summary>Seconds of one row in one round: a round starts fresh processes, so that pages and code are placed anew.</summary>
/// <param name="Before">Of the old build.</param>
/// <param name="After">Of the new build.</param>
/// <param name="Control">Of a second build of the old source; NaN without one.</param>
readonly record struct RoundTimes(double Before, double After, double Control = double.NaN)
{
    /// <summary>Bytes that a warm call allocated, where they were counted.</summary>
    public long AllocatedBefore { get; init; }

    /// <inheritdoc cref="AllocatedBefore"/>
    public long AllocatedAfter { get; init; }
}
