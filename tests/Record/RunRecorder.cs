using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Subquad.Formats;
using Subquad.Golden;
using Subquad.Simd;

namespace Subquad.Record;

/// <summary>Computes the parts of a run on a kernel set and a number of threads, and keeps the results in the order of computing.</summary>
internal sealed class RunRecorder(KernelSet kernels, int threads, string folder)
{
    private const ulong Seed = 20;

    private readonly List<RecordField> _fields = [];

    public KernelSet Kernels => kernels;

    public IReadOnlyList<RecordField> Fields => _fields;

    /// <summary>Draws a network for a data set.</summary>
    public Network Create(NetworkShape shape, Dataset data) => Network.Create(shape, data, Seed, kernels, threads);

    /// <summary>Loads a model that this run saved.</summary>
    public Network Load(string name, bool sharesBase = false, WeightFormat weights = WeightFormat.Float32) =>
        Network.Load(PathOf(name), kernels, sharesBase, weights);

    /// <summary>A file of this run.</summary>
    public string PathOf(string name) => Path.Combine(folder, name);

    /// <summary>A training from a fresh network to its final weights.</summary>
    public void TrainWhole(NetworkShape shape, GaussNewtonOptions options, Dataset data, Dataset? heldOut = null)
    {
        using Network network = Create(shape, data);
        ActiveSets("before", network, data);
        Train("", network, options, data, heldOut);
        ActiveSets("after", network, data);
        Predictions("predictions", network, heldOut ?? data);
        Save("", network);
    }

    /// <summary>Trains, and adds the loss and the decisions of every step.</summary>
    /// <param name="prefix">Begins the names of the fields.</param>
    /// <param name="network">Trained.</param>
    /// <param name="options">Threads are replaced.</param>
    /// <param name="data">Training data.</param>
    /// <param name="heldOut">Held-out data, or none.</param>
    public void Train(string prefix, Network network, GaussNewtonOptions options, Dataset data, Dataset? heldOut = null)
    {
        using var trainer = new GaussNewtonTrainer(options with { Threads = threads });
        var reports = new Reports();
        TrainingResult result = trainer.Fit(network, data, heldOut, reports);
        foreach (GaussNewtonStepReport report in reports.All)
        {
            Add($"{prefix}loss {report.Step}", report.Loss);
            if (report.ValidationLoss is { } loss)
                Add($"{prefix}validation loss {report.Step}", loss);
            if (report.Step > 0)
                Add($"{prefix}trial {report.Step}", Trial(report));
            // Only a certificate by name ignores costs, which depend on the number of threads.
            if (options.Activity == ActivityStrategy.Certified)
                Add($"{prefix}computed anew {report.Step}", Joined(report.Reevaluated));
        }
        Add($"{prefix}end", Invariant($"{result.Reason}, {result.Accepted} of {result.Steps} accepted"));
        Add($"{prefix}metric", Invariant($"{network.HiddenStepScale:G9}"));
    }

    /// <summary>Adds, per hidden layer, how many neurons fire in a forward pass over all data, and a hash of which.</summary>
    public void ActiveSets(string when, Network network, Dataset data)
    {
        network.Layers.ApplyPending();
        var pass = FirstForward.Of(network, data, threads);
        for (int layer = 0; layer < network.Layers.Hidden.Length; layer++)
        {
            (long count, string hash) = pass.Summary(layer);
            Add($"active {when} {layer + 1}", Invariant($"{count} {hash}"));
        }
    }

    /// <summary>Adds the hash of the outputs of every row.</summary>
    /// <returns>The hash.</returns>
    /// <exception cref="InvalidOperationException">A row predicted by itself has other bits.</exception>
    public string Predictions(string name, Network network, Dataset data)
    {
        int outputs = network.OutputCount;
        float[] all = new float[data.Count * outputs], one = new float[outputs], input = new float[data.InputWidth];
        network.PredictAll(data, all, threads);
        for (int row = 0; row < data.Count; row++)
        {
            data.Examples.Inputs.CopyRow(row, input);
            network.Predict(input, one);
            if (!Bytes(one).SequenceEqual(Bytes(all.AsSpan(row * outputs, outputs))))
                throw new InvalidOperationException($"{name}: expected the same bits of row {row} by Predict and PredictAll, found others");
        }
        string hash = HashOf(Bytes(all));
        Add(name, hash);
        return hash;

        static ReadOnlySpan<byte> Bytes(ReadOnlySpan<float> values) => MemoryMarshal.AsBytes(values);
    }

    /// <summary>Saves a model and adds the hashes of its data, whole and by tensor.</summary>
    public void Save(string prefix, Network network, string name = "model")
    {
        network.Save(PathOf(name));
        AddTensors(prefix, PathOf(name));
    }

    /// <summary>Adds the hashes of a safetensors file's data, by tensor and whole.</summary>
    public void AddTensors(string prefix, string path)
    {
        using SafetensorsFile file = SafetensorsFile.Open(path);
        byte[] bytes = File.ReadAllBytes(path);
        foreach (TensorInfo tensor in file.Tensors)
            Add($"{prefix}{tensor.Name}", HashOf(bytes.AsSpan((int)tensor.Offset, (int)tensor.Bytes)));
        Add($"{prefix}data", file.HashData()[..RecordFormat.HashLength]);
    }

    public void Add(string name, string value) => _fields.Add(new(name, value));

    public void Add(string name, double value) => Add(name, Invariant($"{value:G17}"));

    /// <summary>The first half of the SHA-256.</summary>
    public static string HashOf(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes))[..RecordFormat.HashLength];

    private static string Trial(GaussNewtonStepReport report)
    {
        string judged = report.Accepted ? "accepted" : "dropped", solved = Invariant($"{report.Solver}, {report.CgIterations} iterations");
        return Invariant($"{judged}, damping {report.Damping:G17}, {solved}, flips {string.Join('/', report.Flips)}");
    }

    private static string Joined(IEnumerable<double> values) => string.Join('/', values.Select(value => Invariant($"{value:G17}")));

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private sealed class Reports : IProgress<StepReport>
    {
        public List<GaussNewtonStepReport> All { get; } = [];

        public void Report(StepReport value) => All.Add((GaussNewtonStepReport)value);
    }
}
