using Subquad.Simd.Lanes;

namespace Subquad.Simd.Kernels;

/// <summary>
/// target += or -= B B^T in the lower triangle (a SYRK): of long rows for a Gram matrix, of a solved block column for the trailing matrix
/// of a factorisation. Layout: B in groups of 16 rows, [group][column][16], where a tile reads both its operands from contiguous memory;
/// target row-major. No aliasing. A group of right operands stays in the first-level cache while the rows below pass it. The square tiles
/// on the diagonal are computed whole; what they leave above the diagonal is never read.
/// </summary>
internal static unsafe class OuterProductKernel<TSimd, TVec>
    where TSimd : struct, ISimdDouble<TVec>
    where TVec : struct
{
    private const int Group = TileKernel<TSimd, TVec>.Group;

    /// <summary>Copies rows of a row-major matrix into groups, the last one filled up with zeros.</summary>
    /// <param name="rows">The first column of row 0.</param>
    /// <param name="stride">Elements from row to row.</param>
    /// <param name="columns">Columns to take, at most depth.</param>
    /// <param name="panel">The group of row 0.</param>
    /// <param name="depth">Columns of the panel.</param>
    /// <param name="rowFrom">First row, a multiple of 16.</param>
    /// <param name="rowTo">One past the last row.</param>
    public static void Pack(double* rows, long stride, int columns, double* panel, int depth, int rowFrom, int rowTo)
    {
        for (int row = rowFrom; row < rowTo; row += Group)
        {
            double* group = panel + (long)row * depth, source = rows + row * stride;
            int count = Math.Min(Group, rowTo - row);
            // Row by row: sixteen rows a power of two apart do not fit a set of the first-level cache side by side.
            for (int i = 0; i < count; i++)
                for (int column = 0; column < columns; column++)
                    group[column * Group + i] = source[i * stride + column];
            for (int i = count; i < Group; i++)
                for (int column = 0; column < columns; column++)
                    group[column * Group + i] = 0.0;
        }
    }

    /// <param name="target">Element (0, 0).</param>
    /// <param name="stride">Elements from row to row, a multiple of 16.</param>
    /// <param name="panel">The group of row 0.</param>
    /// <param name="depth">Columns of the panel.</param>
    /// <param name="columns">Columns to multiply, the first ones of the panel.</param>
    /// <param name="columnFrom">First column of the target, a multiple of 16.</param>
    /// <param name="rowFrom">First row of the target, a multiple of 16.</param>
    /// <param name="rowTo">One past the last row.</param>
    /// <param name="negative">Whether the product is subtracted.</param>
    public static void AddLower(
        double* target, long stride, double* panel, int depth, int columns, int columnFrom, int rowFrom, int rowTo, bool negative)
    {
        for (int column = columnFrom; column < rowTo; column += Group)
            for (int row = Math.Max(rowFrom, column); row < rowTo; row += Group)
                TileKernel<TSimd, TVec>.Add(
                    target + row * stride + column, stride, panel + (long)row * depth, panel + (long)column * depth, Group, columns,
                    Math.Min(Group, rowTo - row), negative);
    }
}
