using BenchmarkDotNet.Attributes;

namespace Subquad.Perf.Kernels;

/// <summary>Float32 vectors that lie in the first-level cache (1,024) and the second-level cache (16,384).</summary>
public class VectorBenchmarks : KernelBenchmark
{
    private float[] _x = [], _y = [];

    [Params(1024, 16384)]
    public int Length { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _x = Uniform(Length, 1);
        _y = Uniform(Length, 2);
    }

    [Benchmark]
    public float Dot() => Kernels.Dot(_x, _y);

    // A tiny factor: y must stay finite over millions of calls.
    [Benchmark]
    public void Axpy() => Kernels.Axpy(1e-9f, _x, _y);

    [Benchmark]
    public double SquaredNorm() => Kernels.SquaredNorm(_x);

    [Benchmark]
    public void FillNormal() => Kernels.FillNormal(_y, 1, 2, 3, 1);
}
