using Subquad.Simd.Memory;

namespace Subquad.Simd.Interop;

/// <content>Dense float64: factorisation, outer products, solves, symmetric products, vectors.</content>
internal sealed unsafe partial class NativeKernelSet
{
    internal override bool FactorDiagonalCore(NativeBuffer<double> matrix, int stride, int column, int n)
    {
        if (!Serves(CoreVerbs.FactorDiagonal))
            return base.FactorDiagonalCore(matrix, stride, column, n);
        int factored = _core->FactorDiagonal(matrix.Pointer, stride, column, n);
        KeepAlive(matrix);
        return factored != 0;
    }

    internal override void SolveBelowDiagonalCore(NativeBuffer<double> matrix, int stride, int column, int n, NativeBuffer<double> panel, int rowFrom, int rowTo)
    {
        if (!Serves(CoreVerbs.SolveBelowDiagonal))
        {
            base.SolveBelowDiagonalCore(matrix, stride, column, n, panel, rowFrom, rowTo);
            return;
        }
        _core->SolveBelowDiagonal(matrix.Pointer, stride, column, n, panel.Pointer, rowFrom, rowTo);
        KeepAlive(matrix, panel);
    }

    internal override void UpdateTrailingCore(NativeBuffer<double> matrix, int stride, int column, int n, NativeBuffer<double> panel, int rowFrom, int rowTo)
    {
        if (!Serves(CoreVerbs.UpdateTrailing))
        {
            base.UpdateTrailingCore(matrix, stride, column, n, panel, rowFrom, rowTo);
            return;
        }
        _core->UpdateTrailing(matrix.Pointer, stride, column, n, panel.Pointer, rowFrom, rowTo);
        KeepAlive(matrix, panel);
    }

    internal override void SolveFactoredCore(NativeBuffer<double> matrix, int stride, int n, NativeBuffer<double> right, int rightStride)
    {
        if (!Serves(CoreVerbs.SolveFactored))
        {
            base.SolveFactoredCore(matrix, stride, n, right, rightStride);
            return;
        }
        _core->SolveFactored(matrix.Pointer, stride, n, right.Pointer, rightStride);
        KeepAlive(matrix, right);
    }

    internal override void PackRowsCore(NativeBuffer<double> rows, int rowStride, int columnFrom, int columnTo, NativeBuffer<double> panel, int rowFrom, int rowTo)
    {
        if (!Serves(CoreVerbs.PackRows))
        {
            base.PackRowsCore(rows, rowStride, columnFrom, columnTo, panel, rowFrom, rowTo);
            return;
        }
        _core->PackRows(rows.Pointer, rowStride, columnFrom, columnTo, panel.Pointer, rowFrom, rowTo);
        KeepAlive(rows, panel);
    }

    internal override void AddOuterProductCore(NativeBuffer<double> panel, int columns, NativeBuffer<double> gram, int stride, int rowFrom, int rowTo)
    {
        if (!Serves(CoreVerbs.AddOuterProduct))
        {
            base.AddOuterProductCore(panel, columns, gram, stride, rowFrom, rowTo);
            return;
        }
        _core->AddOuterProduct(panel.Pointer, columns, gram.Pointer, stride, rowFrom, rowTo);
        KeepAlive(panel, gram);
    }

    internal override void SolveLowerCore(NativeBuffer<double> factor, int stride, int n, NativeBuffer<double> right, int rightStride, int columnFrom, int columnTo, Arena scratch)
    {
        if (!Serves(CoreVerbs.SolveLower))
        {
            base.SolveLowerCore(factor, stride, n, right, rightStride, columnFrom, columnTo, scratch);
            return;
        }
        _core->SolveLower(factor.Pointer, stride, n, right.Pointer, rightStride, columnFrom, columnTo, Take<double>(scratch, _core->SolveScratch(n, columnTo - columnFrom)));
        KeepAlive(factor, right, scratch);
    }

    internal override void SolveUpperCore(NativeBuffer<double> factor, int stride, int n, NativeBuffer<double> right, int rightStride, int columnFrom, int columnTo, Arena scratch)
    {
        if (!Serves(CoreVerbs.SolveUpper))
        {
            base.SolveUpperCore(factor, stride, n, right, rightStride, columnFrom, columnTo, scratch);
            return;
        }
        _core->SolveUpper(factor.Pointer, stride, n, right.Pointer, rightStride, columnFrom, columnTo, Take<double>(scratch, _core->SolveScratch(n, columnTo - columnFrom)));
        KeepAlive(factor, right, scratch);
    }

    internal override void SolveLowerCore(NativeBuffer<double> factor, int stride, Span<double> vector)
    {
        if (!Serves(CoreVerbs.SolveLowerOne))
        {
            base.SolveLowerCore(factor, stride, vector);
            return;
        }
        fixed (double* x = vector)
            _core->SolveLowerOne(factor.Pointer, stride, vector.Length, x);
        KeepAlive(factor);
    }

    internal override void SolveUpperCore(NativeBuffer<double> factor, int stride, Span<double> vector)
    {
        if (!Serves(CoreVerbs.SolveUpperOne))
        {
            base.SolveUpperCore(factor, stride, vector);
            return;
        }
        fixed (double* x = vector)
            _core->SolveUpperOne(factor.Pointer, stride, vector.Length, x);
        KeepAlive(factor);
    }

    internal override void MultiplySymmetricCore(NativeBuffer<double> matrix, int stride, ReadOnlySpan<double> x, Span<double> y, Span<double> partial, int rowFrom, int rowTo)
    {
        if (!Serves(CoreVerbs.MultiplySymmetric))
        {
            base.MultiplySymmetricCore(matrix, stride, x, y, partial, rowFrom, rowTo);
            return;
        }
        fixed (double* from = x, to = y, sums = partial)
            _core->MultiplySymmetric(matrix.Pointer, stride, from, to, sums, rowFrom, rowTo);
        KeepAlive(matrix);
    }

    internal override double DotCore(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        if (!Serves(CoreVerbs.DotDouble))
            return base.DotCore(x, y);
        fixed (double* a = x, b = y)
            return _core->DotDouble(a, b, (nuint)x.Length);
    }

    internal override void AxpyCore(double a, ReadOnlySpan<double> x, Span<double> y)
    {
        if (!Serves(CoreVerbs.AxpyDouble))
        {
            base.AxpyCore(a, x, y);
            return;
        }
        fixed (double* from = x, to = y)
            _core->AxpyDouble(a, from, to, (nuint)x.Length);
    }

    internal override void AddProductCore(double a, ReadOnlySpan<double> x, ReadOnlySpan<double> y, Span<double> z)
    {
        if (!Serves(CoreVerbs.AddProduct))
        {
            base.AddProductCore(a, x, y, z);
            return;
        }
        fixed (double* left = x, right = y, to = z)
            _core->AddProduct(a, left, right, to, (nuint)x.Length);
    }
}
