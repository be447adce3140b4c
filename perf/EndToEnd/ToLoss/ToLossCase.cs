using System.Globalization;
using Subquad.Perf.EndToEnd.Trainings;

namespace Subquad.Perf.EndToEnd.ToLoss;

/// <summary>A network that is trained until its loss is low enough.</summary>
/// <param name="Network">The network; its seconds are the limit of the training.</param>
/// <param name="Images">Training images.</param>
/// <param name="Goal">The loss ||f - y||^2 / (2 n C) to reach.</param>
/// <param name="TrainFrom">The first hidden layer that Subquad trains; Adam trains all.</param>
/// <param name="Threads">Workers.</param>
sealed record ToLossCase(TrainingCase Network, int Images, double Goal, int TrainFrom, int Threads)
{
    /// <summary>The case as the arguments of a child process.</summary>
    public object[] Arguments => [Network.Width, Network.Layers, Network.Density, Network.Seconds, Images, Goal, TrainFrom, Threads];

    public static ToLossCase Parse(string[] arguments)
    {
        double[] numbers = [.. arguments.Take(8).Select(text => double.Parse(text, CultureInfo.InvariantCulture))];
        return new ToLossCase(
            new TrainingCase((int)numbers[0], (int)numbers[1], numbers[2], numbers[3]), (int)numbers[4], numbers[5], (int)numbers[6],
            (int)numbers[7]);
    }
}
