using System.Text.Json;
using Subquad.Models;

namespace Subquad.Formats;

/// <summary>Parses and checks the JSON header of a safetensors file.</summary>
internal static class SafetensorsHeader
{
    /// <summary>
    /// Everything a header says, once it is known to be consistent: the tensors fill the data section without gap or overlap.
    /// </summary>
    /// <param name="header">The JSON text in UTF-8.</param>
    /// <param name="file">What to call the file in a message.</param>
    /// <param name="dataStart">Where the data section starts in the file.</param>
    /// <param name="fileLength">Where it ends.</param>
    /// <exception cref="InvalidDataException">The header is damaged or lies.</exception>
    public static (IReadOnlyDictionary<string, string> Metadata, IReadOnlyList<TensorInfo> Tensors) Parse(
        byte[] header, string file, long dataStart, long fileLength)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        var tensors = new Dictionary<string, TensorInfo>(StringComparer.Ordinal);
        try
        {
            using var document = JsonDocument.Parse(header, new JsonDocumentOptions { MaxDepth = 8 });
            foreach (JsonProperty field in document.RootElement.EnumerateObject())
            {
                if (field.Name == "__metadata__")
                    ReadMetadata(field.Value, metadata, file);
                else if (!tensors.TryAdd(field.Name, ReadTensor(field, $"{file}, tensor '{field.Name}'", dataStart, fileLength)))
                    throw new InvalidDataException($"{file}: expected tensor '{field.Name}' once, found it twice");
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            // The parser reports text that is no JSON, a missing field, a field of the wrong kind and broken UTF-8 each in its own way.
            throw new InvalidDataException($"{file}: expected a safetensors header, found a fault in its JSON: {e.Message}", e);
        }

        TensorInfo[] ordered = tensors.Values.OrderBy(tensor => tensor.Offset).ThenBy(tensor => tensor.Bytes).ToArray();
        RequireNoGaps(ordered, file, dataStart, fileLength);
        return (metadata, ordered);
    }

    private static void ReadMetadata(JsonElement json, Dictionary<string, string> metadata, string file)
    {
        foreach (JsonProperty field in json.EnumerateObject())
        {
            string text = field.Value.GetString() ?? throw new InvalidDataException(
                $"{file}: expected a text as metadata '{field.Name}', found null");
            if (!metadata.TryAdd(field.Name, text))
                throw new InvalidDataException($"{file}: expected the metadata '{field.Name}' once, found it twice");
        }
    }

    private static TensorInfo ReadTensor(JsonProperty field, string what, long dataStart, long fileLength)
    {
        string type = field.Value.GetProperty("dtype")
            .GetString() ?? throw new InvalidDataException($"{what}: expected a type, found null");
        long[] shape = field.Value.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64()).ToArray();
        long[] offsets = field.Value.GetProperty("data_offsets").EnumerateArray().Select(offset => offset.GetInt64()).ToArray();
        long room = fileLength - dataStart;
        if (offsets.Length != 2 || offsets[0] < 0 || offsets[1] < offsets[0])
            throw new InvalidDataException($"{what}: expected two ascending offsets from 0 on, found {TensorShape.Text(offsets)}");
        if (offsets[1] > room)
            throw new InvalidDataException(
                $"{what}: expected its data to end at {offsets[1]}, found {room} bytes of data: the file is shorter than its header says, "
                + "it was cut");

        long elements = TensorShape.Elements(shape);
        if (elements < 0)
            throw new InvalidDataException($"{what}: expected sizes from 0 on whose product fits, found {TensorShape.Text(shape)}");
        long bytes = offsets[1] - offsets[0];
        // Other types keep their bytes to themselves: nobody reads them here.
        int size = TensorShape.ElementBytes(type);
        if (size > 0 && (bytes % size != 0 || bytes / size != elements))
            throw new InvalidDataException($"{what}: expected {size} bytes for each of {elements} elements, found {bytes} bytes");
        return new(field.Name, type, shape, dataStart + offsets[0], bytes);
    }

    private static void RequireNoGaps(TensorInfo[] ordered, string file, long dataStart, long fileLength)
    {
        long end = dataStart;
        foreach (TensorInfo tensor in ordered)
        {
            if (tensor.Offset != end)
            {
                string fault = tensor.Offset < end ? "an overlap with the tensor before" : "a gap";
                throw new InvalidDataException(
                    $"{file}, tensor '{tensor.Name}': expected its data at offset {end - dataStart}, found {fault}");
            }
            end += tensor.Bytes;
        }
        if (end != fileLength)
            throw new InvalidDataException($"{file}: expected {end - dataStart} bytes of data, found {fileLength - dataStart}");
    }
}
