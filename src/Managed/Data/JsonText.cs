using System.Text;
using System.Text.Json;

namespace Subquad.Data;

/// <summary>
/// Writes and reads the small JSON texts a model stores, without reflection; every fault of the text is an InvalidDataException.
/// </summary>
internal static class JsonText
{
    /// <summary>One JSON object; the caller writes its fields.</summary>
    public static string Write(Action<Utf8JsonWriter> fields)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            fields(json);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    /// <summary>Parses a text; a missing field or one of the wrong kind is reported under the name <paramref name="what"/>.</summary>
    /// <exception cref="InvalidDataException">The text is not what the reader expects.</exception>
    public static T Read<T>(string text, string what, Func<JsonElement, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException
            or ArgumentException)
        {
            throw new InvalidDataException($"{what}: expected the JSON text that a model stores, found a fault: {e.Message}", e);
        }
    }

    public static void WriteNumbers(Utf8JsonWriter json, string name, ReadOnlySpan<float> numbers)
    {
        json.WriteStartArray(name);
        foreach (float number in numbers)
            json.WriteNumberValue(number);
        json.WriteEndArray();
    }

    public static void WriteDoubles(Utf8JsonWriter json, string name, ReadOnlySpan<double> numbers)
    {
        json.WriteStartArray(name);
        foreach (double number in numbers)
            json.WriteNumberValue(number);
        json.WriteEndArray();
    }

    public static void WriteStrings(Utf8JsonWriter json, string name, ReadOnlySpan<string> strings)
    {
        json.WriteStartArray(name);
        foreach (string text in strings)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }

    public static float Number(JsonElement owner, string name) => Finite(owner.GetProperty(name), name);

    public static float[] Numbers(JsonElement owner, string name) =>
        owner.GetProperty(name).EnumerateArray().Select(element => Finite(element, name)).ToArray();

    public static double Double(JsonElement owner, string name) => FiniteDouble(owner.GetProperty(name), name);

    public static double[] Doubles(JsonElement owner, string name) =>
        owner.GetProperty(name).EnumerateArray().Select(element => FiniteDouble(element, name)).ToArray();

    /// <summary>The number with this name, or 0 if there is none.</summary>
    public static double DoubleOrZero(JsonElement owner, string name) =>
        owner.TryGetProperty(name, out JsonElement element) ? FiniteDouble(element, name) : 0;

    public static string Text(JsonElement owner, string name) =>
        owner.GetProperty(name).GetString() ?? throw new FormatException($"'{name}' is null");

    public static string[] Strings(JsonElement owner, string name) =>
        owner.GetProperty(name).EnumerateArray().Select(element => element.GetString() ?? throw new FormatException($"'{name}' holds null"))
            .ToArray();

    private static double FiniteDouble(JsonElement element, string name)
    {
        double number = element.GetDouble();
        return float.IsFinite((float)number) ? number : throw new FormatException($"'{name}' holds a number that is too large");
    }

    private static float Finite(JsonElement element, string name)
    {
        float number = element.GetSingle();
        return float.IsFinite(number) ? number : throw new FormatException($"'{name}' holds a number that is too large");
    }
}
