using Subquad.Formats;
using Subquad.Models;
using Subquad.Simd;
using Subquad.Simd.Memory;

namespace Subquad;

public sealed partial class Network
{
    /// <summary>
    /// Whether the hidden weights are pages of a file that every process shares, see <see cref="Load(string, Simd.KernelSet?, bool,
    /// WeightFormat, bool)"/>; they are never written.
    /// </summary>
    public bool SharesBase => Layers.Hidden[0].Weights.IsReadOnly;

    /// <summary>The SHA-256 of the data of the model file that the weights were read from or last saved to; null before that.</summary>
    internal string? BaseHash { get; private set; }

    /// <summary>What it does to rows and targets, and which data its parameters are. Thread-safe.</summary>
    public NetworkSummary Summary
    {
        get
        {
            lock (_base)
                return new(this, BaseHash);
        }
    }

    /// <summary>
    /// Writes the hidden weights of a model in the order of memory to a file beside it, MODEL.panels, from which <see cref="Load(string,
    /// Simd.KernelSet?, bool, WeightFormat, bool)"/> can share them. About as large as the model; written anew whenever the model is.
    /// Thread-safe.
    /// </summary>
    /// <param name="modelPath">The model file; this network must have been loaded from it or saved to it, and hold the same weights
    /// still.</param>
    /// <exception cref="FileNotFoundException">There is no such model.</exception>
    /// <exception cref="InvalidDataException">The model holds other weights.</exception>
    /// <exception cref="InvalidOperationException">A change is kept beside the weights, or they were rounded when they were loaded; or an
    /// operation has the network alone.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="ObjectDisposedException">The network was disposed.</exception>
    public void SavePanels(string modelPath)
    {
        ArgumentNullException.ThrowIfNull(modelPath);
        using SharedCall call = _gate.Share(this);
        RequireFloat32();
        Layers.ApplyPending();
        if (Weights.HasTerms)
            throw new InvalidOperationException(
                "expected a network whose weights are those of its model, found one that keeps a change beside them; "
                + "load the model and write its panels from that");
        string own = SafetensorsWriter.HashOf(ParameterTensors.Of(Layers, Kernels.IsFused)), saved;
        using (SafetensorsFile model = SafetensorsFile.Open(modelPath))
            saved = model.HashData();
        if (saved != own)
        {
            string expected = $"expected a model with the weights of this network (SHA-256 {own})";
            throw new InvalidDataException($"'{modelPath}': {expected}, found others ({saved}); save the network there first");
        }
        PanelsFile.Write(modelPath, own, [.. Layers.Hidden.Select(layer => layer.Weights)]);
    }

    /// <summary>
    /// Whether the file of panels beside a model is there and belongs to it, so that <see cref="Load(string, Simd.KernelSet?, bool,
    /// WeightFormat, bool)"/> can share the weights.
    /// </summary>
    /// <param name="modelPath">The model file.</param>
    /// <exception cref="FileNotFoundException">There is no such model.</exception>
    /// <exception cref="InvalidDataException">The model is none, or is damaged.</exception>
    public static bool HasPanels(string modelPath)
    {
        ArgumentNullException.ThrowIfNull(modelPath);
        using SafetensorsFile model = SafetensorsFile.Open(modelPath);
        return PanelsFile.Fits(modelPath, model.StatedHash(), Matrices(ModelFile.ReadLayers(model)));
    }

    /// <summary>
    /// Loads a network whose hidden weights are mapped from the panels beside its model. Their belonging to the model is a matter of their
    /// content: what the panels say of themselves is compared first, because it costs nothing.
    /// </summary>
    private static Network LoadShared(string path, SafetensorsFile file, KernelSet? kernels, bool verify)
    {
        ModelDescription model = ModelFile.Read(file, verifies: false);
        bool hasChecksums = BlockChecksums.AreIn(file);
        if (hasChecksums)
            foreach (TensorInfo tensor in file.Tensors.Where(tensor => !IsHidden(tensor.Name, model)))
                BlockChecksums.Verify(file, tensor.Name);
        else if (!verify)
            file.HashData();
        Network network = Build(
            model, kernels, share: () => PanelsFile.Map(path, file.StatedHash(), Matrices(model.Layers)));
        try
        {
            if (verify && hasChecksums)
                foreach ((int layer, PanelMatrix weights) in network.Layers.Hidden.Select(layer => layer.Weights).Index())
                    BlockChecksums.Verify(file, ShiftedReluDescription.Weights(layer + 1), weights, PanelsFile.PathOf(path));
            else if (verify)
                VerifyData(file, network);
            return network;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>Compares all parameters with the hash of a model of the first version, which has no checksums.</summary>
    private static void VerifyData(SafetensorsFile file, Network network)
    {
        string found = SafetensorsWriter.HashOf(ParameterTensors.Of(network.Layers, network.Kernels.IsFused)), expected = file.StatedHash();
        if (found != expected)
            throw new InvalidDataException($"{file.Name} and its panels: expected data with the SHA-256 {expected}, found {found}: "
                + "one of the files is damaged, or its tensors were changed");
    }

    private static bool IsHidden(string tensor, ModelDescription model) =>
        Enumerable.Range(1, model.Layers.Count - 1).Any(layer => tensor == ShiftedReluDescription.Weights(layer));

    /// <summary>Rows and columns of W of every hidden layer.</summary>
    private static (int Rows, int Columns)[] Matrices(IReadOnlyList<LayerDescription> layers) =>
        [.. layers.SkipLast(1).Select(layer => (layer.Width, layer.Inputs))];
}
