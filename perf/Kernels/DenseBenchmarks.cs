using BenchmarkDotNet.Attributes;
using Subquad.Simd;
using Subquad.Simd.Memory;

namespace Subquad.Perf.Kernels;

/// <summary>
/// Dense float64 on one thread: an outer product, solves with many right-hand sides and with one, and a product with a symmetric matrix.
/// </summary>
public class DenseBenchmarks : KernelBenchmark
{
    private const int Columns = 256;

    private NativeBuffer<double> _factor = null!, _rows = null!, _panel = null!, _gram = null!;
    private double[] _x = [], _y = [], _partial = [];
    private Arena _scratch = null!;

    [Params(512, 2048)]
    public int Order { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _factor = new NativeBuffer<double>((long)Order * Order);
        _rows = new NativeBuffer<double>((long)Order * Columns);
        _panel = new NativeBuffer<double>((Order + 16L) * Columns);
        _gram = new NativeBuffer<double>((long)Order * Order);
        _scratch = new Arena();
        (_x, _y, _partial) = (new double[Order], new double[Order], new double[Order]);
        float[] values = Uniform(Order, 1);
        // Solutions neither grow nor shrink: the factor is the unit matrix but for elements that are nearly nothing.
        for (int row = 0; row < Order; row++)
            for (int column = 0; column <= row; column++)
                _factor[(long)row * Order + column] = row == column ? 1 : 1e-12 * values[column];
        for (int row = 0; row < Order; row++)
            for (int column = 0; column < Columns; column++)
                _rows[(long)row * Columns + column] = values[(row + column) % Order];
        for (int row = 0; row < Order; row++)
            _x[row] = values[row];
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _factor.Dispose();
        _rows.Dispose();
        _panel.Dispose();
        _gram.Dispose();
        _scratch.Dispose();
    }

    [Benchmark]
    public void AddOuterProduct()
    {
        Kernels.PackRows(_rows, Columns, 0, Columns, _panel, 0, Order);
        Kernels.AddOuterProduct(_panel, Columns, _gram, Order, 0, Order);
    }

    [Benchmark]
    public void SolveLower() => Kernels.SolveLower(_factor, Order, Order, _rows, Columns, 0, Columns, _scratch);

    [Benchmark]
    public void SolveUpper() => Kernels.SolveUpper(_factor, Order, Order, _rows, Columns, 0, Columns, _scratch);

    [Benchmark]
    public void SolveFactored() => Kernels.SolveFactored(_factor, Order, _x);

    [Benchmark]
    public void MultiplySymmetric() => Kernels.MultiplySymmetric(_factor, Order, _x, _y, _partial, 0, Order);
}
