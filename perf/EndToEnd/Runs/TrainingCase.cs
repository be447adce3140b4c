namespace Subquad.Perf.EndToEnd.Runs;

/// <summary>A network on image data, and how long it may train.</summary>
/// <param name="Width">Neurons of each hidden layer.</param>
/// <param name="Layers">Hidden layers.</param>
/// <param name="Density">Share of neurons that fires at the start; 0.5 is plain ReLU, whose threshold is 0 (c = 0).</param>
/// <param name="Seconds">Time limit of the training.</param>
readonly record struct TrainingCase(int Width, int Layers, double Density, double Seconds)
{
    public const int TrainingImages = 4_000, TestImages = 2_000, MaxSteps = 20;

    /// <summary>Plain ReLU layers keep their norm by themselves; shifted ones are normalised (design: "plain" and "normalised" mode).</summary>
    public bool PlainRelu => Density == 0.5;

    /// <summary>b of theta = b sqrt(2 / m), by formula: a standard normal number exceeds b with probability Density.</summary>
    public double Shift => PlainRelu ? 0 : NormalQuantile(1 - Density);

    /// <summary>Bisection on the tail; speed does not matter here.</summary>
    static double NormalQuantile(double probability)
    {
        (double low, double high) = (-10, 10);
        while (high - low > 1e-12)
        {
            double middle = (low + high) / 2;
            (low, high) = NormalDistribution(middle) < probability ? (middle, high) : (low, middle);
        }
        return low;
    }

    /// <summary>Series of Phi(x) = 1/2 + phi(x) (x + x^3/3 + x^5/15 + ...).</summary>
    static double NormalDistribution(double x)
    {
        double term = x, sum = x;
        for (int k = 3; Math.Abs(term) > 1e-17 * Math.Abs(sum) && k < 1000; k += 2)
            sum += term *= x * x / k;
        return 0.5 + sum * Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI);
    }
}
