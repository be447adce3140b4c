using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Subquad.Data;

namespace Subquad.Formats;

/// <summary>What the targets of a packed file are.</summary>
internal enum PackedTargets
{
    None,
    Classes,
    Values,

    /// <summary>Any number of labels a row.</summary>
    Labels,
}

/// <summary>
/// What a packed file says before its rows: counts, types, what the rows were read as, and the hashes of itself and of the rows. See
/// docs/formats.md.
/// </summary>
internal sealed record PackedHeader
{
    private const int FixedBytes = 128, Alignment = 64, Version = 1, MaxTextBytes = 1 << 28;
    private const int HashPlace = 48, DataHashPlace = 80, HashBytes = SHA256.HashSizeInBytes;
    private const long MaxCount = 1L << 48;

    public required long Rows { get; init; }

    /// <summary>Numbers that are stored as inputs.</summary>
    public required long Entries { get; init; }

    /// <summary>Labels of all rows together, where rows have any number of them.</summary>
    public required long Labels { get; init; }

    public required int Width { get; init; }

    public required bool IsSparse { get; init; }

    /// <summary>Whether inputs are bytes, else float32.</summary>
    public required bool HasBytes { get; init; }

    public required PackedTargets Targets { get; init; }

    public required int Outputs { get; init; }

    public required string[] ClassNames { get; init; }

    /// <summary>What was subtracted from each column of dense rows; null where nothing was.</summary>
    public double[]? InputOrigins { get; init; }

    /// <summary>What was subtracted from each target; null where nothing was.</summary>
    public double[]? ValueOrigins { get; init; }

    public TableSchema? Schema { get; init; }

    /// <summary>The index of the first feature in the LIBSVM text that the rows come from.</summary>
    public int? FirstIndex { get; init; }

    public bool? Standardise { get; init; }

    public int MissingCells { get; init; }

    public string? TaskReason { get; init; }

    /// <summary>The SHA-256 of everything behind the header.</summary>
    public byte[] DataHash { get; init; } = [];

    /// <summary>Bytes of the header, padding included.</summary>
    public long Bytes { get; private init; }

    /// <summary>Where the columns of the entries begin behind the header; the starts of sparse rows are at 0.</summary>
    public long ColumnsPlace => IsSparse ? sizeof(long) * (Rows + 1) : 0;

    public long ValuesPlace => ColumnsPlace + Padded(IsSparse ? sizeof(int) * Entries : 0);

    /// <summary>Where the starts of the labels begin, if rows have any number of them.</summary>
    public long LabelStartsPlace => ValuesPlace + Padded(Entries * ValueBytes);

    public long TargetsPlace => LabelStartsPlace + (Targets == PackedTargets.Labels ? sizeof(long) * (Rows + 1) : 0);

    /// <summary>Bytes of everything behind the header.</summary>
    public long DataBytes => TargetsPlace + Padded(Targets switch
    {
        PackedTargets.Classes => sizeof(int) * Rows,
        PackedTargets.Values => sizeof(float) * Rows * Outputs,
        PackedTargets.Labels => sizeof(int) * Labels,
        _ => 0,
    });

    /// <summary>Bytes of an input.</summary>
    public int ValueBytes => HasBytes ? 1 : sizeof(float);

    /// <summary>What the targets are to a network.</summary>
    public TargetKind Kind => Targets switch
    {
        PackedTargets.None => TargetKind.None,
        PackedTargets.Classes => TargetKind.Classes,
        _ => TargetKind.Values,
    };

    private static ReadOnlySpan<byte> Magic => "SUBQPACK"u8;

    /// <summary>Whether content begins as a packed file does.</summary>
    public static bool Begins(ReadOnlySpan<byte> start) => start.StartsWith(Magic);

    /// <summary>Sections begin at multiples of 8 bytes.</summary>
    public static long Padded(long bytes) => (bytes + 7) / 8 * 8;

    /// <summary>The header of rows, without hashes.</summary>
    public static PackedHeader Of(Examples examples) => new()
    {
        Rows = examples.Count,
        Entries = examples.Inputs.Entries,
        Labels = examples.LabelSets?.Entries ?? 0,
        Width = examples.Width,
        IsSparse = examples.Inputs.IsSparse,
        HasBytes = AreBytes(examples.Inputs.Values),
        Targets = examples.LabelSets is not null ? PackedTargets.Labels : examples.Kind switch
        {
            TargetKind.Classes => PackedTargets.Classes,
            TargetKind.Values => PackedTargets.Values,
            _ => PackedTargets.None,
        },
        Outputs = examples.OutputCount,
        ClassNames = examples.ClassNames,
        InputOrigins = examples.Inputs.Origins,
        ValueOrigins = examples.ValueOrigins,
        Schema = examples.Schema,
        FirstIndex = examples.FirstIndex,
        Standardise = examples.Standardise,
        MissingCells = examples.MissingCells,
        TaskReason = examples.TaskReason,
    };

    /// <summary>The bytes of the header, with both hashes.</summary>
    public byte[] ToBytes()
    {
        byte[] text = Encoding.UTF8.GetBytes(JsonText.Write(WriteText));
        var bytes = new byte[Aligned(FixedBytes + text.Length)];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), Version);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), text.Length);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(16), bytes.Length + DataBytes);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(24), Rows);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(32), Entries);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(40), Labels);
        DataHash.CopyTo(bytes, DataHashPlace);
        text.CopyTo(bytes, FixedBytes);
        HashOf(bytes).CopyTo(bytes, HashPlace);
        return bytes;
    }

    /// <summary>Reads and checks a header; the stream then stands at the rows.</summary>
    /// <exception cref="InvalidDataException">It is no such header, or a damaged one.</exception>
    public static PackedHeader Read(Stream stream, string name)
    {
        var start = new byte[FixedBytes];
        int read = InputFile.Read(stream, start, name);
        if (!Begins(start))
            throw new InvalidDataException($"{name}: expected packed data, which begin with 'SUBQPACK', found something else");
        if (read < FixedBytes)
            throw new InvalidDataException($"{name}: expected a header of {FixedBytes} bytes and more, found {read}: the data were cut");
        if (BinaryPrimitives.ReadInt32LittleEndian(start.AsSpan(8)) is not Version and var version)
            throw new InvalidDataException($"{name}: expected packed data of version {Version}, found version {version}");
        int textBytes = BinaryPrimitives.ReadInt32LittleEndian(start.AsSpan(12));
        if (textBytes is < 2 or > MaxTextBytes)
            throw new InvalidDataException($"{name}: expected a header text of 2 to {MaxTextBytes} bytes, found {textBytes}: damaged data");
        int total = Aligned(FixedBytes + textBytes);
        var bytes = new GrowingArray<byte>(total);
        start.CopyTo(bytes.Append(FixedBytes));
        while (bytes.Count < total)
        {
            Span<byte> part = bytes.Append(Math.Min(total - bytes.Count, 1 << 16));
            if (InputFile.Read(stream, part, name) < part.Length)
                throw new InvalidDataException($"{name}: expected a header of {total} bytes, found fewer: the data were cut");
        }
        byte[] header = bytes.ToArray();
        if (!HashOf(header).AsSpan().SequenceEqual(header.AsSpan(HashPlace, HashBytes)))
            throw new InvalidDataException(
                $"{name}: expected a header with the SHA-256 that it names, found another: the data are damaged");
        PackedHeader found = Parse(header, textBytes, name);
        long length = BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(16));
        if (found.Bytes + found.DataBytes != length)
            throw new InvalidDataException($"{name}: expected {found.Bytes + found.DataBytes} bytes by the counts, found {length} named");
        return found;
    }

    private static PackedHeader Parse(byte[] header, int textBytes, string name)
    {
        string text = Encoding.UTF8.GetString(header, FixedBytes, textBytes);
        PackedHeader found = JsonText.Read(text, name, json => ReadText(json) with
        {
            Rows = BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(24)),
            Entries = BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(32)),
            Labels = BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(40)),
            DataHash = header[DataHashPlace..(DataHashPlace + HashBytes)],
            Bytes = header.Length,
        });
        return found.Rows is >= 1 and <= int.MaxValue && found.Entries is >= 0 and <= MaxCount && found.Labels is >= 0 and <= MaxCount
            && found.Width is >= 1 and <= InputRows.MaxSparseWidth && found.Outputs is >= 0 and <= InputRows.MaxSparseWidth
            && (found.IsSparse || found.Entries == found.Rows * found.Width)
            && (found.InputOrigins is null || (!found.IsSparse && found.InputOrigins.Length == found.Width))
            && (found.ValueOrigins is null || found.ValueOrigins.Length == found.Outputs)
            ? found
            : throw new InvalidDataException(
                $"{name}: expected counts that fit each other, found {found.Rows} rows of {found.Width} features with "
                + $"{found.Entries} numbers, {found.Outputs} outputs and {found.Labels} labels");
    }

    private static PackedHeader ReadText(JsonElement json) => new()
    {
        Rows = 0,
        Entries = 0,
        Labels = 0,
        Width = json.GetProperty("width").GetInt32(),
        IsSparse = Choice(json, "inputs", "dense", "csr") == 1,
        HasBytes = Choice(json, "dtype", "F32", "U8") == 1,
        Targets = (PackedTargets)Choice(json, "targets", "none", "classes", "values", "labels"),
        Outputs = json.GetProperty("outputs").GetInt32(),
        ClassNames = JsonText.Strings(json, "class_names"),
        InputOrigins = json.TryGetProperty("input_origins", out _) ? JsonText.Doubles(json, "input_origins") : null,
        ValueOrigins = json.TryGetProperty("target_origins", out _) ? JsonText.Doubles(json, "target_origins") : null,
        Schema = json.TryGetProperty("table_schema", out _) ? TableSchema.FromJson(JsonText.Text(json, "table_schema")) : null,
        FirstIndex = json.TryGetProperty("first_index", out JsonElement first) ? first.GetInt32() : null,
        Standardise = json.TryGetProperty("standardise", out JsonElement standardise) ? standardise.GetBoolean() : null,
        MissingCells = json.GetProperty("missing_cells").GetInt32(),
        TaskReason = json.TryGetProperty("task_reason", out _) ? JsonText.Text(json, "task_reason") : null,
    };

    private void WriteText(Utf8JsonWriter json)
    {
        json.WriteNumber("width", Width);
        json.WriteString("inputs", IsSparse ? "csr" : "dense");
        json.WriteString("dtype", HasBytes ? "U8" : "F32");
        json.WriteString("targets", Targets.ToString().ToLowerInvariant());
        json.WriteNumber("outputs", Outputs);
        JsonText.WriteStrings(json, "class_names", ClassNames);
        json.WriteNumber("missing_cells", MissingCells);
        if (InputOrigins is not null)
            JsonText.WriteDoubles(json, "input_origins", InputOrigins);
        if (ValueOrigins is not null)
            JsonText.WriteDoubles(json, "target_origins", ValueOrigins);
        if (Schema is not null)
            json.WriteString("table_schema", Schema.ToJson());
        if (FirstIndex is { } first)
            json.WriteNumber("first_index", first);
        if (Standardise is { } standardise)
            json.WriteBoolean("standardise", standardise);
        if (TaskReason is not null)
            json.WriteString("task_reason", TaskReason);
    }

    private static int Choice(JsonElement json, string name, params string[] words) =>
        Array.IndexOf(words, JsonText.Text(json, name)) is >= 0 and var found ? found
            : throw new FormatException($"'{name}' is '{JsonText.Text(json, name)}'");

    /// <summary>The SHA-256 of a header but for the place of the hash itself.</summary>
    private static byte[] HashOf(byte[] header)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(header.AsSpan(0, HashPlace));
        hash.AppendData(header.AsSpan(DataHashPlace));
        return hash.GetHashAndReset();
    }

    /// <summary>Whether every number is a whole one from 0 to 255; a negative zero is not.</summary>
    private static bool AreBytes(ReadOnlySpan<float> numbers)
    {
        foreach (float number in numbers)
            if (number is not (>= 0 and <= 255) || number != MathF.Floor(number) || float.IsNegative(number))
                return false;
        return true;
    }

    private static int Aligned(int bytes) => (bytes + Alignment - 1) / Alignment * Alignment;
}
