using System.Buffers.Binary;
using System.Text.Json;

namespace Subquad.Cli;

/// <summary>
/// What a model file says about itself beside the network: read from the safetensors metadata, as any other program could. The file must
/// have been loaded before, which checks all of it.
/// </summary>
internal sealed class ModelNotes : IDisposable
{
    private readonly FileStream _file;
    private readonly JsonDocument _header;
    private readonly long _start;

    public ModelNotes(string path)
    {
        _file = File.OpenRead(path);
        Span<byte> length = stackalloc byte[8];
        _file.ReadExactly(length);
        var header = new byte[BinaryPrimitives.ReadInt64LittleEndian(length)];
        _file.ReadExactly(header);
        _header = JsonDocument.Parse(header);
        _start = _file.Position;
    }

    /// <summary>What happens to a row before the first layer.</summary>
    public string Inputs()
    {
        using JsonDocument transform = Metadata("input_transform")!;
        JsonElement root = transform.RootElement;
        string standardised = root.TryGetProperty("shift", out _) ? "standardised, " : "";
        string constant = root.GetProperty("constant").GetDouble() != 0 ? "a constant feature added, " : "";
        return $"{root.GetProperty("width")} features, {standardised}{constant}scaled to unit norm";
    }

    /// <summary>What the outputs aim at.</summary>
    public string Targets()
    {
        using JsonDocument transform = Metadata("target_transform")!;
        JsonElement root = transform.RootElement;
        return root.TryGetProperty("mean", out JsonElement mean)
            ? $"(y - mean) / deviation; mean {Words.List(mean.EnumerateArray())}, deviation {Words.List(root.GetProperty("deviation").EnumerateArray())}"
            : $"one-hot minus 1/{root.GetProperty("outputs")}";
    }

    /// <summary>The columns of the training table; null when the rows had no names.</summary>
    public string? Columns()
    {
        using JsonDocument? schema = Metadata("table_schema");
        if (schema is null)
            return null;
        IEnumerable<string> columns = schema.RootElement.GetProperty("columns").EnumerateArray().Select(column => column.TryGetProperty("categories", out JsonElement texts)
            ? $"{column.GetProperty("name")} (text, {texts.GetArrayLength()} values)"
            : $"{column.GetProperty("name")} (missing: {column.GetProperty("median")})");
        return $"{Words.List(columns)}; target {schema.RootElement.GetProperty("target")}";
    }

    /// <summary>The shift b of a layer, from its first threshold b sqrt(2 / width).</summary>
    public double Shift(int layer, int width)
    {
        _file.Position = _start + _header.RootElement.GetProperty($"theta.{layer}").GetProperty("data_offsets")[0].GetInt64();
        Span<byte> threshold = stackalloc byte[4];
        _file.ReadExactly(threshold);
        return BinaryPrimitives.ReadSingleLittleEndian(threshold) / Math.Sqrt(2.0 / width);
    }

    /// <summary>The hash of the data, by which a delta knows its model; null in a file that names none.</summary>
    public string? DataHash() => _header.RootElement.GetProperty("__metadata__").TryGetProperty("data_sha256", out JsonElement text) ? text.GetString() : null;

    public void Dispose()
    {
        _header.Dispose();
        _file.Dispose();
    }

    private JsonDocument? Metadata(string field) =>
        _header.RootElement.GetProperty("__metadata__").TryGetProperty(field, out JsonElement text) ? JsonDocument.Parse(text.GetString()!) : null;
}
