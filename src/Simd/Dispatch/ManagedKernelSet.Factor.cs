using Subquad.Simd.Kernels;
using Subquad.Simd.Memory;

namespace Subquad.Simd.Dispatch;

/// <content>Dense float64: factorisation, outer products, solves, symmetric products.</content>
internal sealed unsafe partial class ManagedKernelSet<TSimd, TVec, TSimdDouble, TVecDouble>
{
    public override bool FactorDiagonal(NativeBuffer<double> matrix, int stride, int column, int n)
    {
        Contract.Holds(CholeskyKernel<TSimdDouble, TVecDouble>.Block == CholeskyBlock, "the contract's width");
        HoldsDiagonal(matrix, stride, column, n);
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
        HoldsGroups(stride);
        HoldsStep(matrix, stride, column, n, panel, rowFrom, rowTo);
        CholeskyKernel<TSimdDouble, TVecDouble>.UpdateTrailing(matrix.Pointer, stride, column, n, panel.Pointer, rowFrom, rowTo);
        KeepAlive(matrix, panel);
    }

    public override void SolveFactored(NativeBuffer<double> matrix, int stride, int n, NativeBuffer<double> right, int rightStride)
    {
        HoldsRightSides(matrix, stride, n, right, rightStride);
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
        HoldsPacking(rows, rowStride, columnFrom, columnTo, panel, rowFrom, rowTo);
        OuterProductKernel<TSimdDouble, TVecDouble>.Pack(rows.Pointer + columnFrom, rowStride, columns, panel.Pointer, columns, rowFrom, rowTo);
        KeepAlive(rows, panel);
    }

    public override void AddOuterProduct(NativeBuffer<double> panel, int columns, NativeBuffer<double> gram, int stride, int rowFrom, int rowTo)
    {
        HoldsOuterProduct(panel, columns, gram, stride, rowFrom, rowTo);
        OuterProductKernel<TSimdDouble, TVecDouble>.AddLower(gram.Pointer, stride, panel.Pointer, columns, columns, 0, rowFrom, rowTo, negative: false);
        KeepAlive(panel, gram);
    }

    public override void MultiplySymmetric(NativeBuffer<double> matrix, int stride, ReadOnlySpan<double> x, Span<double> y, Span<double> partial, int rowFrom, int rowTo)
    {
        HoldsSymmetric(matrix, stride, x, y, partial, rowFrom, rowTo);
        fixed (double* from = x, to = y, sums = partial)
            SymmetricKernel<TSimdDouble, TVecDouble>.Multiply(matrix.Pointer, stride, from, to, sums, rowFrom, rowTo);
        KeepAlive(matrix);
    }

    private static void Solve(
        NativeBuffer<double> factor, int stride, int n, NativeBuffer<double> right, int rightStride, int columnFrom, int columnTo, Arena scratch, bool transposed)
    {
        HoldsRightSides(factor, stride, n, right, rightStride);
        HoldsColumns(columnFrom, columnTo, rightStride);
        scratch.Reserve(TriangularKernel<TSimdDouble, TVecDouble>.ScratchOf(n, columnTo - columnFrom));
        TriangularKernel<TSimdDouble, TVecDouble>.Run(factor.Pointer, stride, n, right.Pointer, rightStride, columnFrom, columnTo, transposed, scratch);
        KeepAlive(factor, right, scratch);
    }
}
