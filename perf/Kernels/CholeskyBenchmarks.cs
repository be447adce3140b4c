using BenchmarkDotNet.Attributes;
using Subquad.Simd;
using Subquad.Simd.Memory;

namespace Subquad.Perf.Kernels;

/// <summary>Factoring a positive definite matrix of float64 on one thread, block column by block column.</summary>
public class CholeskyBenchmarks : KernelBenchmark
{
    private NativeBuffer<double> _source = null!, _matrix = null!, _panel = null!;

    [Params(512, 1024)]
    public int Order { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _source = new NativeBuffer<double>((long)Order * Order);
        _matrix = new NativeBuffer<double>((long)Order * Order);
        _panel = new NativeBuffer<double>((Order + 16L) * KernelSet.CholeskyBlock);
        float[] values = Uniform(Order * Order, 1);
        for (int row = 0; row < Order; row++)
            for (int column = 0; column <= row; column++)
                _source[(long)row * Order + column] = row == column ? Order : values[row * Order + column];
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _source.Dispose();
        _matrix.Dispose();
        _panel.Dispose();
    }

    /// <summary>Copies the matrix first: that is about a hundredth of the work.</summary>
    [Benchmark]
    public bool Factor()
    {
        _matrix.CopyFrom(_source);
        for (int column = 0; column < Order; column += KernelSet.CholeskyBlock)
        {
            if (!Kernels.FactorDiagonal(_matrix, Order, column, Order))
                return false;
            int below = column + KernelSet.CholeskyBlock;
            if (below == Order)
                break;
            Kernels.SolveBelowDiagonal(_matrix, Order, column, Order, _panel, below, Order);
            Kernels.UpdateTrailing(_matrix, Order, column, Order, _panel, below, Order);
        }
        return true;
    }
}
