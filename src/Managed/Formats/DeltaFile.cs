using Subquad.Models;
using Subquad.Weights;

namespace Subquad.Formats;

/// <summary>
/// Deltas as safetensors files: the terms of every hidden layer (<see cref="DeltaTerms"/>), <c>A</c> [m_L, C] and, with direct weights,
/// <c>B</c> [m_0, C] whole, and the hash of the model they belong to.
/// </summary>
internal static class DeltaFile
{
    private const string Format = "subquad-delta", Version = "2", FirstVersion = "1", Base = "base_sha256";

    /// <summary>Writes a delta, whole or not at all.</summary>
    /// <exception cref="IOException">The file cannot be written; the message names it.</exception>
    public static void Write(string path, ModelDelta delta) =>
        SafetensorsWriter.WriteHashed(path, Metadata(delta), Tensors(delta));

    /// <summary>Writes a delta to a stream, from front to back; not disposed.</summary>
    public static void Write(Stream stream, ModelDelta delta) =>
        SafetensorsWriter.WriteHashed(stream, Metadata(delta), Tensors(delta));

    private static List<TensorSource> Tensors(ModelDelta delta) =>
        [.. delta.Terms.SelectMany((held, layer) => DeltaTerms.Tensors(layer + 1, held)), .. delta.Output];

    private static Dictionary<string, string> Metadata(ModelDelta delta)
    {
        var metadata = new Dictionary<string, string>
        {
            [MetadataFields.Format] = Format,
            [MetadataFields.Version] = Version,
            [Base] = delta.BaseHash,
        };
        foreach ((string field, string text) in MetadataFields.Widths(delta.Layers))
            metadata[field] = text;
        metadata[MetadataFields.HiddenStepScale] = MetadataFields.Text(delta.HiddenStepScale);
        if (delta.DirectStepScale is { } scale)
            metadata[MetadataFields.DirectStepScale] = MetadataFields.Text(scale);
        metadata[MetadataFields.Kernels] = delta.TrainedBy;
        CalibrationFields.Write(metadata, delta.Calibration);
        return metadata;
    }

    /// <summary>Reads the delta of a model.</summary>
    /// <param name="file">The file.</param>
    /// <param name="baseHash">The hash of the data of the model.</param>
    /// <param name="layers">Its layers.</param>
    /// <returns>The delta; the caller owns its terms.</returns>
    /// <exception cref="InvalidDataException">The file is no delta, belongs to another model, or is damaged.</exception>
    public static ModelDelta Read(SafetensorsFile file, string baseHash, IReadOnlyList<LayerDescription> layers)
    {
        Check(file, baseHash, layers);
        float scale = MetadataFields.ReadStepScale(file, MetadataFields.HiddenStepScale);
        bool hasDirect = layers[^1] is OutputDescription { DirectInputs: > 0 };
        float? directScale = hasDirect ? MetadataFields.ReadStepScale(file, MetadataFields.DirectStepScale) : null;
        string trainedBy = file.Text(MetadataFields.Kernels);
        // A delta always names its own hash; HashData compares where there is one.
        file.Text(DataHash.Field);
        file.HashData();
        List<TensorSource> output = [.. layers[^1].Parameters(layers.Count).Select(parameter => ReadWhole(file, parameter.Name))];
        var terms = new List<IReadOnlyList<LowRankTerms>>();
        try
        {
            foreach (LayerDescription layer in layers.SkipLast(1))
                terms.Add(DeltaTerms.Read(file, terms.Count + 1, layer.Width, layer.Inputs));
        }
        catch
        {
            foreach (LowRankTerms group in terms.SelectMany(layer => layer))
                group.Dispose();
            throw;
        }
        return new ModelDelta
        {
            BaseHash = baseHash,
            Layers = layers,
            HiddenStepScale = scale,
            Calibration = CalibrationFields.Read(file),
            DirectStepScale = directScale,
            TrainedBy = trainedBy,
            Terms = terms,
            Output = output,
        };
    }

    private static TensorSource ReadWhole(SafetensorsFile file, string name)
    {
        TensorInfo tensor = file.Find(name);
        var values = new float[tensor.Elements];
        file.Read(name, 0, values);
        return TensorSource.Of(name, values) with { Shape = tensor.Shape };
    }

    /// <summary>Checks what the metadata say, and names and shapes of tensors.</summary>
    private static void Check(SafetensorsFile file, string baseHash, IReadOnlyList<LayerDescription> layers)
    {
        string name = file.Name;
        if (!file.Metadata.TryGetValue(MetadataFields.Format, out string? format) || format != Format)
        {
            string found = format is null ? "something else" : $"the format '{format}'";
            throw new InvalidDataException($"{name}: expected a delta that SaveDelta wrote, found {found}");
        }
        string version = file.Text(MetadataFields.Version);
        if (version is not (FirstVersion or Version))
            throw new InvalidDataException($"{name}: expected delta version {FirstVersion} or {Version}, found '{version}'");
        file.VerifyHeader(isRequired: version != FirstVersion);
        string wanted = file.Text(Base);
        if (wanted != baseHash)
        {
            string expected = $"expected the model that this delta was made from (SHA-256 {wanted})";
            throw new InvalidDataException($"{name}: {expected}, found another one ({baseHash})");
        }
        foreach ((string field, string own) in MetadataFields.Widths(layers))
            if (file.Text(field) != own)
                throw new InvalidDataException($"{name}: {field}: expected {own}, found {file.Text(field)}");
        DeltaTerms.CheckNames(file, layers);
        foreach (ParameterDescription parameter in layers[^1].Parameters(layers.Count))
            file.Source(parameter.Name).Expect(name, parameter.Shape);
    }
}
