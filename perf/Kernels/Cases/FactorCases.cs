using Subquad.Simd;
using Subquad.Simd.Memory;

namespace Subquad.Perf.Kernels.Cases;

/// <summary>Dense float64: the parts of a Cholesky factorisation, solves, products.</summary>
sealed class FactorCases : IVerbCases
{
    const int Order = 1_024, Right = 256, Block = KernelSet.CholeskyBlock;

    // The unit matrix but for elements that are nearly nothing: solutions neither grow nor shrink, however often they are solved again.
    readonly NativeBuffer<double> _factor = new((long)Order * Order), _trailing = new((long)Order * Order),
        _rows = new((long)Order * Right), _gram = new((long)Order * Order),
        _panel = new((Order + 16L) * Right), _blockPanel = new((Order + 16L) * Block), _diagonal = new((long)Block * Order),
        _spd = new((long)Block * Order);
    readonly double[] _x = new double[Order], _y = new double[Order], _partial = new double[Order];
    readonly Arena _scratch = new();

    public FactorCases()
    {
        float[] values = Operands.Uniform(Order, 1);
        for (int row = 0; row < Order; row++)
        {
            _x[row] = values[row];
            for (int column = 0; column < Order; column++)
                _factor[(long)row * Order + column] = _trailing[(long)row * Order + column] = row == column ? 1 : 1e-12 * values[column];
            for (int column = 0; column < Right; column++)
                _rows[(long)row * Right + column] = values[(row + column) % Order];
        }
        for (int row = 0; row < Block; row++)
            for (int column = 0; column < Block; column++)
                _spd[(long)row * Order + column] = row == column ? Block : values[row ^ column];
    }

    public IEnumerable<VerbCase> Cases()
    {
        double n = Order, below = n - Block, triangle = 8 * n * n / 2;
        string order = $"n = {Order:#,0}", many = order + $", {Right} columns", one = order + ", one column";
        // The copy that puts the block back is about a tenth of it.
        yield return Computes("FactorDiagonal", $"block of {Block}", Block * (double)Block * Block / 3, 8.0 * Block * Block, set =>
        {
            _diagonal.CopyFrom(_spd);
            set.FactorDiagonal(_diagonal, Order, 0, Block);
        });
        yield return Computes(
            "SolveBelowDiagonal", order, below * Block * Block, 8 * below * Block * 3,
            set => set.SolveBelowDiagonal(_trailing, Order, 0, Order, _blockPanel, Block, Order));
        yield return Computes(
            "UpdateTrailing", order, below * below * Block, 8 * below * below,
            set => set.UpdateTrailing(_trailing, Order, 0, Order, _blockPanel, Block, Order));
        yield return Computes("PackRows", many, 0, 2 * 8 * n * Right, set => set.PackRows(_rows, Right, 0, Right, _panel, 0, Order));
        yield return Computes(
            "AddOuterProduct", many, n * n * Right, 2 * triangle, set => set.AddOuterProduct(_panel, Right, _gram, Order, 0, Order));
        yield return Computes(
            "SolveLower", many, n * n * Right, triangle + 2 * 8 * n * Right,
            set => set.SolveLower(_factor, Order, Order, _rows, Right, 0, Right, _scratch));
        yield return Computes(
            "SolveUpper", many, n * n * Right, triangle + 2 * 8 * n * Right,
            set => set.SolveUpper(_factor, Order, Order, _rows, Right, 0, Right, _scratch));
        yield return Computes(
            "SolveFactored", many, 2 * n * n * Right, 2 * (triangle + 2 * 8 * n * Right),
            set => set.SolveFactored(_factor, Order, Order, _rows, Right));
        yield return Computes("SolveLowerOne", one, n * n, triangle, set => set.SolveLower(_factor, Order, _x));
        yield return Computes("SolveUpperOne", one, n * n, triangle, set => set.SolveUpper(_factor, Order, _x));
        yield return Computes(
            "MultiplySymmetric", order, 2 * n * n, triangle, set => set.MultiplySymmetric(_factor, Order, _x, _y, _partial, 0, Order));
    }

    public void Dispose()
    {
        foreach (IDisposable part in (IDisposable[])[_factor, _trailing, _rows, _gram, _panel, _blockPanel, _diagonal, _spd, _scratch])
            part.Dispose();
    }

    static VerbCase Computes(string name, string shape, double flops, double bytes, Action<KernelSet> work) =>
        new(name, shape, work) { Flops = flops, Bytes = bytes, Footprint = bytes, IsDouble = true };
}
