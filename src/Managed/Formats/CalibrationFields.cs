using Subquad.Data;

namespace Subquad.Formats;

/// <summary>The calibration in the metadata of a model or delta: fields that are left out before it was fitted.</summary>
internal static class CalibrationFields
{
    private const string Temperature = "temperature", Bias = "temperature_bias";

    public static void Write(Dictionary<string, string> metadata, Calibration? calibration)
    {
        if (calibration is null)
            return;
        metadata[Temperature] = MetadataFields.Text(calibration.Temperature);
        metadata[Bias] = MetadataFields.Text(calibration.Bias);
    }

    /// <exception cref="InvalidDataException">A field is damaged; the message names it.</exception>
    public static Calibration? Read(SafetensorsFile file)
    {
        if (!file.Metadata.ContainsKey(Temperature))
            return null;
        double temperature = MetadataFields.Number(file, Temperature, double.Parse), bias = MetadataFields.Number(file, Bias, double.Parse);
        if (!(temperature > 0) || !double.IsFinite(temperature) || !double.IsFinite(bias))
            throw new InvalidDataException(
                $"{file.Name}: {Temperature}: expected a number above 0 and a finite bias, found {temperature} and {bias}");
        return new(temperature, bias);
    }
}
