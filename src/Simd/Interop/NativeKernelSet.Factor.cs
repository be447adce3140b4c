using Subquad.Simd.Memory;

namespace Subquad.Simd.Interop;

/// <content>Dense float64: factorisation, outer products, solves, symmetric products, vectors.</content>
internal sealed unsafe partial class NativeKernelSet
{
    public override bool FactorDiagonal(NativeBuffer<double> matrix, int stride, int column, int n)
    {
        if (!Serves(CoreVerbs.FactorDiagonal))
            return base.FactorDiagonal(matrix, stride, column, n);
        HoldsDiagonal(matrix, stride, column, n);
        int factored = _core->FactorDiagonal(matrix.Pointer, stride, column, n);
        KeepAlive(matrix);
        return factored != 0;
    }

    public override void SolveBelowDiagonal(NativeBuffer<double> matrix, int stride, int column, int n, NativeBuffer<double> panel, int rowFrom, int rowTo)
    {
        if (!Serves(CoreVerbs.SolveBelowDiagonal))
        {
            base.SolveBelowDiagonal(matrix, stride, column, n, panel, rowFrom, rowTo);
            return;
        }
        HoldsStep(matrix, stride, column, n, panel, rowFrom, rowTo);
        _core->SolveBelowDiagonal(matrix.Pointer, stride, column, n, panel.Pointer, rowFrom, rowTo);
        KeepAlive(matrix, panel);
    }

    public override void UpdateTrailing(NativeBuffer<double> matrix, int stride, int column, int n, NativeBuffer<double> panel, int rowFrom, int rowTo)
    {
        if (!Serves(CoreVerbs.UpdateTrailing))
        {
            base.UpdateTrailing(matrix, stride, column, n, panel, rowFrom, rowTo);
            return;
        }
        HoldsGroups(stride);
        HoldsStep(matrix, stride, column, n, panel, rowFrom, rowTo);
        _core->UpdateTrailing(matrix.Pointer, stride, column, n, panel.Pointer, rowFrom, rowTo);
        KeepAlive(matrix, panel);
    }

    public override void SolveFactored(NativeBuffer<double> matrix, int stride, int n, NativeBuffer<double> right, int rightStride)
    {
        if (!Serves(CoreVerbs.SolveFactored))
        {
            base.SolveFactored(matrix, stride, n, right, rightStride);
            return;
        }
        HoldsRightSides(matrix, stride, n, right, rightStride);
        _core->SolveFactored(matrix.Pointer, stride, n, right.Pointer, rightStride);
        KeepAlive(matrix, right);
    }

    public override void PackRows(NativeBuffer<double> rows, int rowStride, int columnFrom, int columnTo, NativeBuffer<double> panel, int rowFrom, int rowTo)
    {
        if (!Serves(CoreVerbs.PackRows))
        {
            base.PackRows(rows, rowStride, columnFrom, columnTo, panel, rowFrom, rowTo);
            return;
        }
        HoldsPacking(rows, rowStride, columnFrom, columnTo, panel, rowFrom, rowTo);
        _core->PackRows(rows.Pointer, rowStride, columnFrom, columnTo, panel.Pointer, rowFrom, rowTo);
        KeepAlive(rows, panel);
    }

    public override void AddOuterProduct(NativeBuffer<double> panel, int columns, NativeBuffer<double> gram, int stride, int rowFrom, int rowTo)
    {
        if (!Serves(CoreVerbs.AddOuterProduct))
        {
            base.AddOuterProduct(panel, columns, gram, stride, rowFrom, rowTo);
            return;
        }
        HoldsOuterProduct(panel, columns, gram, stride, rowFrom, rowTo);
        _core->AddOuterProduct(panel.Pointer, columns, gram.Pointer, stride, rowFrom, rowTo);
        KeepAlive(panel, gram);
    }

    public override void SolveLower(NativeBuffer<double> factor, int stride, int n, NativeBuffer<double> right, int rightStride, int columnFrom, int columnTo, Arena scratch)
    {
        if (!Serves(CoreVerbs.SolveLower))
        {
            base.SolveLower(factor, stride, n, right, rightStride, columnFrom, columnTo, scratch);
            return;
        }
        HoldsRightSides(factor, stride, n, right, rightStride);
        HoldsColumns(columnFrom, columnTo, rightStride);
        _core->SolveLower(factor.Pointer, stride, n, right.Pointer, rightStride, columnFrom, columnTo, Take<double>(scratch, _core->SolveScratch(n, columnTo - columnFrom)));
        KeepAlive(factor, right, scratch);
    }

    public override void SolveUpper(NativeBuffer<double> factor, int stride, int n, NativeBuffer<double> right, int rightStride, int columnFrom, int columnTo, Arena scratch)
    {
        if (!Serves(CoreVerbs.SolveUpper))
        {
            base.SolveUpper(factor, stride, n, right, rightStride, columnFrom, columnTo, scratch);
            return;
        }
        HoldsRightSides(factor, stride, n, right, rightStride);
        HoldsColumns(columnFrom, columnTo, rightStride);
        _core->SolveUpper(factor.Pointer, stride, n, right.Pointer, rightStride, columnFrom, columnTo, Take<double>(scratch, _core->SolveScratch(n, columnTo - columnFrom)));
        KeepAlive(factor, right, scratch);
    }

    public override void SolveLower(NativeBuffer<double> factor, int stride, Span<double> vector)
    {
        if (!Serves(CoreVerbs.SolveLowerOne))
        {
            base.SolveLower(factor, stride, vector);
            return;
        }
        HoldsSquare(factor, stride, vector.Length);
        fixed (double* x = vector)
            _core->SolveLowerOne(factor.Pointer, stride, vector.Length, x);
        KeepAlive(factor);
    }

    public override void SolveUpper(NativeBuffer<double> factor, int stride, Span<double> vector)
    {
        if (!Serves(CoreVerbs.SolveUpperOne))
        {
            base.SolveUpper(factor, stride, vector);
            return;
        }
        HoldsSquare(factor, stride, vector.Length);
        fixed (double* x = vector)
            _core->SolveUpperOne(factor.Pointer, stride, vector.Length, x);
        KeepAlive(factor);
    }

    public override void MultiplySymmetric(NativeBuffer<double> matrix, int stride, ReadOnlySpan<double> x, Span<double> y, Span<double> partial, int rowFrom, int rowTo)
    {
        if (!Serves(CoreVerbs.MultiplySymmetric))
        {
            base.MultiplySymmetric(matrix, stride, x, y, partial, rowFrom, rowTo);
            return;
        }
        HoldsSymmetric(matrix, stride, x, y, partial, rowFrom, rowTo);
        fixed (double* from = x, to = y, sums = partial)
            _core->MultiplySymmetric(matrix.Pointer, stride, from, to, sums, rowFrom, rowTo);
        KeepAlive(matrix);
    }

    public override double Dot(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        if (!Serves(CoreVerbs.DotDouble))
            return base.Dot(x, y);
        Contract.Holds(x.Length == y.Length, "equal lengths");
        fixed (double* a = x, b = y)
            return _core->DotDouble(a, b, (nuint)x.Length);
    }

    public override void Axpy(double a, ReadOnlySpan<double> x, Span<double> y)
    {
        if (!Serves(CoreVerbs.AxpyDouble))
        {
            base.Axpy(a, x, y);
            return;
        }
        Contract.Holds(x.Length == y.Length, "equal lengths");
        fixed (double* from = x, to = y)
            _core->AxpyDouble(a, from, to, (nuint)x.Length);
    }

    public override void AddProduct(double a, ReadOnlySpan<double> x, ReadOnlySpan<double> y, Span<double> z)
    {
        if (!Serves(CoreVerbs.AddProduct))
        {
            base.AddProduct(a, x, y, z);
            return;
        }
        Contract.Holds(x.Length == y.Length && x.Length == z.Length, "equal lengths");
        fixed (double* left = x, right = y, to = z)
            _core->AddProduct(a, left, right, to, (nuint)x.Length);
    }
}
