using Managed.Tests.Trainers;
using NUnit.Framework;
using Subquad;
using Subquad.Cli;
using Subquad.Data;
using Subquad.Simd;

namespace Managed.Tests.Golden;

/// <summary>A small training run from a fixed seed, whose numbers the golden file holds. Its data are computed without functions that differ between C libraries.</summary>
internal sealed class GoldenRun
{
    private const ulong Seed = 20;

    private readonly Lazy<Dataset> _data;
    private readonly GaussNewtonOptions _options;
    private readonly NetworkShape _shape;

    private GoldenRun(string name, Func<Dataset> data, NetworkShape shape, GaussNewtonOptions options) => (Name, _data, _shape, _options) = (name, new(data), shape, options);

    /// <summary>
    /// Images of ten classes, whose step ends after a fixed number of conjugate gradients: were it to end at a tolerance, rounding could decide on one more. And a smooth function, solved exactly until
    /// the loss is below a thousandth of the first.
    /// </summary>
    public static GoldenRun[] All { get; } =
    [
        new("images", () => Sample.Training().First(100), new() { Hidden = [384, 256], Densities = [0.1, 0.2] }, new() { TrainFrom = 1, Steps = 3, CgTolerance = 1e-12, CgIterations = 6 }),
        new("function", () => Function(80, 24), new() { Hidden = [384, 256], Densities = [0.1, 0.2] }, new() { TrainFrom = 1, Steps = 6, ResidualTolerance = 0 }),
    ];

    public string Name { get; }

    /// <summary>The loss before training and after each step.</summary>
    public double[] Losses(KernelSet kernels, int threads)
    {
        Dataset data = _data.Value;
        using Network network = Create(data, kernels, threads);
        var recorder = new Recorder();
        TrainingResult result = Trainers.Training.Fit(network, data, _options with { Threads = threads }, recorder);
        Assert.That(result.Steps, Is.EqualTo(_options.Steps), "a run that ended early");
        return [.. recorder.Reports.Select(report => report.Loss)];
    }

    /// <summary>The network before training, and its first forward pass.</summary>
    public (Network Network, FirstForward Pass) Begin(KernelSet kernels)
    {
        Dataset data = _data.Value;
        Network network = Create(data, kernels, threads: 2);
        return (network, FirstForward.Of(network, data));
    }

    public override string ToString() => Name;

    private static Dataset Function(int count, int width)
    {
        var random = new SplitMix64(Seed);
        float[] rows = new float[count * width], targets = new float[count];
        for (int i = 0; i < rows.Length; i++)
            rows[i] = (float)(random.NextUnit() + random.NextUnit() - 1);
        for (int row = 0; row < count; row++)
        {
            ReadOnlySpan<float> x = rows.AsSpan(row * width, width);
            targets[row] = x[0] * x[1] + x[2] - x[3] * x[3];
        }
        return Dataset.From(rows, width, targets);
    }

    private Network Create(Dataset data, KernelSet kernels, int threads) => Network.Create(_shape, data, Seed, kernels, threads);
}
