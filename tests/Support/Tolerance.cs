namespace Subquad.Support;

/// <summary>How far a result may be from its float64 oracle, by family of operations.</summary>
public static class Tolerance
{
    /// <summary>Elementwise results, in units in the last place of the largest term.</summary>
    public const double ElementwiseUlps = 4;

    /// <summary>Unit roundoff of float32.</summary>
    public const double SingleRoundoff = 1.0 / (1 << 24);

    /// <summary>Unit roundoff of float64.</summary>
    public const double DoubleRoundoff = 1.0 / (1L << 53);

    /// <summary>The smallest float32 above zero: what a product may lose to underflow.</summary>
    private const double Tiny = 1.4012984643248171e-45;

    /// <summary>A float32 element whose terms add up to <paramref name="magnitude"/> in absolute value.</summary>
    public static double Elementwise(double magnitude) => ElementwiseUlps * 2 * SingleRoundoff * magnitude + Tiny;

    /// <summary>The same in float64.</summary>
    public static double ElementwiseDouble(double magnitude) => ElementwiseUlps * 2 * DoubleRoundoff * magnitude;

    /// <summary>
    /// A float32 sum of products: gamma_n times the sum of their absolute values, n counting the roundings on the longest way through the
    /// sum.
    /// </summary>
    public static double Reduction(int terms, double magnitude) => Gamma(terms + 1, SingleRoundoff) * magnitude + terms * Tiny;

    /// <summary>The same in float64.</summary>
    public static double ReductionDouble(int terms, double magnitude) => Gamma(terms + 1, DoubleRoundoff) * magnitude;

    /// <summary>
    /// An element of a Cholesky factor, or of a solution, of a well-conditioned matrix of this order and elements near 1.
    /// </summary>
    public static double Factorisation(int order) => 64 * Gamma(order + 8, DoubleRoundoff);

    private static double Gamma(int roundings, double roundoff) => roundings * roundoff / (1 - roundings * roundoff);
}
