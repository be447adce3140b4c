using BenchmarkDotNet.Attributes;
using Subquad.Simd.Memory;
using Subquad.Simd.Search;
using Subquad.Simd.Threading;

namespace Subquad.Perf.Kernels;

/// <summary>
/// Which neurons fire, by correlation trees and by the flat scan of the sums, on one thread, each with ids and values for a batch. And the
/// upkeep: new sums for all, or for some.
/// </summary>
public class CorrelationBenchmarks : KernelBenchmark
{
    private const int Width = 16_384;
    private const int Batch = 64;

    private readonly WorkerTeam _team = new(1);
    private readonly ActiveBatch _lists = new(), _changed = new();
    private PanelMatrix _sums = null!;
    private NativeBuffer<float> _thresholds = null!;
    private CorrelationForest _forest = null!;
    private TeamKernels _scan = null!;

    /// <summary>Share of neurons above their thresholds, and of leaves that change.</summary>
    [Params(0.0005, 0.024)]
    public double Active { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _sums = new PanelMatrix(Width, Batch);
        for (int row = 0; row < Width; row++)
            _sums.SetRows(row, 1, Uniform(Batch, row));
        _thresholds = new NativeBuffer<float>(Width);
        _thresholds.Span.Fill((float)(0.5 - Active));
        _scan = new TeamKernels(Kernels, _team);
        _forest = new CorrelationForest(Kernels, _team);
        _forest.Build(_sums, _thresholds);
        _scan.Threshold(_sums, _thresholds, 1f, _changed);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        foreach (IDisposable owner in new IDisposable[] { _forest, _sums, _thresholds, _lists, _changed, _team })
            owner.Dispose();
    }

    [Benchmark(Baseline = true)]
    public void Scan() => _scan.Threshold(_sums, _thresholds, 1f, _lists);

    [Benchmark]
    public void Report() => _forest.Report(1f, _lists);

    [Benchmark]
    public void Build() => _forest.Build(_sums, _thresholds);

    [Benchmark]
    public void Update() => _forest.Update(_sums, _thresholds, _changed);
}
