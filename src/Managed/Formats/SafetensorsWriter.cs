using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Subquad.Models;

namespace Subquad.Formats;

/// <summary>
/// Writes safetensors files: 8 bytes of header length, a JSON header padded with spaces so that the data starts at a multiple of 4,096
/// bytes, then the tensors in little-endian order without gaps.
/// </summary>
internal static class SafetensorsWriter
{
    /// <summary>Where the data starts is a multiple of this.</summary>
    public const int Alignment = 4096;

    private const int ChunkBytes = 1 << 18;

    /// <summary>Writes the file, whole or not at all.</summary>
    /// <param name="path">Replaced when it exists.</param>
    /// <param name="metadata">Texts by name.</param>
    /// <param name="tensors">Written in this order, in chunks.</param>
    /// <exception cref="ArgumentException">A name is empty, reserved or used twice, or a shape is negative or too large.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, IReadOnlyDictionary<string, string> metadata, IReadOnlyList<TensorSource> tensors)
    {
        byte[] header = Header(metadata, tensors);
        AtomicFile.Write(path, stream =>
        {
            stream.Write(header);
            WriteTensors(tensors, (_, chunk) => stream.Write(chunk));
        });
    }

    /// <summary>
    /// Writes the file as <see cref="Write"/> does, with the SHA-256 of its data and that of its header as two more texts of the metadata
    /// (<see cref="DataHash.Field"/>, <see cref="HeaderHash.Field"/>).
    /// </summary>
    /// <param name="path">Replaced when it exists.</param>
    /// <param name="metadata">Texts by name.</param>
    /// <param name="tensors">Written in this order, in chunks.</param>
    /// <param name="hasChecksums">Whether the metadata get the checksums of every tensor too (<see cref="BlockChecksums"/>), all of which
    /// are float32 then.</param>
    /// <returns>The hash of the data.</returns>
    public static string WriteHashed(
        string path, IReadOnlyDictionary<string, string> metadata, IReadOnlyList<TensorSource> tensors, bool hasChecksums = false)
    {
        var hashes = new TensorHashes(tensors, hasChecksums);
        byte[] header = Header(hashes.AddTo(metadata), tensors);
        AtomicFile.Write(path, stream =>
        {
            stream.Write(header);
            WriteTensors(tensors, (tensor, chunk) =>
            {
                hashes.Append(tensor, chunk);
                stream.Write(chunk);
            });
            // The hashes are known last and stand first.
            hashes.Fill(header, stream.Length);
            stream.Position = 0;
            stream.Write(header);
        });
        return hashes.OfData;
    }

    /// <summary>
    /// Writes the same bytes to a stream, from front to back: the tensors are read twice, for the hashes stand first. Not disposed.
    /// </summary>
    /// <returns>The hash of the data.</returns>
    public static string WriteHashed(
        Stream stream, IReadOnlyDictionary<string, string> metadata, IReadOnlyList<TensorSource> tensors, bool hasChecksums = false)
    {
        var hashes = new TensorHashes(tensors, hasChecksums);
        byte[] header = Header(hashes.AddTo(metadata), tensors);
        WriteTensors(tensors, hashes.Append);
        long bytes = tensors.Sum(tensor => TensorShape.Elements(tensor.Shape) * TensorShape.ElementBytes(tensor.Type));
        hashes.Fill(header, header.Length + bytes);
        stream.Write(header);
        WriteTensors(tensors, (_, chunk) => stream.Write(chunk));
        return hashes.OfData;
    }

    /// <summary>The hash of the data that <c>WriteHashed</c> would write.</summary>
    public static string HashOf(IReadOnlyList<TensorSource> tensors)
    {
        var hashes = new TensorHashes(tensors, hasChecksums: false);
        WriteTensors(tensors, hashes.Append);
        return hashes.OfData;
    }

    private delegate void TakeBytes(TensorSource tensor, ReadOnlySpan<byte> chunk);

    private static void WriteTensors(IReadOnlyList<TensorSource> tensors, TakeBytes take)
    {
        var chunk = new byte[ChunkBytes];
        foreach (TensorSource tensor in tensors)
        {
            int size = TensorShape.ElementBytes(tensor.Type);
            long count = TensorShape.Elements(tensor.Shape);
            for (long start = 0; start < count; start += chunk.Length / size)
            {
                Span<byte> part = chunk.AsSpan(0, (int)Math.Min(chunk.Length / size, count - start) * size);
                tensor.Fill(start, part);
                if (!BitConverter.IsLittleEndian)
                    TensorShape.ReverseBytes(part, size);
                take(tensor, part);
            }
        }
    }

    private static byte[] Header(IReadOnlyDictionary<string, string> metadata, IReadOnlyList<TensorSource> tensors)
    {
        using var bytes = new MemoryStream();
        bytes.Write(new byte[sizeof(ulong)]);
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteStartObject("__metadata__");
            foreach ((string name, string text) in metadata)
                json.WriteString(name, text);
            json.WriteEndObject();
            DescribeTensors(json, tensors);
            json.WriteEndObject();
        }
        while (bytes.Length % Alignment != 0)
            bytes.WriteByte((byte)' ');
        if (bytes.Length - sizeof(ulong) > SafetensorsFile.MaxHeaderBytes)
            throw new InvalidDataException($"expected metadata of at most {SafetensorsFile.MaxHeaderBytes} bytes, found {bytes.Length}: "
                + "names of classes, columns or categories are too long or too many");
        byte[] header = bytes.ToArray();
        BinaryPrimitives.WriteUInt64LittleEndian(header, (ulong)header.Length - sizeof(ulong));
        return header;
    }

    private static void DescribeTensors(Utf8JsonWriter json, IReadOnlyList<TensorSource> tensors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal) { "", "__metadata__" };
        long offset = 0;
        foreach (TensorSource tensor in tensors)
        {
            long elements = TensorShape.Elements(tensor.Shape);
            if (!names.Add(tensor.Name))
                throw new ArgumentException(
                    $"tensor '{tensor.Name}': expected a new name that is neither empty nor reserved", nameof(tensors));
            if (elements < 0 || elements > (long.MaxValue - offset) / sizeof(long))
            {
                string found = TensorShape.Text(tensor.Shape);
                throw new ArgumentException($"tensor '{tensor.Name}': expected sizes from 0 on that fit, found {found}", nameof(tensors));
            }
            json.WriteStartObject(tensor.Name);
            json.WriteString("dtype", tensor.Type);
            json.WriteStartArray("shape");
            foreach (long size in tensor.Shape)
                json.WriteNumberValue(size);
            json.WriteEndArray();
            json.WriteStartArray("data_offsets");
            json.WriteNumberValue(offset);
            offset += elements * TensorShape.ElementBytes(tensor.Type);
            json.WriteNumberValue(offset);
            json.WriteEndArray();
            json.WriteEndObject();
        }
    }
}
