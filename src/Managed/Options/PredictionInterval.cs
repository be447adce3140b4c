namespace Subquad;

/// <summary>A prediction with an interval, in the units of the targets.</summary>
/// <param name="Lower">The lower end; negative infinity where there are too few rows for the level.</param>
/// <param name="Value">The prediction.</param>
/// <param name="Upper">The upper end; infinity where there are too few rows for the level.</param>
public readonly record struct PredictionInterval(double Lower, double Value, double Upper);
