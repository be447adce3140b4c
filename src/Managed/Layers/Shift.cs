namespace Subquad.Layers;

/// <summary>
/// The shift b of a shifted ReLU max(0, z - b), z standard normal: how it follows from the width or from a wanted density, and the gain
/// that keeps the second moment. Source: Song, Zhang, Zhang, "Training Multi-Layer Over-Parametrized Neural Network in Subquadratic Time",
/// ITCS 2024, section on shifted ReLU.
/// </summary>
internal static class Shift
{
    /// <summary>b = sqrt(c ln m): the m * P(z &gt; b) firing neurons of a layer of m then grow like m^(1 - c/2).</summary>
    public static double FromWidth(double c, int width) => Math.Sqrt(c * Math.Log(width));

    /// <summary>b = Phi^-1(1 - density).</summary>
    /// <param name="density">Wanted share of firing neurons, in (0, 1); one half or more gives b = 0 (plain ReLU).</param>
    public static double FromDensity(double density)
    {
        if (density >= 0.5)
            return 0;

        // The upper tail is monotone, so bisection finds its inverse to the last bits; this runs once per layer.
        double low = 0, high = 40;
        for (int i = 0; i < 200 && high > low; i++)
        {
            double middle = 0.5 * (low + high);
            if (middle == low || middle == high)
                break;
            if (UpperTail(middle) > density)
                low = middle;
            else
                high = middle;
        }
        return 0.5 * (low + high);
    }

    /// <summary>P(z &gt; b): the expected density.</summary>
    public static double UpperTail(double b)
    {
        // Continued fraction of Mills' ratio where it converges fast, the Taylor series of the integral from 0 elsewhere.
        double density = Density(b);
        if (b > 2.5)
        {
            double fraction = 0;
            for (int i = 60; i >= 1; i--)
                fraction = i / (b + fraction);
            return density / (b + fraction);
        }
        double term = b, sum = b;
        for (int i = 1; i < 100; i++)
        {
            term *= b * b / (2 * i + 1);
            sum += term;
        }
        return 0.5 - density * sum;
    }

    /// <summary>
    /// gamma = 1 / sqrt(2 E max(0, z - b)^2) = sqrt(c_b): with weights N(0, 2/m) and thresholds b sqrt(2/m), E||h||^2 = 1 for a unit input.
    /// </summary>
    public static double Gain(double b) => 1 / Math.Sqrt(2 * ((1 + b * b) * UpperTail(b) - b * Density(b)));

    private static double Density(double b) => Math.Exp(-0.5 * b * b) / Math.Sqrt(2 * Math.PI);
}
