using Subquad.Simd.Memory;

namespace Subquad.Simd;

/// <content>
/// Dense float64: the Cholesky factorisation, products of long rows, solves with many right-hand sides and with one, and products with a
/// symmetric matrix.
/// </content>
public abstract partial class KernelSet
{
    /// <summary>Columns that a Cholesky step factors at once.</summary>
    public const int CholeskyBlock = 64;

    /// <summary>Rows that are packed, and columns that are solved, side by side.</summary>
    private protected const int GroupRows = 16;

    /// <summary>
    /// Cholesky, first part of a step: factors the diagonal block that begins at <paramref name="column"/> in place; false when a pivot is
    /// not above zero.
    /// </summary>
    /// <param name="matrix">n x stride, row-major; only the lower triangle counts.</param>
    /// <param name="stride">Elements from row to row.</param>
    /// <param name="column">First column of the block, a multiple of <see cref="CholeskyBlock"/>.</param>
    /// <param name="n">Order.</param>
    public bool FactorDiagonal(NativeBuffer<double> matrix, int stride, int column, int n)
    {
        using Use use1 = Use.Shared(matrix);
        CheckDiagonal(matrix, stride, column, n);
        return FactorDiagonalUnchecked(matrix, stride, column, n);
    }

    private static void CheckDiagonal(NativeBuffer<double> matrix, int stride, int column, int n)
    {
        Expect.That(
            column % CholeskyBlock == 0 && 0 <= column && column < n,
            $"expected a column below {n} that is a multiple of {CholeskyBlock}, found {column}");
        CheckGroups(stride);
        CheckSquare(matrix, stride, n);
    }

    internal bool FactorDiagonalUnchecked(NativeBuffer<double> matrix, int stride, int column, int n) =>
        Serving(NativeVerb.FactorDiagonal).FactorDiagonalCore(matrix, stride, column, n);

    private protected abstract bool FactorDiagonalCore(NativeBuffer<double> matrix, int stride, int column, int n);

    /// <summary>
    /// Cholesky, second part: rows <paramref name="rowFrom"/> to <paramref name="rowTo"/> - 1 below the diagonal block are solved against
    /// it, in place and into <paramref name="panel"/>.
    /// </summary>
    /// <param name="matrix">As above.</param>
    /// <param name="stride">As above.</param>
    /// <param name="column">As above.</param>
    /// <param name="n">As above.</param>
    /// <param name="panel">The same rows in groups of 16, for <see cref="UpdateTrailing"/>: at least (n + 16) * <see cref="CholeskyBlock"/>
    /// elements.</param>
    /// <param name="rowFrom">First row, a multiple of 16.</param>
    /// <param name="rowTo">One past the last row.</param>
    public void SolveBelowDiagonal(
        NativeBuffer<double> matrix, int stride, int column, int n, NativeBuffer<double> panel, int rowFrom, int rowTo)
    {
        using Use use1 = Use.Shared(matrix), use2 = Use.Shared(panel);
        CheckStep(matrix, stride, column, n, panel, rowFrom, rowTo);
        SolveBelowDiagonalUnchecked(matrix, stride, column, n, panel, rowFrom, rowTo);
    }

    private static void CheckStep(
        NativeBuffer<double> matrix, int stride, int column, int n, NativeBuffer<double> panel, int rowFrom, int rowTo)
    {
        CheckSquare(matrix, stride, n);
        CheckPanel(panel, n);
        Expect.That(
            0 <= column && column % CholeskyBlock == 0 && column <= rowFrom - CholeskyBlock && rowFrom % GroupRows == 0,
            $"expected rows from a multiple of {GroupRows} below the block of column {column}, a multiple of {CholeskyBlock}, "
            + $"found row {rowFrom}");
        CheckRange(rowFrom, rowTo, n);
    }

    internal void SolveBelowDiagonalUnchecked(
        NativeBuffer<double> matrix, int stride, int column, int n, NativeBuffer<double> panel, int rowFrom, int rowTo) =>
        Serving(NativeVerb.SolveBelowDiagonal).SolveBelowDiagonalCore(matrix, stride, column, n, panel, rowFrom, rowTo);

    private protected abstract void SolveBelowDiagonalCore(
        NativeBuffer<double> matrix, int stride, int column, int n, NativeBuffer<double> panel, int rowFrom, int rowTo);

    /// <summary>
    /// Cholesky, third part: rows <paramref name="rowFrom"/> to <paramref name="rowTo"/> - 1 of the triangle right of the block lose L L^T
    /// (a SYRK).
    /// </summary>
    public void UpdateTrailing(
        NativeBuffer<double> matrix, int stride, int column, int n, NativeBuffer<double> panel, int rowFrom, int rowTo)
    {
        using Use use1 = Use.Shared(matrix), use2 = Use.Shared(panel);
        CheckGroups(stride);
        CheckStep(matrix, stride, column, n, panel, rowFrom, rowTo);
        UpdateTrailingUnchecked(matrix, stride, column, n, panel, rowFrom, rowTo);
    }

    internal void UpdateTrailingUnchecked(
        NativeBuffer<double> matrix, int stride, int column, int n, NativeBuffer<double> panel, int rowFrom, int rowTo) =>
        Serving(NativeVerb.UpdateTrailing).UpdateTrailingCore(matrix, stride, column, n, panel, rowFrom, rowTo);

    private protected abstract void UpdateTrailingCore(
        NativeBuffer<double> matrix, int stride, int column, int n, NativeBuffer<double> panel, int rowFrom, int rowTo);

    /// <summary>Solves L L^T X = B in place for a factored matrix.</summary>
    /// <param name="matrix">The factored matrix.</param>
    /// <param name="stride">Elements from row to row.</param>
    /// <param name="n">Order.</param>
    /// <param name="right">B, then X: n x rightStride, row-major.</param>
    /// <param name="rightStride">Elements from row to row, a multiple of 16; the padding is solved too and stays zero if it was.</param>
    public void SolveFactored(NativeBuffer<double> matrix, int stride, int n, NativeBuffer<double> right, int rightStride)
    {
        using Use use1 = Use.Shared(matrix), use2 = Use.Shared(right);
        CheckRightSides(matrix, stride, n, right, rightStride);
        Serving(NativeVerb.SolveFactored).SolveFactoredCore(matrix, stride, n, right, rightStride);
    }

    private static void CheckRightSides(NativeBuffer<double> factor, int stride, int n, NativeBuffer<double> right, int rightStride)
    {
        CheckSquare(factor, stride, n);
        CheckGroups(rightStride);
        Expect.That(
            rightStride >= 0 && right.Length >= (long)n * rightStride,
            $"expected {n} rows of {rightStride} right-hand sides, found {right.Length} elements");
    }

    private protected abstract void SolveFactoredCore(
        NativeBuffer<double> matrix, int stride, int n, NativeBuffer<double> right, int rightStride);

    /// <summary>Columns of B that <see cref="AddOuterProduct"/> takes at once: 16 rows of them are 32 KiB.</summary>
    public const int OuterProductBlock = 256;

    /// <summary>
    /// Copies columns <paramref name="columnFrom"/> to <paramref name="columnTo"/> - 1 of the rows <paramref name="rowFrom"/> to
    /// <paramref name="rowTo"/> - 1 of B into groups of 16 rows, [group][column][16], for <see cref="AddOuterProduct"/>; the last group is
    /// filled up with zeros.
    /// </summary>
    /// <param name="rows">B, row-major.</param>
    /// <param name="rowStride">Elements from row to row.</param>
    /// <param name="columnFrom">First column.</param>
    /// <param name="columnTo">One past the last column; at most <see cref="OuterProductBlock"/> of them.</param>
    /// <param name="panel">At least (n + 16) * (columnTo - columnFrom) elements.</param>
    /// <param name="rowFrom">First row, a multiple of 16.</param>
    /// <param name="rowTo">One past the last row; n, or a multiple of 16.</param>
    public void PackRows(
        NativeBuffer<double> rows, int rowStride, int columnFrom, int columnTo, NativeBuffer<double> panel, int rowFrom, int rowTo)
    {
        using Use use1 = Use.Shared(rows), use2 = Use.Shared(panel);
        CheckPacking(rows, rowStride, columnFrom, columnTo, panel, rowFrom, rowTo);
        PackRowsUnchecked(rows, rowStride, columnFrom, columnTo, panel, rowFrom, rowTo);
    }

    internal static void CheckPacking(
        NativeBuffer<double> rows, int rowStride, int columnFrom, int columnTo, NativeBuffer<double> panel, int rowFrom, int rowTo)
    {
        CheckRange(columnFrom, columnTo, rowStride);
        Expect.That(
            columnTo - columnFrom <= OuterProductBlock,
            $"expected at most {OuterProductBlock} columns, found {columnTo - columnFrom}");
        CheckRowGroups(panel, columnTo - columnFrom, rowFrom, rowTo);
        Expect.That(
            rowTo == 0 || rows.Length >= (rowTo - 1L) * rowStride + columnTo,
            $"expected a matrix of {rowTo} rows of {rowStride}, found {rows.Length} elements");
    }

    internal void PackRowsUnchecked(
        NativeBuffer<double> rows, int rowStride, int columnFrom, int columnTo, NativeBuffer<double> panel, int rowFrom, int rowTo) =>
        Serving(NativeVerb.PackRows).PackRowsCore(rows, rowStride, columnFrom, columnTo, panel, rowFrom, rowTo);

    private protected abstract void PackRowsCore(
        NativeBuffer<double> rows, int rowStride, int columnFrom, int columnTo, NativeBuffer<double> panel, int rowFrom, int rowTo);

    /// <summary>
    /// gram += B B^T in the lower triangle (a SYRK), for its rows <paramref name="rowFrom"/> to <paramref name="rowTo"/> - 1. The blocks on
    /// the diagonal are computed whole: what lies above the diagonal within 16 columns is overwritten and has no meaning.
    /// </summary>
    /// <param name="panel">B's rows from 0 to rowTo - 1 by <see cref="PackRows"/>.</param>
    /// <param name="columns">Columns of B in the panel.</param>
    /// <param name="gram">n x stride, row-major.</param>
    /// <param name="stride">Elements from row to row, a multiple of 16.</param>
    /// <param name="rowFrom">First row, a multiple of 16.</param>
    /// <param name="rowTo">One past the last row.</param>
    public void AddOuterProduct(NativeBuffer<double> panel, int columns, NativeBuffer<double> gram, int stride, int rowFrom, int rowTo)
    {
        using Use use1 = Use.Shared(panel), use2 = Use.Shared(gram);
        CheckOuterProduct(panel, columns, gram, stride, rowFrom, rowTo);
        AddOuterProductUnchecked(panel, columns, gram, stride, rowFrom, rowTo);
    }

    internal static void CheckOuterProduct(
        NativeBuffer<double> panel, int columns, NativeBuffer<double> gram, int stride, int rowFrom, int rowTo)
    {
        Expect.That(columns >= 0, $"expected 0 or more columns, found {columns}");
        CheckSquare(gram, stride, rowTo);
        CheckGroups(stride);
        CheckRowGroups(panel, columns, rowFrom, rowTo);
    }

    internal void AddOuterProductUnchecked(
        NativeBuffer<double> panel, int columns, NativeBuffer<double> gram, int stride, int rowFrom, int rowTo) =>
        Serving(NativeVerb.AddOuterProduct).AddOuterProductCore(panel, columns, gram, stride, rowFrom, rowTo);

    private protected abstract void AddOuterProductCore(
        NativeBuffer<double> panel, int columns, NativeBuffer<double> gram, int stride, int rowFrom, int rowTo);

    /// <summary>
    /// Solves L X = B in place for the columns <paramref name="columnFrom"/> to <paramref name="columnTo"/> - 1 of B. The bits of a column
    /// do not depend on which others are solved with it.
    /// </summary>
    /// <param name="factor">L: the lower triangle of n x stride, row-major, no zero on its diagonal.</param>
    /// <param name="stride">Elements from row to row of L.</param>
    /// <param name="n">Order.</param>
    /// <param name="right">B, then X: n x rightStride, row-major.</param>
    /// <param name="rightStride">Elements from row to row of B, a multiple of 16.</param>
    /// <param name="columnFrom">First column, a multiple of 16.</param>
    /// <param name="columnTo">One past the last column, a multiple of 16.</param>
    /// <param name="scratch">Emptied; grows to a copy of these columns.</param>
    internal void SolveLower(
        NativeBuffer<double> factor, int stride, int n, NativeBuffer<double> right, int rightStride, int columnFrom, int columnTo,
        Arena scratch)
    {
        CheckSolve(factor, stride, n, right, rightStride, columnFrom, columnTo);
        SolveLowerUnchecked(factor, stride, n, right, rightStride, columnFrom, columnTo, scratch);
    }

    internal static void CheckSolve(
        NativeBuffer<double> factor, int stride, int n, NativeBuffer<double> right, int rightStride, int columnFrom, int columnTo)
    {
        CheckRightSides(factor, stride, n, right, rightStride);
        Expect.That(
            columnFrom % GroupRows == 0 && columnTo % GroupRows == 0,
            $"expected columns in groups of {GroupRows}, found {columnFrom} to {columnTo}");
        CheckRange(columnFrom, columnTo, rightStride);
    }

    internal void SolveLowerUnchecked(
        NativeBuffer<double> factor, int stride, int n, NativeBuffer<double> right, int rightStride, int columnFrom, int columnTo,
        Arena scratch) =>
        Serving(NativeVerb.SolveLower).SolveLowerCore(factor, stride, n, right, rightStride, columnFrom, columnTo, scratch);

    private protected abstract void SolveLowerCore(
        NativeBuffer<double> factor, int stride, int n, NativeBuffer<double> right, int rightStride, int columnFrom, int columnTo,
        Arena scratch);

    /// <summary>
    /// Solves L^T X = B in place; otherwise as
    /// <see cref="SolveLower(NativeBuffer{double}, int, int, NativeBuffer{double}, int, int, int, Arena)"/>.
    /// </summary>
    internal void SolveUpper(
        NativeBuffer<double> factor, int stride, int n, NativeBuffer<double> right, int rightStride, int columnFrom, int columnTo,
        Arena scratch)
    {
        CheckSolve(factor, stride, n, right, rightStride, columnFrom, columnTo);
        SolveUpperUnchecked(factor, stride, n, right, rightStride, columnFrom, columnTo, scratch);
    }

    internal void SolveUpperUnchecked(
        NativeBuffer<double> factor, int stride, int n, NativeBuffer<double> right, int rightStride, int columnFrom, int columnTo,
        Arena scratch) =>
        Serving(NativeVerb.SolveUpper).SolveUpperCore(factor, stride, n, right, rightStride, columnFrom, columnTo, scratch);

    private protected abstract void SolveUpperCore(
        NativeBuffer<double> factor, int stride, int n, NativeBuffer<double> right, int rightStride, int columnFrom, int columnTo,
        Arena scratch);

    /// <summary>Solves L x = b in place for one right-hand side: a dot product per row of L, which is read once.</summary>
    /// <param name="factor">L: the lower triangle of n x stride, row-major, no zero on its diagonal.</param>
    /// <param name="stride">Elements from row to row.</param>
    /// <param name="vector">b, then x: n elements.</param>
    public void SolveLower(NativeBuffer<double> factor, int stride, Span<double> vector)
    {
        using Use use1 = Use.Shared(factor);
        CheckSquare(factor, stride, vector.Length);
        Serving(NativeVerb.SolveLowerOne).SolveLowerCore(factor, stride, vector);
    }

    private protected abstract void SolveLowerCore(NativeBuffer<double> factor, int stride, Span<double> vector);

    /// <summary>Solves L^T x = b in place for one right-hand side: an axpy per row of L, which is read once.</summary>
    public void SolveUpper(NativeBuffer<double> factor, int stride, Span<double> vector)
    {
        using Use use1 = Use.Shared(factor);
        CheckSquare(factor, stride, vector.Length);
        Serving(NativeVerb.SolveUpperOne).SolveUpperCore(factor, stride, vector);
    }

    private protected abstract void SolveUpperCore(NativeBuffer<double> factor, int stride, Span<double> vector);

    /// <summary>Solves L L^T x = b in place for one right-hand side.</summary>
    public void SolveFactored(NativeBuffer<double> factor, int stride, Span<double> vector)
    {
        SolveLower(factor, stride, vector);
        SolveUpper(factor, stride, vector);
    }

    /// <summary>
    /// The part of y = M x that rows <paramref name="rowFrom"/> to <paramref name="rowTo"/> - 1 of the lower triangle of M make, reading
    /// each element once: y[i] = sum over j of M[i, j] x[j], j up to i, for these rows, and partial[j] = sum over these rows i of M[i, j]
    /// x[i] for all j below i.
    /// </summary>
    /// <param name="matrix">M: n x stride, row-major; only the lower triangle counts.</param>
    /// <param name="stride">Elements from row to row.</param>
    /// <param name="x">n elements.</param>
    /// <param name="y">n elements, of which those of these rows are overwritten.</param>
    /// <param name="partial">rowTo elements, overwritten.</param>
    /// <param name="rowFrom">First row, a multiple of 4.</param>
    /// <param name="rowTo">One past the last row.</param>
    public void MultiplySymmetric(
        NativeBuffer<double> matrix, int stride, ReadOnlySpan<double> x, Span<double> y, Span<double> partial, int rowFrom,
        int rowTo)
    {
        using Use use1 = Use.Shared(matrix);
        CheckSymmetric(matrix, stride, x, y, partial, rowFrom, rowTo);
        MultiplySymmetricUnchecked(matrix, stride, x, y, partial, rowFrom, rowTo);
    }

    private static void CheckSymmetric(
        NativeBuffer<double> matrix, int stride, ReadOnlySpan<double> x, ReadOnlySpan<double> y, ReadOnlySpan<double> partial,
        int rowFrom, int rowTo)
    {
        CheckSquare(matrix, stride, x.Length);
        CheckLengths(x.Length, y.Length);
        Expect.That(partial.Length == rowTo, $"expected {rowTo} partial sums, found {partial.Length}");
        Expect.That(rowFrom % 4 == 0, $"expected a first row that is a multiple of 4, found {rowFrom}");
        CheckRange(rowFrom, rowTo, x.Length);
    }

    internal void MultiplySymmetricUnchecked(
        NativeBuffer<double> matrix, int stride, ReadOnlySpan<double> x, Span<double> y, Span<double> partial, int rowFrom,
        int rowTo) =>
        Serving(NativeVerb.MultiplySymmetric).MultiplySymmetricCore(matrix, stride, x, y, partial, rowFrom, rowTo);

    private protected abstract void MultiplySymmetricCore(
        NativeBuffer<double> matrix, int stride, ReadOnlySpan<double> x, Span<double> y, Span<double> partial, int rowFrom,
        int rowTo);

    internal static void CheckSquare(NativeBuffer<double> matrix, int stride, int n)
    {
        Expect.That(n >= 0, $"expected an order of 0 or more, found {n}");
        Expect.That(
            stride >= n && matrix.Length >= (long)n * stride,
            $"expected room for {n} rows of at least {n}, found {matrix.Length} elements in rows of {stride}");
    }

    internal static void CheckPanel(NativeBuffer<double> panel, int n) => Expect.That(
        panel.Length >= (n + (long)GroupRows) * CholeskyBlock,
        $"expected a panel of {(n + (long)GroupRows) * CholeskyBlock} elements, found {panel.Length}");

    internal static void CheckGroups(int stride) =>
        Expect.That(stride % GroupRows == 0, $"expected rows padded to a multiple of {GroupRows}, found {stride}");

    private static void CheckRowGroups(NativeBuffer<double> panel, int columns, int rowFrom, int rowTo)
    {
        Expect.That(
            rowFrom % GroupRows == 0 && 0 <= rowFrom && rowFrom <= rowTo,
            $"expected rows from a multiple of {GroupRows} on, found {rowFrom} to {rowTo}");
        long elements = ((long)rowTo + GroupRows - 1) / GroupRows * GroupRows * columns;
        Expect.That(panel.Length >= elements, $"expected a panel of {elements} elements, found {panel.Length}");
    }
}
