using Subquad.Perf.EndToEnd.Peers;

namespace Subquad.Perf.EndToEnd.Trainings;

/// <summary>A network on image data, and how long it may train.</summary>
/// <param name="Width">Neurons of each hidden layer.</param>
/// <param name="Layers">Hidden layers.</param>
/// <param name="Density">Share of neurons that fires at the start; 0.5 is plain ReLU, whose threshold is 0 (c = 0).</param>
/// <param name="Seconds">Time limit of the training.</param>
readonly record struct TrainingCase(int Width, int Layers, double Density, double Seconds)
{
    public const int TrainingImages = 4_000, TestImages = 2_000, MaxSteps = 20;

    /// <summary>
    /// Plain ReLU layers keep their norm by themselves; shifted ones are normalised (design: "plain" and "normalised" mode).
    /// </summary>
    public bool PlainRelu => Density == 0.5;

    /// <summary>The case from the arguments of a child process.</summary>
    public static TrainingCase Parse(string[] arguments)
    {
        (double width, double layers, double density, double seconds) = PeerWork.Numbers(arguments);
        return new((int)width, (int)layers, density, seconds);
    }

    /// <summary>b of theta = b sqrt(2 / m): a standard normal number exceeds b with probability Density.</summary>
    public double Shift => Subquad.Layers.Shift.FromDensity(Density);
}
