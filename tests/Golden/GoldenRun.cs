using Subquad.Data;
using Subquad.Simd;

namespace Subquad.Golden;

/// <summary>
/// A small training run from a fixed seed, whose numbers the golden file holds. Its data are computed without functions that differ between
/// C libraries.
/// </summary>
internal sealed class GoldenRun
{
    private const ulong Seed = 20;

    private readonly Lazy<Dataset> _data;
    private readonly GaussNewtonOptions _options;
    private readonly NetworkShape _shape;

    private GoldenRun(string name, Func<Dataset> data, NetworkShape shape, GaussNewtonOptions options) =>
        (Name, _data, _shape, _options) = (name, new(data), shape, options);

    /// <summary>
    /// Images of ten classes, whose step ends after a fixed number of conjugate gradients: were it to end at a tolerance, rounding could
    /// decide on one more. And a smooth function, solved exactly until the loss is below a thousandth of the first; golden.c of the
    /// embedding tests computes the same.
    /// </summary>
    public static GoldenRun[] All { get; } =
    [
        new("images", () => Images(100), new() { Hidden = [384, 256], Densities = [0.1, 0.2] },
            new() { TrainFrom = 1, Steps = 3, CgTolerance = 1e-12, CgIterations = 6, LeaveOneOut = LeaveOneOutChoice.Off }),
        new("function", () => Function(80, 24), new() { Hidden = [384, 256], Densities = [0.1, 0.2] },
            new() { TrainFrom = 1, Steps = 6, ResidualTolerance = 0, LeaveOneOut = LeaveOneOutChoice.Off }),
    ];

    public string Name { get; }

    /// <summary>The loss before training and after each step.</summary>
    /// <exception cref="InvalidOperationException">The run ended before its last step.</exception>
    public double[] Losses(KernelSet kernels, int threads)
    {
        Dataset data = _data.Value;
        using Network network = Create(data, kernels, threads);
        using var trainer = new GaussNewtonTrainer(_options with { Threads = threads });
        var losses = new LossRecorder();
        TrainingResult result = trainer.Fit(network, data, progress: losses);
        return result.Steps == _options.Steps ? [.. losses.Values]
            : throw new InvalidOperationException($"the run '{Name}' ended after {result.Steps} of {_options.Steps} steps");
    }

    /// <summary>The network before training, and its first forward pass.</summary>
    public (Network Network, FirstForward Pass) Begin(KernelSet kernels)
    {
        Dataset data = _data.Value;
        Network network = Create(data, kernels, threads: 2);
        return (network, FirstForward.Of(network, data));
    }

    /// <summary>Per hidden layer how many neurons fire in the first forward pass, and a hash of which.</summary>
    public (long Count, string Hash)[] Layers(KernelSet kernels)
    {
        (Network network, FirstForward pass) = Begin(kernels);
        using Network owned = network;
        return [.. network.Layers.Hidden.Select((_, layer) => pass.Summary(layer))];
    }

    public override string ToString() => Name;

    /// <summary>The first images of the embedded sample.</summary>
    public static Dataset Images(int count)
    {
        using Stream images = Open("fashion-mnist-train-images.idx.gz"), labels = Open("fashion-mnist-train-labels.idx.gz");
        return Dataset.ReadIdx(images, labels).First(count);

        static Stream Open(string name) => typeof(GoldenRun).Assembly.GetManifestResourceStream(name)!;
    }

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
        return Dataset.From(rows, width, targets).WithoutTransforms();
    }

    private Network Create(Dataset data, KernelSet kernels, int threads) => Network.Create(_shape, data, Seed, kernels, threads);

    private sealed class LossRecorder : IProgress<StepReport>
    {
        public List<double> Values { get; } = [];

        public void Report(StepReport value) => Values.Add(value.Loss);
    }
}
