using System.Runtime.CompilerServices;
using Subquad.Simd.Lanes;

namespace Subquad.Simd.Kernels;

/// <summary>
/// The innermost product of dense float64: target[r, c] += or -= sum over k of left[k, r] right[k, c] for up to 16 rows and 16 columns, k
/// ascending from zero. Layout: left [k][16], so that the rows' factors of one k are side by side; right any rows of 16; target row-major,
/// and neither of them. Two vectors by eight rows of accumulators on 512-bit sets: 16 chains for the 8 that latency asks for, ten loads for
/// 16 multiply-adds. With 16 registers two vectors by four rows. The target is asked for before the sums begin: its rows lie far apart,
/// where no prefetcher finds them.
/// </summary>
internal static unsafe class TileKernel<TSimd, TVec>
    where TSimd : struct, ISimdDouble<TVec>
    where TVec : struct
{
    /// <summary>Rows, and columns, of a tile.</summary>
    public const int Group = 16;

    private const int LineDoubles = 8;

    /// <param name="target">The tile's first element.</param>
    /// <param name="stride">Elements from row to row of the target.</param>
    /// <param name="left">depth x 16.</param>
    /// <param name="right">depth rows of 16.</param>
    /// <param name="rightStride">Elements from row to row of right.</param>
    /// <param name="depth">Terms of a sum.</param>
    /// <param name="rows">Rows to store, 1 to 16; the others of left are read.</param>
    /// <param name="negative">Whether the product is subtracted.</param>
    public static void Add(double* target, long stride, double* left, double* right, long rightStride, int depth, int rows, bool negative)
    {
        for (int row = 0; row < rows; row++)
            for (int line = 0; line < Group; line += LineDoubles)
                TSimd.Prefetch(target + row * stride + line);
        if (TSimd.Count >= 8)
        {
            Tile8(target, stride, left, right, rightStride, depth, Math.Min(8, rows), negative);
            if (rows > 8)
                Tile8(target + 8 * stride, stride, left + 8, right, rightStride, depth, rows - 8, negative);
            return;
        }
        for (int row = 0; row < rows; row += 4)
            for (int column = 0; column < Group; column += 2 * TSimd.Count)
                Tile4(target + row * stride + column, stride, left + row, right + column, rightStride, depth, Math.Min(4, rows - row),
                    negative);
    }

    private static void Tile8(
        double* target, long stride, double* left, double* right, long rightStride, int depth, int rows, bool negative)
    {
        TVec sum00 = TSimd.Zero, sum01 = TSimd.Zero, sum10 = TSimd.Zero, sum11 = TSimd.Zero, sum20 = TSimd.Zero, sum21 = TSimd.Zero,
            sum30 = TSimd.Zero, sum31 = TSimd.Zero;
        TVec sum40 = TSimd.Zero, sum41 = TSimd.Zero, sum50 = TSimd.Zero, sum51 = TSimd.Zero, sum60 = TSimd.Zero, sum61 = TSimd.Zero,
            sum70 = TSimd.Zero, sum71 = TSimd.Zero;
        for (int k = 0; k < depth; k++, left += Group, right += rightStride)
        {
            TVec b0 = TSimd.Load(right), b1 = TSimd.Load(right + TSimd.Count);
            TVec a = TSimd.Broadcast(left[0]);
            sum00 = TSimd.MulAdd(a, b0, sum00);
            sum01 = TSimd.MulAdd(a, b1, sum01);
            a = TSimd.Broadcast(left[1]);
            sum10 = TSimd.MulAdd(a, b0, sum10);
            sum11 = TSimd.MulAdd(a, b1, sum11);
            a = TSimd.Broadcast(left[2]);
            sum20 = TSimd.MulAdd(a, b0, sum20);
            sum21 = TSimd.MulAdd(a, b1, sum21);
            a = TSimd.Broadcast(left[3]);
            sum30 = TSimd.MulAdd(a, b0, sum30);
            sum31 = TSimd.MulAdd(a, b1, sum31);
            a = TSimd.Broadcast(left[4]);
            sum40 = TSimd.MulAdd(a, b0, sum40);
            sum41 = TSimd.MulAdd(a, b1, sum41);
            a = TSimd.Broadcast(left[5]);
            sum50 = TSimd.MulAdd(a, b0, sum50);
            sum51 = TSimd.MulAdd(a, b1, sum51);
            a = TSimd.Broadcast(left[6]);
            sum60 = TSimd.MulAdd(a, b0, sum60);
            sum61 = TSimd.MulAdd(a, b1, sum61);
            a = TSimd.Broadcast(left[7]);
            sum70 = TSimd.MulAdd(a, b0, sum70);
            sum71 = TSimd.MulAdd(a, b1, sum71);
        }
        Store4(target, stride, sum00, sum01, sum10, sum11, sum20, sum21, sum30, sum31, rows, negative);
        if (rows > 4)
            Store4(target + 4 * stride, stride, sum40, sum41, sum50, sum51, sum60, sum61, sum70, sum71, rows - 4, negative);
    }

    private static void Tile4(
        double* target, long stride, double* left, double* right, long rightStride, int depth, int rows, bool negative)
    {
        TVec sum00 = TSimd.Zero, sum01 = TSimd.Zero, sum10 = TSimd.Zero, sum11 = TSimd.Zero;
        TVec sum20 = TSimd.Zero, sum21 = TSimd.Zero, sum30 = TSimd.Zero, sum31 = TSimd.Zero;
        for (int k = 0; k < depth; k++, left += Group, right += rightStride)
        {
            TVec b0 = TSimd.Load(right), b1 = TSimd.Load(right + TSimd.Count);
            TVec a = TSimd.Broadcast(left[0]);
            sum00 = TSimd.MulAdd(a, b0, sum00);
            sum01 = TSimd.MulAdd(a, b1, sum01);
            a = TSimd.Broadcast(left[1]);
            sum10 = TSimd.MulAdd(a, b0, sum10);
            sum11 = TSimd.MulAdd(a, b1, sum11);
            a = TSimd.Broadcast(left[2]);
            sum20 = TSimd.MulAdd(a, b0, sum20);
            sum21 = TSimd.MulAdd(a, b1, sum21);
            a = TSimd.Broadcast(left[3]);
            sum30 = TSimd.MulAdd(a, b0, sum30);
            sum31 = TSimd.MulAdd(a, b1, sum31);
        }
        Store4(target, stride, sum00, sum01, sum10, sum11, sum20, sum21, sum30, sum31, rows, negative);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store4(
        double* target, long stride, TVec sum00, TVec sum01, TVec sum10, TVec sum11, TVec sum20, TVec sum21, TVec sum30, TVec sum31,
        int rows, bool negative)
    {
        Store(target, sum00, sum01, negative);
        if (rows > 1)
            Store(target + stride, sum10, sum11, negative);
        if (rows > 2)
            Store(target + 2 * stride, sum20, sum21, negative);
        if (rows > 3)
            Store(target + 3 * stride, sum30, sum31, negative);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(double* row, TVec sum0, TVec sum1, bool negative)
    {
        TVec value0 = TSimd.Load(row), value1 = TSimd.Load(row + TSimd.Count);
        TSimd.Store(row, negative ? TSimd.Sub(value0, sum0) : TSimd.Add(value0, sum0));
        TSimd.Store(row + TSimd.Count, negative ? TSimd.Sub(value1, sum1) : TSimd.Add(value1, sum1));
    }
}
