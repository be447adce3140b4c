using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Subquad.IO;

/// <summary>Produces a part of a tensor in row-major order: the elements from <paramref name="start"/> on, as many as the chunk holds.</summary>
internal delegate void FillChunk(long start, Span<float> chunk);

/// <summary>A tensor to be written.</summary>
/// <param name="Name">Unique in its file.</param>
/// <param name="Shape">Sizes, 0 or more each.</param>
/// <param name="Fill">Called with ascending chunks.</param>
internal sealed record TensorSource(string Name, long[] Shape, FillChunk Fill);

/// <summary>
/// Writes safetensors files: 8 bytes of header length, a JSON header padded with spaces so that the data starts at a multiple of 4,096 bytes, then the
/// tensors as little-endian float32 without gaps.
/// </summary>
internal static class SafetensorsWriter
{
    /// <summary>Where the data starts is a multiple of this.</summary>
    public const int Alignment = 4096;

    private const int ChunkFloats = 1 << 16;

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
            var chunk = new float[ChunkFloats];
            foreach (TensorSource tensor in tensors)
                WriteTensor(stream, tensor, chunk);
        });
    }

    private static void WriteTensor(Stream stream, TensorSource tensor, float[] chunk)
    {
        long count = TensorShape.Elements(tensor.Shape);
        for (long start = 0; start < count; start += chunk.Length)
        {
            Span<float> part = chunk.AsSpan(0, (int)Math.Min(chunk.Length, count - start));
            tensor.Fill(start, part);
            if (!BitConverter.IsLittleEndian)
                TensorShape.ReverseBytes(part);
            stream.Write(MemoryMarshal.AsBytes(part));
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
            WriteTensors(json, tensors);
            json.WriteEndObject();
        }
        while (bytes.Length % Alignment != 0)
            bytes.WriteByte((byte)' ');
        byte[] header = bytes.ToArray();
        BinaryPrimitives.WriteUInt64LittleEndian(header, (ulong)header.Length - sizeof(ulong));
        return header;
    }

    private static void WriteTensors(Utf8JsonWriter json, IReadOnlyList<TensorSource> tensors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal) { "", "__metadata__" };
        long offset = 0;
        foreach (TensorSource tensor in tensors)
        {
            long elements = TensorShape.Elements(tensor.Shape);
            if (!names.Add(tensor.Name))
                throw new ArgumentException($"tensor '{tensor.Name}': expected a new name that is neither empty nor reserved", nameof(tensors));
            if (elements < 0 || elements > (long.MaxValue - offset) / sizeof(float))
            {
                string found = TensorShape.Text(tensor.Shape);
                throw new ArgumentException($"tensor '{tensor.Name}': expected sizes from 0 on that fit, found {found}", nameof(tensors));
            }
            json.WriteStartObject(tensor.Name);
            json.WriteString("dtype", "F32");
            json.WriteStartArray("shape");
            foreach (long size in tensor.Shape)
                json.WriteNumberValue(size);
            json.WriteEndArray();
            json.WriteStartArray("data_offsets");
            json.WriteNumberValue(offset);
            offset += elements * sizeof(float);
            json.WriteNumberValue(offset);
            json.WriteEndArray();
            json.WriteEndObject();
        }
    }
}
