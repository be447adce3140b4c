using Subquad.Simd.Memory;

namespace Subquad.Simd;

/// <content>The checks of dense float64.</content>
public abstract partial class KernelSet
{
    /// <summary>Rows that are packed, and columns that are solved, side by side.</summary>
    private protected const int GroupRows = 16;

    private protected static void HoldsSquare(NativeBuffer<double> matrix, int stride, int n) => Contract.Holds(stride >= n && matrix.Length >= (long)n * stride, "room for n rows of n");

    private protected static void HoldsDiagonal(NativeBuffer<double> matrix, int stride, int column, int n)
    {
        Contract.Holds(column % CholeskyBlock == 0 && 0 <= column && column < n, "a block of the contract's width");
        HoldsGroups(stride);
        HoldsSquare(matrix, stride, n);
    }

    private protected static void HoldsStep(NativeBuffer<double> matrix, int stride, int column, int n, NativeBuffer<double> panel, int rowFrom, int rowTo)
    {
        HoldsSquare(matrix, stride, n);
        Contract.Holds(panel.Length >= (n + (long)GroupRows) * CholeskyBlock, "room for the block column");
        Contract.Holds(column % CholeskyBlock == 0 && 0 <= column && column + CholeskyBlock <= rowFrom && rowFrom % GroupRows == 0, "rows below the block, in groups of 16");
        HoldsRange(rowFrom, rowTo, n);
    }

    private protected static void HoldsGroups(int stride) => Contract.Holds(stride % GroupRows == 0, "rows padded to groups of 16");

    private protected static void HoldsRightSides(NativeBuffer<double> factor, int stride, int n, NativeBuffer<double> right, int rightStride)
    {
        HoldsSquare(factor, stride, n);
        Contract.Holds(rightStride % GroupRows == 0 && right.Length >= (long)n * rightStride, "right-hand sides padded to 16");
    }

    private protected static void HoldsColumns(int columnFrom, int columnTo, int rightStride)
    {
        Contract.Holds(columnFrom % GroupRows == 0 && columnTo % GroupRows == 0, "columns in groups of 16");
        HoldsRange(columnFrom, columnTo, rightStride);
    }

    private protected static void HoldsPacking(NativeBuffer<double> rows, int rowStride, int columnFrom, int columnTo, NativeBuffer<double> panel, int rowFrom, int rowTo)
    {
        Contract.Holds(columnTo - columnFrom <= OuterProductBlock, "at most a block of columns");
        HoldsRange(columnFrom, columnTo, rowStride);
        HoldsRowGroups(panel, columnTo - columnFrom, rowFrom, rowTo);
        Contract.Holds(rowTo == 0 || rows.Length >= (rowTo - 1L) * rowStride + columnTo, "these rows in the matrix");
    }

    private protected static void HoldsOuterProduct(NativeBuffer<double> panel, int columns, NativeBuffer<double> gram, int stride, int rowFrom, int rowTo)
    {
        HoldsSquare(gram, stride, rowTo);
        HoldsGroups(stride);
        HoldsRowGroups(panel, columns, rowFrom, rowTo);
    }

    private protected static void HoldsSymmetric(
        NativeBuffer<double> matrix, int stride, ReadOnlySpan<double> x, ReadOnlySpan<double> y, ReadOnlySpan<double> partial, int rowFrom, int rowTo)
    {
        HoldsSquare(matrix, stride, x.Length);
        Contract.Holds(x.Length == y.Length && partial.Length == rowTo, "vectors of the matrix's order, and a partial sum for every column of these rows");
        Contract.Holds(rowFrom % 4 == 0, "rows in fours");
        HoldsRange(rowFrom, rowTo, x.Length);
    }

    private static void HoldsRowGroups(NativeBuffer<double> panel, int columns, int rowFrom, int rowTo)
    {
        Contract.Holds(rowFrom % GroupRows == 0 && 0 <= rowFrom && rowFrom <= rowTo, "rows in groups of 16");
        Contract.Holds(panel.Length >= (rowTo + GroupRows - 1L) / GroupRows * GroupRows * columns, "room for whole groups");
    }
}
