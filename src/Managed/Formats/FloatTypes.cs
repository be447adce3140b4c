using System.Numerics;
using System.Runtime.InteropServices;
using Subquad.Models;

namespace Subquad.Formats;

/// <summary>The floating-point types of safetensors files, read as float32.</summary>
internal static class FloatTypes
{
    private const int Chunk = 1 << 13;

    /// <summary>Whether a type is another one than float32 that can be read as it.</summary>
    public static bool IsConverted(string type) => type is "F16" or "BF16" or "F64";

    /// <summary>Reads elements of a type that <see cref="IsConverted"/> names; float64 is rounded, the others are exact.</summary>
    /// <param name="type">The type.</param>
    /// <param name="destination">Overwritten.</param>
    /// <param name="read">Reads the bytes, in the order of this machine, from an element of the part on.</param>
    public static void Read(string type, Span<float> destination, FillChunk<byte> read)
    {
        int size = TensorShape.ElementBytes(type);
        var bytes = new byte[Math.Min(destination.Length, Chunk) * size];
        for (int start = 0; start < destination.Length; start += Chunk)
        {
            Span<float> part = destination.Slice(start, Math.Min(Chunk, destination.Length - start));
            Span<byte> raw = bytes.AsSpan(0, part.Length * size);
            read(start, raw);
            if (type == "F16")
                Convert<Half>(MemoryMarshal.Cast<byte, Half>(raw), part);
            else if (type == "F64")
                Convert<double>(MemoryMarshal.Cast<byte, double>(raw), part);
            else
                Extend(MemoryMarshal.Cast<byte, ushort>(raw), part);
        }
    }

    // A bfloat16 is the upper half of a float32.
    private static void Extend(ReadOnlySpan<ushort> from, Span<float> to)
    {
        for (int i = 0; i < to.Length; i++)
            to[i] = BitConverter.UInt32BitsToSingle((uint)from[i] << 16);
    }

    private static void Convert<T>(ReadOnlySpan<T> from, Span<float> to) where T : INumberBase<T>
    {
        for (int i = 0; i < to.Length; i++)
            to[i] = float.CreateTruncating(from[i]);
    }
}
