using BenchmarkDotNet.Attributes;
using Subquad.Simd.Memory;

namespace Subquad.Perf.Kernels;

/// <summary>The verbs of a layer on one thread: a square weight matrix, a batch with random active inputs and outputs.</summary>
public class ActiveBenchmarks : KernelBenchmark
{
    private const int Batch = 128;

    private readonly ActiveBatch _inputs = new(), _outputs = new();
    private readonly TransposedBatch _transposed = new();
    private readonly Arena _scratch = new();
    private PanelMatrix _weights = null!, _sums = null!;
    private NativeBuffer<float> _pulled = null!;

    [Params(4096)]
    public int Width { get; set; }

    [Params(0.01, 0.05)]
    public double Density { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _weights = new PanelMatrix(Width, Width);
        _sums = new PanelMatrix(Width, Batch);
        for (int row = 0; row < Width; row++)
            _weights.SetRows(row, 1, Uniform(Width, row));
        _inputs.FillNonZero(Sparse(1), Batch, Width);
        _outputs.FillNonZero(Sparse(2), Batch, Width);
        _transposed.Build(_inputs);
        _pulled = new NativeBuffer<float>(_inputs.Entries);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        foreach (IDisposable owner in new IDisposable[] { _inputs, _outputs, _transposed, _scratch, _weights, _sums, _pulled })
            owner.Dispose();
    }

    [Benchmark]
    public void Accumulate() => Kernels.Accumulate(_weights, _inputs, _sums, 0, _weights.Panels);

    [Benchmark]
    public void PullBack()
    {
        _pulled.Clear();
        Kernels.PullBack(_weights, _outputs, _outputs.Values, _transposed, _pulled, 0, Width, _scratch);
    }

    // A tiny scale: the weights must stay finite over millions of calls.
    [Benchmark]
    public void Scatter() => Kernels.Scatter(_weights, _outputs, _outputs.Values, _transposed, _transposed.Lists.Values, 1e-9f, 0, _outputs.Blocks, _scratch);

    private float[] Sparse(int seed)
    {
        float[] rows = Uniform(Batch * Width, seed);
        var random = new Random(seed + 100);
        for (int i = 0; i < rows.Length; i++)
            if (random.NextDouble() >= Density)
                rows[i] = 0;
        return rows;
    }
}
