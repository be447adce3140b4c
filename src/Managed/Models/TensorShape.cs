using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Subquad.Models;

/// <summary>Sizes, bytes and elements of a tensor.</summary>
internal static class TensorShape
{
    /// <summary>The product of the sizes, 1 for a scalar; -1 when a size is negative or the product does not fit.</summary>
    public static long Elements(ReadOnlySpan<long> shape)
    {
        long elements = 1;
        foreach (long size in shape)
        {
            if (size < 0 || (size > 0 && elements > long.MaxValue / size))
                return -1;
            elements *= size;
        }
        return elements;
    }

    /// <summary>A shape as a reader of an error sees it.</summary>
    public static string Text(ReadOnlySpan<long> shape) => shape.Length <= 8
        ? $"[{string.Join(", ", shape.ToArray())}]"
        : $"[{string.Join(", ", shape[..8].ToArray())}, ... {shape.Length} in all]";

    /// <summary>Bytes of an element of a type that is read here; 0 for any other.</summary>
    public static int ElementBytes(string type) => type switch
    {
        "F16" or "BF16" => 2,
        "F32" or "I32" => 4,
        "F64" or "I64" => 8,
        _ => 0,
    };

    /// <summary>Turns little-endian numbers of 2, 4 or 8 bytes into big-endian ones or back.</summary>
    public static void ReverseBytes(Span<byte> numbers, int size)
    {
        if (size == sizeof(long))
            BinaryPrimitives.ReverseEndianness(MemoryMarshal.Cast<byte, long>(numbers), MemoryMarshal.Cast<byte, long>(numbers));
        else if (size == sizeof(short))
            BinaryPrimitives.ReverseEndianness(MemoryMarshal.Cast<byte, short>(numbers), MemoryMarshal.Cast<byte, short>(numbers));
        else
            BinaryPrimitives.ReverseEndianness(MemoryMarshal.Cast<byte, int>(numbers), MemoryMarshal.Cast<byte, int>(numbers));
    }

    /// <summary>Refuses a NaN or an infinity.</summary>
    /// <param name="source">What messages call the file or model.</param>
    /// <param name="name">The tensor.</param>
    /// <param name="start">The place of the first value in it.</param>
    /// <param name="values">Some of its elements.</param>
    /// <exception cref="InvalidDataException">A value is not finite; the message has its place.</exception>
    public static void RequireFinite(string source, string name, long start, ReadOnlySpan<float> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i]))
                throw new InvalidDataException(
                    $"{source}, tensor '{name}': expected a finite number at element {start + i}, found {values[i]}");
        }
    }
}
