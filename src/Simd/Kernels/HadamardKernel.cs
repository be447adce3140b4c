using System.Numerics;
using Subquad.Simd.Lanes;

namespace Subquad.Simd.Kernels;

/// <summary>
/// The Walsh-Hadamard transform in place, stages ascending. A block is transformed in pieces of 16 KiB, which stay in the first-level cache over their passes; the stages between pieces follow in the
/// second-level cache. Later stages of a long vector are those of the columns of a matrix with a block in a row: rows lie a power of two apart, all in the same few sets of a cache, so a strip of columns
/// is mixed into a buffer first, and out of it last: it goes through memory once for up to eight stages.
/// </summary>
internal static unsafe class HadamardKernel<TSimd, TVec>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
{
    /// <summary>Rows of a matrix whose columns are transformed, and columns of a strip; the contract says the same numbers. The buffer is 32 KiB, and a row's piece two lines.</summary>
    public const int MostRows = 256, Strip = 32;

    private const int Piece = 1 << 12;
    private const int LineBytes = 64;

    /// <summary>Stages of a pass.</summary>
    private static int MostBits => TSimd.Count >= 16 ? 4 : 3;

    public static void Transform(float* vector, int length)
    {
        if (length < TSimd.Count)
        {
            TransformShort(vector, length);
            return;
        }
        int piece = Math.Min(length, Piece), bits = NextBits(piece / TSimd.Count), mixed = TSimd.Count << bits;
        for (int at = 0; at < length; at += piece)
        {
            HadamardPass<TSimd, TVec, LaneStages<TSimd, TVec>>.Run(bits, vector + at, TSimd.Count, vector + at, TSimd.Count, mixed, piece / mixed);
            MixBlocks(vector + at, piece, mixed);
        }
        MixBlocks(vector, length, piece);
    }

    public static void TransformColumns(float* matrix, long columns, int rows, long columnFrom, long columnTo)
    {
        float* room = stackalloc float[MostRows * Strip + LineBytes / sizeof(float)];
        float* buffer = (float*)(((nuint)room + LineBytes - 1) & ~(nuint)(LineBytes - 1));
        for (long column = columnFrom; column < columnTo; column += Strip)
            TransformStrip(matrix + column, columns, rows, buffer);
    }

    private static void TransformStrip(float* strip, long columns, int rows, float* buffer)
    {
        for (int mixed = 1, bits; mixed < rows; mixed <<= bits)
        {
            bits = NextBits(rows / mixed);
            bool first = mixed == 1, last = mixed << bits == rows;
            float* from = first ? strip : buffer, to = last ? strip : buffer;
            long fromStep = first ? columns : Strip, toStep = last ? columns : Strip;
            for (int block = 0; block < rows; block += mixed << bits)
                for (int row = block; row < block + mixed; row++)
                    HadamardPass<TSimd, TVec, PlainLoad<TSimd, TVec>>.Run(
                        bits, from + row * fromStep, mixed * fromStep, to + row * toStep, mixed * toStep, TSimd.Count, Strip / TSimd.Count);
        }
    }

    /// <summary>The stages from blocks of <paramref name="mixed"/> floats to the whole length.</summary>
    private static void MixBlocks(float* vector, int length, int mixed)
    {
        for (int bits; mixed < length; mixed <<= bits)
        {
            bits = NextBits(length / mixed);
            for (int at = 0; at < length; at += mixed << bits)
                HadamardPass<TSimd, TVec, PlainLoad<TSimd, TVec>>.Run(bits, vector + at, mixed, vector + at, mixed, TSimd.Count, mixed / TSimd.Count);
        }
    }

    /// <summary>How many stages come next when the whole is <paramref name="ratio"/> times what is done: as few passes as there can be, of nearly equal size at the end.</summary>
    private static int NextBits(int ratio)
    {
        int bits = BitOperations.Log2((uint)ratio);
        return bits <= MostBits ? bits : bits >= 2 * MostBits ? MostBits : (bits + 1) / 2;
    }

    /// <summary>Less than a vector.</summary>
    private static void TransformShort(float* vector, int length)
    {
        for (int half = 1; half < length; half *= 2)
            for (int i = 0; i < length; i++)
                if ((i & half) == 0)
                    (vector[i], vector[i + half]) = (vector[i] + vector[i + half], vector[i] - vector[i + half]);
    }
}
