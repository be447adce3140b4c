using System.Globalization;
using Subquad.Data;
using Subquad.Formats;
using Subquad.Layers;
using Subquad.Simd;
using Subquad.Simd.Dispatch;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;

namespace Subquad;

public sealed partial class Network
{
    private const string FormatVersion = "1";
    private const int ChunkFloats = 1 << 20;

    /// <summary>The kernel set that trained the model this network was loaded from; null for one made here.</summary>
    public string? TrainedBy { get; private init; }

    /// <summary>
    /// Writes the network as safetensors: W.l [m_l, m_(l-1)], theta.l [m_l], A [m_L, C], float32; everything else a prediction needs is in
    /// the metadata, and the SHA-256 of the data. The file appears whole or not at all. Terms that are held beside weights of the network's
    /// own are added to them first: that has the network alone, waits for calls in flight and refuses others until the file is written.
    /// Without such terms, beside shared weights and from the callback of a fit nothing is changed, and other calls run side by side; held
    /// terms are in the file.
    /// </summary>
    /// <param name="path">The file; overwritten.</param>
    /// <exception cref="InvalidOperationException">The hidden weights were rounded when they were loaded; or an operation has the network
    /// alone, such as a fit.</exception>
    /// <exception cref="IOException">The file cannot be written; the message names it.</exception>
    /// <exception cref="ObjectDisposedException">The network was disposed.</exception>
    public void Save(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        using (SharedCall call = _gate.Share(this))
        {
            RequireFloat32();
            Layers.ApplyPending();
            // A fit around the call computes with its bases as they are.
            if (call.IsNested || !Weights.HasTermsToFold)
            {
                Write(path);
                return;
            }
        }
        _gate.EnterAlone(AloneOperation.Save);
        try
        {
            using (var team = new WorkerTeam(Environment.ProcessorCount))
                Weights.Flush(new TeamKernels(Kernels, team));
            Write(path);
        }
        finally
        {
            _gate.LeaveAlone();
            GC.KeepAlive(this);
        }
    }

    private void Write(string path)
    {
        string hash = SafetensorsWriter.WriteHashed(path, Metadata(), Tensors());
        // Terms that stay beside the weights are in the file, and still belong to the base that they were made from.
        if (Weights.HasTerms)
            return;
        lock (_base)
        {
            BaseHash = hash;
            Weights.StartFromBase();
        }
    }

    /// <summary>
    /// Reads a network that <see cref="Save"/> wrote. Its predictions are bit-identical to those before saving, on the same kernel set.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="kernels">Default: <see cref="KernelSets.Best"/>; which set trained the model does not matter.</param>
    /// <param name="sharesBase">Whether the hidden weights are mapped from the file beside the model that <see cref="SavePanels"/> wrote,
    /// instead of being read into memory: all processes and networks that do so share one copy, which nothing ever writes to. What training
    /// changes is then kept beside it.</param>
    /// <param name="weights">How the hidden weights lie in memory. <see cref="WeightFormat.BFloat16"/> is for predictions and evaluation
    /// only: half the memory, and float32 weights are never there all at once.</param>
    /// <exception cref="ArgumentException">Shared weights were asked for in another format than the file's float32.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is no model, or is damaged; the message names file and tensor or field. Or the file
    /// of panels belongs to other weights.</exception>
    /// <exception cref="InsufficientMemoryException">The weights do not fit.</exception>
    public static Network Load(string path, KernelSet? kernels = null, bool sharesBase = false, WeightFormat weights = WeightFormat.Float32)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (sharesBase && weights != WeightFormat.Float32)
            throw new ArgumentException($"expected {WeightFormat.Float32}, in which shared weights lie in their file, found {weights}", nameof(weights));
        kernels ??= KernelSets.Best;
        using SafetensorsFile file = SafetensorsFile.Open(path);
        string version = file.Text("format_version");
        if (version != FormatVersion)
            throw new InvalidDataException($"'{path}': expected format version {FormatVersion}, found '{version}'");
        NetworkShape shape = ReadShape(file);
        InputTransform input = Parsed(file, "input_transform", InputTransform.FromJson);
        TargetTransform target = Parsed(file, "target_transform", TargetTransform.FromJson);
        string[] classNames = Parsed(file, "class_names", text => JsonText.Read(text, "the class names", json => JsonText.Strings(json, "names")));
        TableSchema? schema = file.Metadata.ContainsKey("table_schema") ? Parsed(file, "table_schema", TableSchema.FromJson) : null;
        ulong seed = Number(file, "seed", ulong.Parse);
        float scale = ReadHiddenStepScale(file);
        int? firstIndex = file.Metadata.ContainsKey("first_index") ? Number(file, "first_index", int.Parse) : null;
        string trainedBy = file.Text("kernels");
        Expect(path, "inputs", shape.Inputs, input.Width);
        Expect(path, "outputs", shape.Outputs, target.Width);
        if (target.Kind == TargetKind.Classes)
            Expect(path, "class names", classNames.Length, target.Width);
        CheckTensors(file, shape);
        RefuseTooLarge(shape, sharesBase, weights);

        // Shared weights are not read at all, so the model's own word for their hash must do.
        string hash = sharesBase ? HashOf(file) : file.HashData();
        LayerStack layers = sharesBase ? Allocate(shape, PanelsFile.Map(path, hash, Matrices(shape))) : Allocate(shape, null, weights);
        try
        {
            ReadTensors(file, layers, kernels);
        }
        catch
        {
            layers.Dispose();
            throw;
        }
        return new Network(shape, seed, layers, input, target, classNames, schema, kernels)
        {
            WeightFormat = weights,
            HiddenStepScale = scale,
            TrainedBy = trainedBy,
            FirstIndex = firstIndex,
            BaseHash = hash,
        };
    }

    /// <summary>Every parameter, in the order of the file.</summary>
    private List<TensorSource> Tensors()
    {
        var tensors = new List<TensorSource>();
        for (int layer = 0; layer < Layers.Hidden.Length; layer++)
        {
            HiddenLayer hidden = Layers.Hidden[layer];
            tensors.Add(new($"W.{layer + 1}", [hidden.Width, hidden.Inputs], (start, chunk) => hidden.LowRank.CopyRowMajor(start, chunk, Kernels.IsFused)));
            tensors.Add(new($"theta.{layer + 1}", [hidden.Width], (start, chunk) => hidden.Thresholds.Slice(start, chunk.Length).CopyTo(chunk)));
        }
        tensors.Add(OutputTensor());
        return tensors;
    }

    private TensorSource OutputTensor() => new("A", [Layers.Output.Columns, OutputCount], CopyOutput);

    private string Widths() => string.Join(',', Shape.Hidden.Select(width => Text(width)));

    private Dictionary<string, string> Metadata()
    {
        var metadata = new Dictionary<string, string>
        {
            ["format"] = "subquad",
            ["format_version"] = FormatVersion,
            ["inputs"] = Text(Shape.Inputs),
            ["hidden"] = Widths(),
            ["outputs"] = Text(Shape.Outputs),
            ["normalisation"] = Shape.Normalisation.ToString(),
            ["output_weights"] = Shape.OutputWeights.ToString(),
            [Shape.Densities is null ? "shift_constant" : "densities"] = string.Join(',', (Shape.Densities ?? Shape.ShiftConstant).Select(value => Text(value))),
            ["seed"] = Text(Seed),
            ["metric"] = Text(HiddenStepScale),
            ["kernels"] = Kernels.Name,
            ["input_transform"] = Input.ToJson(),
            ["target_transform"] = Target.ToJson(),
            ["class_names"] = JsonText.Write(json => JsonText.WriteStrings(json, "names", ClassNames.ToArray())),
        };
        if (Schema is not null)
            metadata["table_schema"] = Schema.ToJson();
        if (FirstIndex is { } first)
            metadata["first_index"] = Text(first);
        return metadata;
    }

    // A is stored as the paper writes it, one row per neuron; in memory it is transposed.
    private void CopyOutput(long start, Span<float> chunk)
    {
        for (int i = 0; i < chunk.Length; i++)
            chunk[i] = Layers.Output[(int)((start + i) % OutputCount), (int)((start + i) / OutputCount)];
    }

    private static NetworkShape ReadShape(SafetensorsFile file)
    {
        bool byDensity = file.Metadata.ContainsKey("densities");
        double[] values = Numbers(file, byDensity ? "densities" : "shift_constant", double.Parse);
        var shape = new NetworkShape
        {
            Inputs = Number(file, "inputs", int.Parse),
            Hidden = Numbers(file, "hidden", int.Parse),
            Outputs = Number(file, "outputs", int.Parse),
            Densities = byDensity ? values : null,
            ShiftConstant = byDensity ? [0.4] : values,
            Normalisation = Named<Normalisation>(file, "normalisation"),
            OutputWeights = Named<OutputWeights>(file, "output_weights"),
        };
        try
        {
            shape.Check();
        }
        catch (ArgumentException fault)
        {
            throw new InvalidDataException($"'{file.Path}': {fault.Message}", fault);
        }
        return shape;
    }

    private static void CheckTensors(SafetensorsFile file, NetworkShape shape)
    {
        int layer = 0;
        foreach ((int rows, int columns) in Matrices(shape))
        {
            ExpectShape(file, $"W.{++layer}", rows, columns);
            ExpectShape(file, $"theta.{layer}", rows);
        }
        ExpectShape(file, "A", shape.Hidden[^1], shape.Outputs);
    }

    /// <summary>Rows and columns of W of every hidden layer.</summary>
    private static (int Rows, int Columns)[] Matrices(NetworkShape shape) =>
        [.. shape.Hidden.Select((width, layer) => (width, layer == 0 ? shape.Inputs : shape.Hidden[layer - 1]))];

    private static void ReadTensors(SafetensorsFile file, LayerStack layers, KernelSet kernels)
    {
        var chunk = new float[ChunkFloats];
        for (int layer = 0; layer < layers.Hidden.Length; layer++)
        {
            HiddenLayer hidden = layers.Hidden[layer];
            if (hidden.Weights.Format == ElementFormat.BFloat16)
                ReadRounded(file, $"W.{layer + 1}", chunk, hidden.Weights, kernels);
            else if (!hidden.Weights.IsReadOnly)
                ReadTensor(file, $"W.{layer + 1}", chunk, hidden.Weights.SetRowMajor);
            ReadTensor(file, $"theta.{layer + 1}", chunk, (start, values) => values.CopyTo(hidden.Thresholds.Slice(start, values.Length)));
        }
        ReadTensor(file, "A", chunk, (start, values) => SetOutput(layers, start, values));
    }

    private static void SetOutput(LayerStack layers, long start, ReadOnlySpan<float> values)
    {
        for (int i = 0; i < values.Length; i++)
            layers.Output[(int)((start + i) % layers.Outputs), (int)((start + i) / layers.Outputs)] = values[i];
    }

    private static float ReadHiddenStepScale(SafetensorsFile file)
    {
        float scale = Number(file, "metric", float.Parse);
        return scale >= 0 && float.IsFinite(scale) ? scale : throw new InvalidDataException($"'{file.Path}': metric: expected a finite number of 0 or more, found {scale}");
    }

    private static void ReadTensor(SafetensorsFile file, string name, float[] chunk, Action<long, ReadOnlySpan<float>> take)
    {
        long elements = file.Find(name).Elements;
        for (long start = 0; start < elements; start += chunk.Length)
        {
            Span<float> part = chunk.AsSpan(0, (int)Math.Min(chunk.Length, elements - start));
            file.Read(name, start, part);
            take(start, part);
        }
    }

    private static void ExpectShape(SafetensorsFile file, string name, params ReadOnlySpan<long> expected)
    {
        long[] found = file.Find(name).Shape;
        if (!expected.SequenceEqual(found))
            throw new InvalidDataException($"'{file.Path}', tensor '{name}': expected shape [{string.Join(", ", expected.ToArray())}], found [{string.Join(", ", found)}]");
    }

    private static void Expect(string path, string what, int expected, int found)
    {
        if (expected != found)
            throw new InvalidDataException($"'{path}': {what}: expected {expected}, found {found}");
    }

    // What reads a stored text knows the text only.
    private static T Parsed<T>(SafetensorsFile file, string field, Func<string, T> parse)
    {
        string text = file.Text(field);
        try
        {
            return parse(text);
        }
        catch (InvalidDataException fault)
        {
            throw new InvalidDataException($"'{file.Path}': {fault.Message}", fault);
        }
    }

    private static T Named<T>(SafetensorsFile file, string field) where T : struct, Enum =>
        Enum.TryParse(file.Text(field), out T value) && Enum.IsDefined(value)
            ? value
            : throw new InvalidDataException($"'{file.Path}': {field}: expected one of {string.Join(", ", Enum.GetNames<T>())}, found '{file.Text(field)}'");

    private static T Number<T>(SafetensorsFile file, string field, Func<string, IFormatProvider, T> parse) => Numbers(file, field, parse) is [T value]
        ? value
        : throw new InvalidDataException($"'{file.Path}': {field}: expected one number, found '{file.Text(field)}'");

    private static T[] Numbers<T>(SafetensorsFile file, string field, Func<string, IFormatProvider, T> parse)
    {
        try
        {
            return file.Text(field).Split(',').Select(part => parse(part, CultureInfo.InvariantCulture)).ToArray();
        }
        catch (Exception fault) when (fault is FormatException or OverflowException)
        {
            throw new InvalidDataException($"'{file.Path}': {field}: expected numbers, found '{file.Text(field)}'", fault);
        }
    }

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}
