using System.Globalization;
using Subquad.Models;

namespace Subquad.Formats;

/// <summary>Writes and reads single fields of the metadata of a model or delta; a fault names the file and the field.</summary>
internal static class MetadataFields
{
    /// <summary>Says what a file is.</summary>
    public const string Format = "format";

    /// <summary>The version of the format.</summary>
    public const string Version = "format_version";

    /// <summary>Inputs of the first layer.</summary>
    public const string Inputs = "inputs";

    /// <summary>Widths of the hidden layers.</summary>
    public const string Hidden = "hidden";

    /// <summary>Outputs of the last layer.</summary>
    public const string Outputs = "outputs";

    /// <summary>s^2; the name is older than the term.</summary>
    public const string HiddenStepScale = "metric";

    /// <summary>t^2; only models with direct weights have it.</summary>
    public const string DirectStepScale = "direct_step_scale";

    /// <summary>The kernel set that trained.</summary>
    public const string Kernels = "kernels";

    /// <summary>A number, the same in every language; numbers of floating point come back bit for bit.</summary>
    public static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);

    /// <summary>Several of them.</summary>
    public static string Texts<T>(IEnumerable<T> values) where T : IFormattable => string.Join(',', values.Select(value => Text(value)));

    /// <summary>Inputs, hidden widths and outputs.</summary>
    public static (string Field, string Text)[] Widths(IReadOnlyList<LayerDescription> layers) =>
    [
        (Inputs, Text(layers[0].Inputs)),
        (Hidden, Texts(layers.SkipLast(1).Select(layer => layer.Width))),
        (Outputs, Text(layers[^1].Width)),
    ];

    public static T Number<T>(SafetensorsFile file, string field, Func<string, IFormatProvider, T> parse) =>
        Numbers(file, field, parse) is [T value]
            ? value
            : throw new InvalidDataException($"{file.Name}: {field}: expected one number, found '{file.Text(field)}'");

    public static T[] Numbers<T>(SafetensorsFile file, string field, Func<string, IFormatProvider, T> parse)
    {
        try
        {
            return [.. file.Text(field).Split(',').Select(part => parse(part, CultureInfo.InvariantCulture))];
        }
        catch (Exception fault) when (fault is FormatException or OverflowException)
        {
            throw new InvalidDataException($"{file.Name}: {field}: expected numbers, found '{file.Text(field)}'", fault);
        }
    }

    /// <summary>A member of an enumeration, by its name.</summary>
    public static T Named<T>(SafetensorsFile file, string field) where T : struct, Enum =>
        Enum.TryParse(file.Text(field), out T value) && Enum.IsDefined(value)
            ? value
            : throw new InvalidDataException(
                $"{file.Name}: {field}: expected one of {string.Join(", ", Enum.GetNames<T>())}, found '{file.Text(field)}'");

    /// <summary>What <paramref name="parse"/> makes of a text, which is all that its messages know.</summary>
    public static T Parsed<T>(SafetensorsFile file, string field, Func<string, T> parse)
    {
        string text = file.Text(field);
        try
        {
            return parse(text);
        }
        catch (InvalidDataException fault)
        {
            throw new InvalidDataException($"{file.Name}: {fault.Message}", fault);
        }
    }

    /// <summary>s^2 or t^2.</summary>
    public static float ReadStepScale(SafetensorsFile file, string field)
    {
        float scale = Number(file, field, float.Parse);
        return scale >= 0 && float.IsFinite(scale)
            ? scale
            : throw new InvalidDataException($"{file.Name}: {field}: expected a finite number of 0 or more, found {scale}");
    }
}
