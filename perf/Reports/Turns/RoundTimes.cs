namespace Subquad.Perf.Reports.Turns;

/// <summary>Seconds of one row in one round: a round starts fresh processes, so that pages and code are placed anew.</summary>
/// <param name="Before">Of the old build.</param>
/// <param name="After">Of the new build.</param>
/// <param name="Control">Of a second build of the old source; NaN without one.</param>
readonly record struct RoundTimes(double Before, double After, double Control = double.NaN);
