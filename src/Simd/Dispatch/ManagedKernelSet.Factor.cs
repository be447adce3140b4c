using Subquad.Simd.Kernels;
using Subquad.Simd.Memory;

namespace Subquad.Simd.Dispatch;

/// <content>Dense float64: factorisation, outer products, solves, symmetric products.</content>
internal sealed unsafe partial class ManagedKernelSet<TSimd, TVec, TSimdDouble, TVecDouble>
{
    private const int GroupRows = 16;

    public override bool FactorDiagonal(NativeBuffer<double> matrix, int stride, int column, int n)
    {
        Contract.Holds(CholeskyKernel<TSimdDouble, TVecDouble>.Block == CholeskyBlock && column % CholeskyBlock == 0 && 0 <= column && column < n, "a block of the contract's width");
        Contract.Holds(stride % GroupRows == 0, "rows padded to groups of 16");
        HoldsSquare(matrix, stride, n);
        bool factored = CholeskyKernel<TSimdDouble, TVecDouble>.FactorDiagonal(matrix.Pointer, stride, column, n);
        KeepAlive(matrix);
        return factored;
    }

    public override void SolveBelowDiagonal(NativeBuffer<double> matrix, int stride, int column, int n, NativeBuffer<double> panel, int rowFrom, int rowTo)
    {
        HoldsStep(matrix, stride, column, n, panel, rowFrom, rowTo);
        CholeskyKernel<TSimdDouble, TVecDouble>.SolveBelowDiagonal(matrix.Pointer, stride, column, n, panel.Pointer, rowFrom, rowTo);
        KeepAlive(matrix, panel);
    }

    public override void UpdateTrailing(NativeBuffer<double> matrix, int stride, int column, int n, NativeBuffer<double> panel, int rowFrom, int rowTo)
    {
        Contract.Holds(stride % GroupRows == 0, "rows padded to groups of 16");
        HoldsStep(matrix, stride, column, n, panel, rowFrom, rowTo);
        CholeskyKernel<TSimdDouble, TVecDouble>.UpdateTrailing(matrix.Pointer, stride, column, n, panel.Pointer, rowFrom, rowTo);
        KeepAlive(matrix, panel);
    }

    public override void SolveFactored(NativeBuffer<double> matrix, int stride, int n, NativeBuffer<double> right, int rightStride)
    {
        HoldsSquare(matrix, stride, n);
        Contract.Holds(rightStride % GroupRows == 0 && right.Length >= (long)n * rightStride, "right-hand sides padded to 16");
        TriangularKernel<TSimdDouble, TVecDouble>.SolveLower(matrix.Pointer, stride, n, right.Pointer, rightStride, GroupRows, rightStride / GroupRows);
        TriangularKernel<TSimdDouble, TVecDouble>.SolveUpper(matrix.Pointer, stride, n, right.Pointer, rightStride, GroupRows, rightStride / GroupRows);
        KeepAlive(matrix, right);
    }

    public override void SolveLower(NativeBuffer<double> factor, int stride, Span<double> vector)
    {
        HoldsSquare(factor, stride, vector.Length);
        fixed (double* x = vector)
            TriangularKernel<TSimdDouble, TVecDouble>.SolveLower(factor.Pointer, stride, vector.Length, x);
        KeepAlive(factor);
    }

    public override void SolveUpper(NativeBuffer<double> factor, int stride, Span<double> vector)
    {
        HoldsSquare(factor, stride, vector.Length);
        fixed (double* x = vector)
            TriangularKernel<TSimdDouble, TVecDouble>.SolveUpper(factor.Pointer, stride, vector.Length, x);
        KeepAlive(factor);
    }

    public override void SolveLower(NativeBuffer<double> factor, int stride, int n, NativeBuffer<double> right, int rightStride, int columnFrom, int columnTo, Arena scratch) =>
        Solve(factor, stride, n, right, rightStride, columnFrom, columnTo, scratch, transposed: false);

    public override void SolveUpper(NativeBuffer<double> factor, int stride, int n, NativeBuffer<double> right, int rightStride, int columnFrom, int columnTo, Arena scratch) =>
        Solve(factor, stride, n, right, rightStride, columnFrom, columnTo, scratch, transposed: true);

    public override void PackRows(NativeBuffer<double> rows, int rowStride, int columnFrom, int columnTo, NativeBuffer<double> panel, int rowFrom, int rowTo)
    {
        int columns = columnTo - columnFrom;
        Contract.Holds(columns <= OuterProductBlock, "at most a block of columns");
        HoldsRange(columnFrom, columnTo, rowStride);
        Contract.Holds(rowFrom % GroupRows == 0 && 0 <= rowFrom && rowFrom <= rowTo, "rows in groups of 16");
        Contract.Holds(rowTo == 0 || rows.Length >= (rowTo - 1L) * rowStride + columnTo, "these rows in the matrix");
        Contract.Holds(panel.Length >= RoundedUp(rowTo) * columns, "room for whole groups");
        OuterProductKernel<TSimdDouble, TVecDouble>.Pack(rows.Pointer + columnFrom, rowStride, columns, panel.Pointer, columns, rowFrom, rowTo);
        KeepAlive(rows, panel);
    }

    public override void AddOuterProduct(NativeBuffer<double> panel, int columns, NativeBuffer<double> gram, int stride, int rowFrom, int rowTo)
    {
        HoldsSquare(gram, stride, rowTo);
        Contract.Holds(stride % GroupRows == 0, "rows padded to groups of 16");
        Contract.Holds(rowFrom % GroupRows == 0 && 0 <= rowFrom && rowFrom <= rowTo, "rows in groups of 16");
        Contract.Holds(panel.Length >= RoundedUp(rowTo) * columns, "whole groups of rows");
        OuterProductKernel<TSimdDouble, TVecDouble>.AddLower(gram.Pointer, stride, panel.Pointer, columns, columns, 0, rowFrom, rowTo, negative: false);
        KeepAlive(panel, gram);
    }

    public override void MultiplySymmetric(NativeBuffer<double> matrix, int stride, ReadOnlySpan<double> x, Span<double> y, Span<double> partial, int rowFrom, int rowTo)
    {
        HoldsSquare(matrix, stride, x.Length);
        Contract.Holds(x.Length == y.Length && partial.Length == rowTo, "vectors of the matrix's order, and a partial sum for every column of these rows");
        Contract.Holds(rowFrom % 4 == 0, "rows in fours");
        HoldsRange(rowFrom, rowTo, x.Length);
        fixed (double* from = x, to = y, sums = partial)
            SymmetricKernel<TSimdDouble, TVecDouble>.Multiply(matrix.Pointer, stride, from, to, sums, rowFrom, rowTo);
        KeepAlive(matrix);
    }

    private static void Solve(
        NativeBuffer<double> factor, int stride, int n, NativeBuffer<double> right, int rightStride, int columnFrom, int columnTo, Arena scratch, bool transposed)
    {
        HoldsSquare(factor, stride, n);
        Contract.Holds(rightStride % GroupRows == 0 && right.Length >= (long)n * rightStride, "right-hand sides padded to 16");
        Contract.Holds(columnFrom % GroupRows == 0 && columnTo % GroupRows == 0, "columns in groups of 16");
        HoldsRange(columnFrom, columnTo, rightStride);
        scratch.Reserve(TriangularKernel<TSimdDouble, TVecDouble>.ScratchOf(n, columnTo - columnFrom));
        TriangularKernel<TSimdDouble, TVecDouble>.Run(factor.Pointer, stride, n, right.Pointer, rightStride, columnFrom, columnTo, transposed, scratch);
        KeepAlive(factor, right, scratch);
    }

    private static long RoundedUp(int rows) => (rows + GroupRows - 1L) / GroupRows * GroupRows;

    private static void HoldsSquare(NativeBuffer<double> matrix, int stride, int n) => Contract.Holds(stride >= n && matrix.Length >= (long)n * stride, "room for n rows of n");

    private static void HoldsStep(NativeBuffer<double> matrix, int stride, int column, int n, NativeBuffer<double> panel, int rowFrom, int rowTo)
    {
        HoldsSquare(matrix, stride, n);
        Contract.Holds(panel.Length >= (n + (long)GroupRows) * CholeskyBlock, "room for the block column");
        Contract.Holds(column % CholeskyBlock == 0 && 0 <= column && column + CholeskyBlock <= rowFrom && rowFrom % GroupRows == 0, "rows below the block, in groups of 16");
        HoldsRange(rowFrom, rowTo, n);
    }
}
