using System.Globalization;

namespace Subquad.Perf.EndToEnd.Scaling;

/// <summary>One network of the scaling run.</summary>
/// <param name="Width">Neurons of each of the three hidden layers.</param>
/// <param name="Batch">Data.</param>
/// <param name="Outputs">Outputs; of images, the classes.</param>
/// <param name="TrainFrom">The first hidden layer that is trained: 1 touches both square layers, 3 is the cached path.</param>
/// <param name="Steps">Steps, each with a forward pass before it.</param>
/// <param name="Repeats">Trainings of which the median counts.</param>
/// <param name="Threads">Workers.</param>
/// <param name="Activity">How Subquad finds the firing neurons.</param>
/// <param name="CgIterations">Iterations that the peer takes; 0 for one output, which is solved exactly.</param>
sealed record ScalingCase(
    int Width, int Batch, int Outputs, int TrainFrom, int Steps, int Repeats, int Threads, ActivityStrategy Activity, int CgIterations = 0)
{
    public const int Layers = 3, Dimension = 32;
    public const double ShiftConstant = 0.4;

    /// <summary>Only the last hidden layer is trained.</summary>
    public bool IsCached => TrainFrom == Layers;

    /// <summary>b of theta = b sqrt(2 / m).</summary>
    public double Shift => Subquad.Layers.Shift.FromWidth(ShiftConstant, Width);

    /// <summary>The case as the arguments of a child process.</summary>
    public object[] Arguments => [Width, Batch, Outputs, TrainFrom, Steps, Repeats, Threads, (int)Activity, CgIterations];

    public static ScalingCase Parse(string[] arguments)
    {
        int[] numbers = [.. arguments.Take(9).Select(text => int.Parse(text, CultureInfo.InvariantCulture))];
        return new ScalingCase(
            numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5], numbers[6], (ActivityStrategy)numbers[7], numbers[8]);
    }
}
