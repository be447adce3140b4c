using System.Globalization;
using System.Text.Json;

namespace Subquad.Perf.Reports;

/// <summary>Rows to and from a JSON array of flat objects.</summary>
static class Json
{
    public static void Write(Stream stream, IEnumerable<Row> rows)
    {
        using var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        writer.WriteStartArray();
        foreach (Row row in rows)
        {
            writer.WriteStartObject();
            foreach ((string name, object value) in row)
                Write(writer, name, value);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    /// <summary>Writes beside the file first, so that a reader never meets half a file.</summary>
    public static void Write(string path, IEnumerable<Row> rows)
    {
        string temporary = path + ".new";
        using (FileStream stream = File.Create(temporary))
            Write(stream, rows);
        File.Move(temporary, path, overwrite: true);
    }

    public static List<Row> Read(string text)
    {
        using JsonDocument document = JsonDocument.Parse(text);
        var rows = new List<Row>();
        foreach (JsonElement element in document.RootElement.EnumerateArray())
        {
            var row = new Row();
            foreach (JsonProperty property in element.EnumerateObject())
                row.Add(property.Name, Value(property.Value));
            rows.Add(row);
        }
        return rows;
    }

    static object? Value(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => value.TryGetInt64(out long whole) ? (object)whole : value.GetDouble(),
        JsonValueKind.String => value.GetString(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    static void Write(Utf8JsonWriter writer, string name, object value)
    {
        switch (value)
        {
            case string text: writer.WriteString(name, text); break;
            case bool flag: writer.WriteBoolean(name, flag); break;
            case int whole: writer.WriteNumber(name, whole); break;
            case long whole: writer.WriteNumber(name, whole); break;
            // JSON has no word for what is not a number; a diverged run is null.
            case double number when !double.IsFinite(number): writer.WriteNull(name); break;
            // Six digits: more would be noise that changes in every run.
            case double number:
                writer.WritePropertyName(name);
                writer.WriteRawValue(number.ToString("G6", CultureInfo.InvariantCulture));
                break;
            default:
                throw new ArgumentException(
                    $"field '{name}' is of type {value.GetType().Name}; a results file holds text, flags, int, long and double");
        }
    }
}
