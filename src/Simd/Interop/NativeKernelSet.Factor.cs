using Subquad.Simd.Memory;

namespace Subquad.Simd.Interop;

/// <content>Dense float64: factorisation, outer products, solves, symmetric products.</content>
internal sealed unsafe partial class NativeKernelSet
{
    private protected override bool FactorDiagonalCore(NativeBuffer<double> matrix, int stride, int column, int n)
    {
        int factored = _core->FactorDiagonal(matrix.Pointer, stride, column, n);
        KeepAlive(matrix);
        return factored != 0;
    }

    private protected override void SolveBelowDiagonalCore(
        NativeBuffer<double> matrix, int stride, int column, int n, NativeBuffer<double> panel, int rowFrom, int rowTo)
    {
        _core->SolveBelowDiagonal(matrix.Pointer, stride, column, n, panel.Pointer, rowFrom, rowTo);
        KeepAlive(matrix, panel);
    }

    private protected override void UpdateTrailingCore(
        NativeBuffer<double> matrix, int stride, int column, int n, NativeBuffer<double> panel, int rowFrom, int rowTo)
    {
        _core->UpdateTrailing(matrix.Pointer, stride, column, n, panel.Pointer, rowFrom, rowTo);
        KeepAlive(matrix, panel);
    }

    private protected override void SolveFactoredCore(
        NativeBuffer<double> matrix, int stride, int n, NativeBuffer<double> right, int rightStride)
    {
        _core->SolveFactored(matrix.Pointer, stride, n, right.Pointer, rightStride);
        KeepAlive(matrix, right);
    }

    private protected override void PackRowsCore(
        NativeBuffer<double> rows, int rowStride, int columnFrom, int columnTo, NativeBuffer<double> panel, int rowFrom, int rowTo)
    {
        _core->PackRows(rows.Pointer, rowStride, columnFrom, columnTo, panel.Pointer, rowFrom, rowTo);
        KeepAlive(rows, panel);
    }

    private protected override void AddOuterProductCore(
        NativeBuffer<double> panel, int columns, NativeBuffer<double> gram, int stride, int rowFrom, int rowTo)
    {
        _core->AddOuterProduct(panel.Pointer, columns, gram.Pointer, stride, rowFrom, rowTo);
        KeepAlive(panel, gram);
    }

    private protected override void SolveLowerCore(
        NativeBuffer<double> factor, int stride, int n, NativeBuffer<double> right, int rightStride, int columnFrom, int columnTo,
        Arena scratch)
    {
        _core->SolveLower(
            factor.Pointer, stride, n, right.Pointer, rightStride, columnFrom, columnTo,
            Take<double>(scratch, _core->SolveScratch(n, columnTo - columnFrom)));
        KeepAlive(factor, right, scratch);
    }

    private protected override void SolveLowerCore(NativeBuffer<double> factor, int stride, Span<double> vector)
    {
        fixed (double* x = vector)
            _core->SolveLowerOne(factor.Pointer, stride, vector.Length, x);
        KeepAlive(factor);
    }

    private protected override void SolveUpperCore(
        NativeBuffer<double> factor, int stride, int n, NativeBuffer<double> right, int rightStride, int columnFrom, int columnTo,
        Arena scratch)
    {
        _core->SolveUpper(
            factor.Pointer, stride, n, right.Pointer, rightStride, columnFrom, columnTo,
            Take<double>(scratch, _core->SolveScratch(n, columnTo - columnFrom)));
        KeepAlive(factor, right, scratch);
    }

    private protected override void SolveUpperCore(NativeBuffer<double> factor, int stride, Span<double> vector)
    {
        fixed (double* x = vector)
            _core->SolveUpperOne(factor.Pointer, stride, vector.Length, x);
        KeepAlive(factor);
    }

    private protected override void MultiplySymmetricCore(
        NativeBuffer<double> matrix, int stride, ReadOnlySpan<double> x, Span<double> y, Span<double> partial, int rowFrom,
        int rowTo)
    {
        fixed (double* from = x, to = y, sums = partial)
            _core->MultiplySymmetric(matrix.Pointer, stride, from, to, sums, rowFrom, rowTo);
        KeepAlive(matrix);
    }
}
