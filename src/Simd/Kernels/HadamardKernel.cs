using System.Numerics;
using Subquad.Simd.Lanes;

namespace Subquad.Simd.Kernels;

/// <summary>
/// The Walsh-Hadamard transform in place, stages ascending. A block is transformed in pieces of 16 KiB, which stay in the first-level cache
/// over their passes; the stages between pieces follow in the second-level cache. Later stages of a long vector are those of the columns of
/// a matrix with a block in a row: up to 16 rows stream by side by side, which prefetchers follow. (More rows in a pass through a buffer
/// are slower: rows lie a power of two apart, all in the same few sets of every cache, and short pieces of many rows are what memory likes
/// least.)
/// </summary>
internal static unsafe class HadamardKernel<TSimd, TVec>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
{
    /// <summary>
    /// Columns that take all their stages before the next ones do; the contract says the same number. Sets that need two passes for 16 rows
    /// find 64 KiB in a cache in the second.
    /// </summary>
    public const int Strip = 1 << 10;

    private const int Piece = 1 << 12;

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
            HadamardPass<TSimd, TVec, LaneStages<TSimd, TVec>>.Run(bits, vector + at, TSimd.Count, mixed, piece / mixed);
            MixBlocks(vector + at, piece, mixed);
        }
        MixBlocks(vector, length, piece);
    }

    public static void TransformColumns(float* matrix, long columns, int rows, long columnFrom, long columnTo)
    {
        for (long column = columnFrom; column < columnTo; column += Strip)
            for (int mixed = 1, bits; mixed < rows; mixed <<= bits)
            {
                bits = NextBits(rows / mixed);
                for (int block = 0; block < rows; block += mixed << bits)
                    for (int row = block; row < block + mixed; row++)
                        HadamardPass<TSimd, TVec, PlainLoad<TSimd, TVec>>.Run(
                            bits, matrix + row * columns + column, mixed * columns, TSimd.Count, Strip / TSimd.Count);
            }
    }

    /// <summary>The stages from blocks of <paramref name="mixed"/> floats to the whole length.</summary>
    private static void MixBlocks(float* vector, int length, int mixed)
    {
        for (int bits; mixed < length; mixed <<= bits)
        {
            bits = NextBits(length / mixed);
            for (int at = 0; at < length; at += mixed << bits)
                HadamardPass<TSimd, TVec, PlainLoad<TSimd, TVec>>.Run(bits, vector + at, mixed, TSimd.Count, mixed / TSimd.Count);
        }
    }

    /// <summary>
    /// How many stages come next when the whole is <paramref name="ratio"/> times what is done: as few passes as there can be, of nearly
    /// equal size at the end.
    /// </summary>
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
