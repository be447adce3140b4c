using Subquad.Simd.Kernels;
using Subquad.Simd.Memory;

namespace Subquad.Simd.Dispatch;

/// <content>Dense float64: factorisation, outer products, solves, symmetric products.</content>
internal sealed unsafe partial class ManagedKernelSet<TSimd, TVec, TSimdDouble, TVecDouble>
{
    private protected override bool FactorDiagonalCore(NativeBuffer<double> matrix, int stride, int column, int n)
    {
        Contract.Holds(CholeskyKernel<TSimdDouble, TVecDouble>.Block == CholeskyBlock, "the contract's width");
        bool factored = CholeskyKernel<TSimdDouble, TVecDouble>.FactorDiagonal(matrix.Pointer, stride, column, n);
        KeepAlive(matrix);
        return factored;
    }

    private protected override void SolveBelowDiagonalCore(
        NativeBuffer<double> matrix, int stride, int column, int n, NativeBuffer<double> panel, int rowFrom, int rowTo)
    {
        CholeskyKernel<TSimdDouble, TVecDouble>.SolveBelowDiagonal(matrix.Pointer, stride, column, n, panel.Pointer, rowFrom, rowTo);
        KeepAlive(matrix, panel);
    }

    private protected override void UpdateTrailingCore(
        NativeBuffer<double> matrix, int stride, int column, int n, NativeBuffer<double> panel, int rowFrom, int rowTo)
    {
        CholeskyKernel<TSimdDouble, TVecDouble>.UpdateTrailing(matrix.Pointer, stride, column, n, panel.Pointer, rowFrom, rowTo);
        KeepAlive(matrix, panel);
    }

    private protected override void SolveFactoredCore(
        NativeBuffer<double> matrix, int stride, int n, NativeBuffer<double> right, int rightStride)
    {
        TriangularKernel<TSimdDouble, TVecDouble>.SolveLower(
            matrix.Pointer, stride, n, right.Pointer, rightStride, GroupRows, rightStride / GroupRows);
        TriangularKernel<TSimdDouble, TVecDouble>.SolveUpper(
            matrix.Pointer, stride, n, right.Pointer, rightStride, GroupRows, rightStride / GroupRows);
        KeepAlive(matrix, right);
    }

    private protected override void PackRowsCore(
        NativeBuffer<double> rows, int rowStride, int columnFrom, int columnTo, NativeBuffer<double> panel, int rowFrom, int rowTo)
    {
        int columns = columnTo - columnFrom;
        OuterProductKernel<TSimdDouble, TVecDouble>.Pack(
            rows.Pointer + columnFrom, rowStride, columns, panel.Pointer, columns, rowFrom, rowTo);
        KeepAlive(rows, panel);
    }

    private protected override void AddOuterProductCore(
        NativeBuffer<double> panel, int columns, NativeBuffer<double> gram, int stride, int rowFrom, int rowTo)
    {
        OuterProductKernel<TSimdDouble, TVecDouble>.AddLower(
            gram.Pointer, stride, panel.Pointer, columns, columns, 0, rowFrom, rowTo, negative: false);
        KeepAlive(panel, gram);
    }

    private protected override void SolveLowerCore(NativeBuffer<double> factor, int stride, Span<double> vector)
    {
        fixed (double* x = vector)
            TriangularKernel<TSimdDouble, TVecDouble>.SolveLower(factor.Pointer, stride, vector.Length, x);
        KeepAlive(factor);
    }

    private protected override void SolveLowerCore(
        NativeBuffer<double> factor, int stride, int n, NativeBuffer<double> right, int rightStride, int columnFrom, int columnTo,
        Arena scratch) =>
        Solve(factor, stride, n, right, rightStride, columnFrom, columnTo, scratch, transposed: false);

    private protected override void SolveUpperCore(NativeBuffer<double> factor, int stride, Span<double> vector)
    {
        fixed (double* x = vector)
            TriangularKernel<TSimdDouble, TVecDouble>.SolveUpper(factor.Pointer, stride, vector.Length, x);
        KeepAlive(factor);
    }

    private protected override void SolveUpperCore(
        NativeBuffer<double> factor, int stride, int n, NativeBuffer<double> right, int rightStride, int columnFrom, int columnTo,
        Arena scratch) =>
        Solve(factor, stride, n, right, rightStride, columnFrom, columnTo, scratch, transposed: true);

    private protected override void MultiplySymmetricCore(
        NativeBuffer<double> matrix, int stride, ReadOnlySpan<double> x, Span<double> y, Span<double> partial, int rowFrom,
        int rowTo)
    {
        fixed (double* from = x, to = y, sums = partial)
            SymmetricKernel<TSimdDouble, TVecDouble>.Multiply(matrix.Pointer, stride, from, to, sums, rowFrom, rowTo);
        KeepAlive(matrix);
    }

    private static void Solve(
        NativeBuffer<double> factor, int stride, int n, NativeBuffer<double> right, int rightStride, int columnFrom, int columnTo,
        Arena scratch, bool transposed)
    {
        scratch.Reserve(TriangularKernel<TSimdDouble, TVecDouble>.ScratchOf(n, columnTo - columnFrom));
        TriangularKernel<TSimdDouble, TVecDouble>.Run(
            factor.Pointer, stride, n, right.Pointer, rightStride, columnFrom, columnTo, transposed, scratch);
        KeepAlive(factor, right, scratch);
    }
}
