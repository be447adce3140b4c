using System.Runtime.InteropServices;

namespace Subquad.Models;

/// <summary>
/// Produces a part of a tensor in row-major order: the elements from <paramref name="start"/> on, as many as the chunk holds.
/// </summary>
internal delegate void FillChunk<T>(long start, Span<T> chunk);

/// <summary>A named tensor whose elements are produced in chunks: from a file, from a network, or from an array.</summary>
/// <param name="Name">Unique in its model or file.</param>
/// <param name="Type">A type that <see cref="TensorShape.ElementBytes"/> knows.</param>
/// <param name="Shape">Sizes, 0 or more each.</param>
/// <param name="Fill">Called with ascending chunks of whole elements, in the byte order of the machine.</param>
internal sealed record TensorSource(string Name, string Type, long[] Shape, FillChunk<byte> Fill)
{
    /// <summary>A tensor of float32.</summary>
    public TensorSource(string name, long[] shape, FillChunk<float> fill)
        : this(name, "F32", shape, (start, chunk) => fill(start, MemoryMarshal.Cast<byte, float>(chunk)))
    {
    }

    /// <summary>Numbers in it.</summary>
    public long Elements => TensorShape.Elements(Shape);

    /// <summary>A given list of numbers.</summary>
    public static TensorSource Of(string name, float[] values) => new(name, "F32", [values.Length], Copy(values));

    /// <inheritdoc cref="Of(string, float[])"/>
    public static TensorSource Of(string name, int[] values) => new(name, "I32", [values.Length], Copy(values));

    /// <inheritdoc cref="Of(string, float[])"/>
    public static TensorSource Of(string name, long[] values) => new(name, "I64", [values.Length], Copy(values));

    /// <summary>Takes all elements, chunk by chunk, and refuses those that are not finite. The tensor is of float32.</summary>
    /// <param name="source">What messages call the model.</param>
    /// <param name="chunk">Room for a chunk.</param>
    /// <param name="take">Called with the place of the first element and the elements.</param>
    /// <exception cref="InvalidDataException">An element is not finite.</exception>
    public void Read(string source, float[] chunk, Action<long, ReadOnlySpan<float>> take)
    {
        long elements = Elements;
        for (long start = 0; start < elements; start += chunk.Length)
        {
            Span<float> part = chunk.AsSpan(0, (int)Math.Min(chunk.Length, elements - start));
            Read(source, start, part);
            take(start, part);
        }
    }

    /// <summary>Reads elements, and refuses those that are not finite. The tensor is of float32.</summary>
    /// <exception cref="InvalidDataException">An element is not finite.</exception>
    public void Read(string source, long start, Span<float> destination)
    {
        Fill(start, MemoryMarshal.AsBytes(destination));
        TensorShape.RequireFinite(source, Name, start, destination);
    }

    /// <summary>Refuses a tensor of another shape or type.</summary>
    /// <exception cref="InvalidDataException">It is no float32 tensor of that shape.</exception>
    public void Expect(string source, ReadOnlySpan<long> shape)
    {
        if (!shape.SequenceEqual(Shape))
            throw new InvalidDataException(
                $"{source}, tensor '{Name}': expected shape {TensorShape.Text(shape)}, found {TensorShape.Text(Shape)}");
        if (Type != "F32")
            throw new InvalidDataException($"{source}, tensor '{Name}': expected the type F32, found {Type}");
    }

    private static FillChunk<byte> Copy<T>(T[] values) where T : struct => (start, chunk) =>
    {
        Span<T> target = MemoryMarshal.Cast<byte, T>(chunk);
        values.AsSpan((int)start, target.Length).CopyTo(target);
    };
}
