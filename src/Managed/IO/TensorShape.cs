using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Subquad.IO;

/// <summary>Small sums over the sizes and bytes of a tensor.</summary>
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

    /// <summary>Turns little-endian numbers into big-endian ones or back.</summary>
    public static void ReverseBytes(Span<float> numbers)
    {
        Span<int> bits = MemoryMarshal.Cast<float, int>(numbers);
        BinaryPrimitives.ReverseEndianness(bits, bits);
    }
}
