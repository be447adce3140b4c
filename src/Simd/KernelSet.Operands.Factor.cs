using Subquad.Simd.Memory;

namespace Subquad.Simd;

/// <content>The checks of dense float64.</content>
public abstract partial class KernelSet
{
    /// <summary>Rows that are packed, and columns that are solved, side by side.</summary>
    private protected const int GroupRows = 16;

    internal static void CheckSquare(NativeBuffer<double> matrix, int stride, int n)
    {
        Expect.That(n >= 0, $"expected an order of 0 or more, found {n}");
        Expect.That(stride >= n && matrix.Length >= (long)n * stride, $"expected room for {n} rows of at least {n}, found {matrix.Length} elements in rows of {stride}");
    }

    internal static void CheckDiagonal(NativeBuffer<double> matrix, int stride, int column, int n)
    {
        Expect.That(
            column % CholeskyBlock == 0 && 0 <= column && column < n, $"expected a column below {n} that is a multiple of {CholeskyBlock}, found {column}");
        CheckGroups(stride);
        CheckSquare(matrix, stride, n);
    }

    internal static void CheckStep(NativeBuffer<double> matrix, int stride, int column, int n, NativeBuffer<double> panel, int rowFrom, int rowTo)
    {
        CheckSquare(matrix, stride, n);
        CheckPanel(panel, n);
        Expect.That(
            0 <= column && column % CholeskyBlock == 0 && column <= rowFrom - CholeskyBlock && rowFrom % GroupRows == 0,
            $"expected rows from a multiple of {GroupRows} below the block of column {column}, a multiple of {CholeskyBlock}, found row {rowFrom}");
        CheckRange(rowFrom, rowTo, n);
    }

    internal static void CheckPanel(NativeBuffer<double> panel, int n) => Expect.That(
        panel.Length >= (n + (long)GroupRows) * CholeskyBlock, $"expected a panel of {(n + (long)GroupRows) * CholeskyBlock} elements, found {panel.Length}");

    internal static void CheckGroups(int stride) => Expect.That(stride % GroupRows == 0, $"expected rows padded to a multiple of {GroupRows}, found {stride}");

    internal static void CheckRightSides(NativeBuffer<double> factor, int stride, int n, NativeBuffer<double> right, int rightStride)
    {
        CheckSquare(factor, stride, n);
        CheckGroups(rightStride);
        Expect.That(
            rightStride >= 0 && right.Length >= (long)n * rightStride, $"expected {n} rows of {rightStride} right-hand sides, found {right.Length} elements");
    }

    internal static void CheckColumns(int columnFrom, int columnTo, int rightStride)
    {
        Expect.That(
            columnFrom % GroupRows == 0 && columnTo % GroupRows == 0, $"expected columns in groups of {GroupRows}, found {columnFrom} to {columnTo}");
        CheckRange(columnFrom, columnTo, rightStride);
    }

    internal static void CheckPacking(NativeBuffer<double> rows, int rowStride, int columnFrom, int columnTo, NativeBuffer<double> panel, int rowFrom, int rowTo)
    {
        CheckRange(columnFrom, columnTo, rowStride);
        Expect.That(columnTo - columnFrom <= OuterProductBlock, $"expected at most {OuterProductBlock} columns, found {columnTo - columnFrom}");
        CheckRowGroups(panel, columnTo - columnFrom, rowFrom, rowTo);
        Expect.That(
            rowTo == 0 || rows.Length >= (rowTo - 1L) * rowStride + columnTo, $"expected a matrix of {rowTo} rows of {rowStride}, found {rows.Length} elements");
    }

    internal static void CheckOuterProduct(NativeBuffer<double> panel, int columns, NativeBuffer<double> gram, int stride, int rowFrom, int rowTo)
    {
        Expect.That(columns >= 0, $"expected 0 or more columns, found {columns}");
        CheckSquare(gram, stride, rowTo);
        CheckGroups(stride);
        CheckRowGroups(panel, columns, rowFrom, rowTo);
    }

    internal static void CheckSymmetric(
        NativeBuffer<double> matrix, int stride, ReadOnlySpan<double> x, ReadOnlySpan<double> y, ReadOnlySpan<double> partial, int rowFrom, int rowTo)
    {
        CheckSquare(matrix, stride, x.Length);
        CheckLengths(x.Length, y.Length);
        Expect.That(partial.Length == rowTo, $"expected {rowTo} partial sums, found {partial.Length}");
        Expect.That(rowFrom % 4 == 0, $"expected a first row that is a multiple of 4, found {rowFrom}");
        CheckRange(rowFrom, rowTo, x.Length);
    }

    private static void CheckRowGroups(NativeBuffer<double> panel, int columns, int rowFrom, int rowTo)
    {
        Expect.That(
            rowFrom % GroupRows == 0 && 0 <= rowFrom && rowFrom <= rowTo, $"expected rows from a multiple of {GroupRows} on, found {rowFrom} to {rowTo}");
        long elements = ((long)rowTo + GroupRows - 1) / GroupRows * GroupRows * columns;
        Expect.That(panel.Length >= elements, $"expected a panel of {elements} elements, found {panel.Length}");
    }
}
