using Subquad.Models;
using Subquad.Weights;

namespace Subquad.Formats;

/// <summary>
/// Deltas as safetensors files: the terms of every hidden layer (<see cref="DeltaTerms"/>), <c>A</c> [m_L, C] whole, and the hash of the
/// model they belong to.
/// </summary>
internal static class DeltaFile
{
    private const string Format = "subquad-delta", Version = "2", FirstVersion = "1", Base = "base_sha256";

    /// <summary>Writes a delta, whole or not at all.</summary>
    /// <exception cref="IOException">The file cannot be written; the message names it.</exception>
    public static void Write(string path, ModelDelta delta)
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
        metadata[MetadataFields.Kernels] = delta.TrainedBy;
        CalibrationFields.Write(metadata, delta.Calibration);
        List<TensorSource> tensors = [.. delta.Terms.SelectMany((held, layer) => DeltaTerms.Tensors(layer + 1, held)), delta.Output];
        SafetensorsWriter.WriteHashed(path, metadata, tensors);
    }

    /// <summary>Reads the delta of a model.</summary>
    /// <param name="path">The file.</param>
    /// <param name="baseHash">The hash of the data of the model.</param>
    /// <param name="layers">Its layers.</param>
    /// <returns>The delta; the caller owns its terms.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is no delta, belongs to another model, or is damaged.</exception>
    public static ModelDelta Read(string path, string baseHash, IReadOnlyList<LayerDescription> layers)
    {
        using SafetensorsFile file = SafetensorsFile.Open(path);
        float scale = Check(file, baseHash, layers);
        string trainedBy = file.Text(MetadataFields.Kernels);
        // A delta always names its own hash; HashData compares where there is one.
        file.Text(DataHash.Field);
        file.HashData();
        TensorInfo output = file.Find(OutputDescription.Weights);
        var values = new float[output.Elements];
        file.Read(output.Name, 0, values);
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
            TrainedBy = trainedBy,
            Terms = terms,
            Output = TensorSource.Of(output.Name, values) with { Shape = output.Shape },
        };
    }

    /// <summary>Checks all that the metadata say; returns s^2.</summary>
    private static float Check(SafetensorsFile file, string baseHash, IReadOnlyList<LayerDescription> layers)
    {
        string path = file.Path;
        if (!file.Metadata.TryGetValue(MetadataFields.Format, out string? format) || format != Format)
        {
            string found = format is null ? "something else" : $"the format '{format}'";
            throw new InvalidDataException($"'{path}': expected a delta that SaveDelta wrote, found {found}");
        }
        string version = file.Text(MetadataFields.Version);
        if (version is not (FirstVersion or Version))
            throw new InvalidDataException($"'{path}': expected delta version {FirstVersion} or {Version}, found '{version}'");
        file.VerifyHeader(isRequired: version != FirstVersion);
        string wanted = file.Text(Base);
        if (wanted != baseHash)
        {
            string expected = $"expected the model that this delta was made from (SHA-256 {wanted})";
            throw new InvalidDataException($"'{path}': {expected}, found another one ({baseHash})");
        }
        foreach ((string field, string own) in MetadataFields.Widths(layers))
            if (file.Text(field) != own)
                throw new InvalidDataException($"'{path}': {field}: expected {own}, found {file.Text(field)}");
        DeltaTerms.CheckNames(file, layers.Count - 1);
        file.Source(OutputDescription.Weights).Expect($"'{path}'", [layers[^1].Inputs, layers[^1].Width]);
        return MetadataFields.ReadHiddenStepScale(file);
    }
}
