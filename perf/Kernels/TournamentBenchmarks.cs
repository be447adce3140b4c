using BenchmarkDotNet.Attributes;
using Subquad.Simd.Memory;

namespace Subquad.Perf.Kernels;

/// <summary>One tree of 16,384 leaves: changing some of them path by path or level by level, building it anew, and its queries.</summary>
public class TournamentBenchmarks : KernelBenchmark
{
    private const int Width = 16_384;

    private readonly TournamentTrees _trees = new();
    private readonly int[] _ids = new int[Width];
    private float[] _keys = [], _other = [];
    private int[] _leaves = [];
    private bool _odd;

    /// <summary>Leaves that change, at random places.</summary>
    [Params(4, 16, 64, 256, 1024)]
    public int Changed { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _keys = Uniform(Width, 1);
        _other = Uniform(Width, 2);
        _trees.Reshape(1, Width);
        Kernels.BuildTournament(_keys, _trees, 0);
        int[] places = [.. Enumerable.Range(0, Width)];
        new Random(3).Shuffle(places);
        _leaves = [.. places.Take(Changed).Order()];
    }

    [GlobalCleanup]
    public void Cleanup() => _trees.Dispose();

    [Benchmark]
    public void ByPath() => Kernels.UpdateTournament(_leaves, Next(), _trees, 0, byLevel: false);

    [Benchmark]
    public void ByLevel() => Kernels.UpdateTournament(_leaves, Next(), _trees, 0, byLevel: true);

    [Benchmark]
    public void Build() => Kernels.BuildTournament(_keys, _trees, 0);

    /// <summary>As many ids as leaves change.</summary>
    [Benchmark]
    public int ReportAbove() => Kernels.ReportAbove(_trees, 0, 0.5f - (float)Changed / Width, _ids);

    /// <summary>As many ids as leaves change.</summary>
    [Benchmark]
    public int ReportTop() => Kernels.ReportTop(_trees, 0, _ids.AsSpan(0, Changed));

    // Other keys on every call: what stays as it was would end a path early.
    private ReadOnlySpan<float> Next()
    {
        _odd = !_odd;
        return (_odd ? _keys : _other).AsSpan(0, Changed);
    }
}
