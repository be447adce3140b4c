using Subquad.Data;
using Subquad.Models;

namespace Subquad.Formats;

/// <summary>
/// Models as safetensors files: parameters are the tensors, everything else that a prediction needs is in the metadata.
/// </summary>
internal static class ModelFile
{
    private const string Format = "subquad", Version = "2", FirstVersion = "1";
    private const string ShiftConstant = "shift_constant", Densities = "densities", Seed = "seed";
    private const string Mode = "normalisation", Drawn = "output_weights";
    private const string Input = "input_transform", Target = "target_transform";
    private const string ClassNames = "class_names", Schema = "table_schema", FirstIndex = "first_index";

    /// <summary>Writes a model, whole or not at all.</summary>
    /// <returns>The hash of the data of its tensors.</returns>
    /// <exception cref="IOException">The file cannot be written; the message names it.</exception>
    public static string Write(string path, ModelDescription model) =>
        SafetensorsWriter.WriteHashed(path, Metadata(model), model.Tensors, hasChecksums: true);

    /// <summary>Writes a model to a stream, from front to back; not disposed.</summary>
    /// <returns>The hash of the data of its tensors.</returns>
    public static string Write(Stream stream, ModelDescription model) =>
        SafetensorsWriter.WriteHashed(stream, Metadata(model), model.Tensors, hasChecksums: true);

    /// <summary>Describes the model in a file, which must stay open while tensors are read.</summary>
    /// <param name="file">The file.</param>
    /// <param name="verifies">Whether the hash of the data is computed and compared when it is asked for, or what the file says is
    /// taken.</param>
    /// <exception cref="InvalidDataException">The file is no model, or is damaged; the message names tensor or field.</exception>
    public static ModelDescription Read(SafetensorsFile file, bool verifies)
    {
        CheckHeader(file);
        Initialisation initialisation = ReadInitialisation(file);
        LayerDescription[] layers = ReadLayers(file, initialisation);
        InputTransform input = MetadataFields.Parsed(file, Input, InputTransform.FromJson);
        TargetTransform target = MetadataFields.Parsed(file, Target, TargetTransform.FromJson);
        string[] classNames = MetadataFields.Parsed(
            file, ClassNames, text => JsonText.Read(text, "the class names", json => JsonText.Strings(json, "names")));
        var model = new ModelDescription
        {
            Source = file.Name,
            Layers = layers,
            Input = input,
            Target = target,
            ClassNames = classNames,
            Schema = file.Metadata.ContainsKey(Schema) ? MetadataFields.Parsed(file, Schema, TableSchema.FromJson) : null,
            Initialisation = initialisation with { Seed = MetadataFields.Number(file, Seed, ulong.Parse) },
            HiddenStepScale = MetadataFields.ReadStepScale(file, MetadataFields.HiddenStepScale),
            DirectStepScale = HasDirect(file) ? MetadataFields.ReadStepScale(file, MetadataFields.DirectStepScale) : 0,
            FirstIndex = file.Metadata.ContainsKey(FirstIndex) ? MetadataFields.Number(file, FirstIndex, int.Parse) : null,
            Calibration = CalibrationFields.Read(file),
            TrainedBy = file.Text(MetadataFields.Kernels),
            Tensors = [.. file.Tensors.Select(tensor => file.Source(tensor.Name))],
            DataHash = verifies ? file.HashData : file.StatedHash,
        };
        model.Check();
        return model;
    }

    /// <summary>The layers of the model in a file.</summary>
    /// <exception cref="InvalidDataException">They cannot be built; the message names file and field.</exception>
    public static LayerDescription[] ReadLayers(SafetensorsFile file)
    {
        CheckHeader(file);
        return ReadLayers(file, ReadInitialisation(file));
    }

    /// <summary>Refuses what is no model, and a header that differs from its hash, which the first version did not have.</summary>
    private static void CheckHeader(SafetensorsFile file)
    {
        if (!file.Metadata.TryGetValue(MetadataFields.Version, out string? version))
            throw new InvalidDataException($"{file.Name}: expected a model that Subquad saved, found a safetensors file without the "
                + $"metadata '{MetadataFields.Version}'");
        if (version is not (FirstVersion or Version))
            throw new InvalidDataException($"{file.Name}: expected format version {FirstVersion} or {Version}, found '{version}'");
        file.VerifyHeader(isRequired: version != FirstVersion);
    }

    private static LayerDescription[] ReadLayers(SafetensorsFile file, Initialisation initialisation)
    {
        int inputs = MetadataFields.Number(file, MetadataFields.Inputs, int.Parse);
        int[] hidden = MetadataFields.Numbers(file, MetadataFields.Hidden, int.Parse);
        int outputs = MetadataFields.Number(file, MetadataFields.Outputs, int.Parse);
        bool isNormalised = MetadataFields.Named<Normalisation>(file, Mode) == Normalisation.Normalised;
        try
        {
            return LayerDescription.Chain(inputs, hidden, outputs, isNormalised, initialisation, HasDirect(file));
        }
        catch (ArgumentException fault)
        {
            throw new InvalidDataException($"{file.Name}: {fault.Message}", fault);
        }
    }

    /// <summary>Whether the model has direct weights. Tensor and field come together: without one of them it would predict wrong.</summary>
    private static bool HasDirect(SafetensorsFile file)
    {
        bool hasField = file.Metadata.ContainsKey(MetadataFields.DirectStepScale);
        if (!hasField && file.Contains(OutputDescription.DirectWeights))
            throw new InvalidDataException($"{file.Name}: expected the metadata '{MetadataFields.DirectStepScale}' beside the tensor "
                + $"'{OutputDescription.DirectWeights}', found none");
        return hasField;
    }

    /// <summary>All but the seed.</summary>
    private static Initialisation ReadInitialisation(SafetensorsFile file)
    {
        bool byDensity = file.Metadata.ContainsKey(Densities);
        double[] values = MetadataFields.Numbers(file, byDensity ? Densities : ShiftConstant, double.Parse);
        var drawn = MetadataFields.Named<OutputWeights>(file, Drawn);
        return new(0, byDensity ? values : null, byDensity ? [Initialisation.DefaultShiftConstant] : values, drawn);
    }

    private static Dictionary<string, string> Metadata(ModelDescription model)
    {
        Initialisation drawn = model.Initialisation;
        var metadata = new Dictionary<string, string> { [MetadataFields.Format] = Format, [MetadataFields.Version] = Version };
        foreach ((string field, string text) in MetadataFields.Widths(model.Layers))
            metadata[field] = text;
        metadata[Mode] = (model.IsNormalised ? Normalisation.Normalised : Normalisation.Plain).ToString();
        metadata[Drawn] = drawn.OutputWeights.ToString();
        metadata[drawn.Densities is null ? ShiftConstant : Densities] = MetadataFields.Texts(drawn.Densities ?? drawn.ShiftConstant);
        metadata[Seed] = MetadataFields.Text(drawn.Seed);
        metadata[MetadataFields.HiddenStepScale] = MetadataFields.Text(model.HiddenStepScale);
        if (model.HasDirect)
            metadata[MetadataFields.DirectStepScale] = MetadataFields.Text(model.DirectStepScale);
        metadata[MetadataFields.Kernels] = model.TrainedBy;
        metadata[Input] = model.Input.ToJson();
        metadata[Target] = model.Target.ToJson();
        metadata[ClassNames] = JsonText.Write(json => JsonText.WriteStrings(json, "names", [.. model.ClassNames]));
        if (model.Schema is not null)
            metadata[Schema] = model.Schema.ToJson();
        if (model.FirstIndex is { } first)
            metadata[FirstIndex] = MetadataFields.Text(first);
        CalibrationFields.Write(metadata, model.Calibration);
        return metadata;
    }
}
