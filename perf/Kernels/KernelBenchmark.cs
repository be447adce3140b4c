using BenchmarkDotNet.Attributes;
using Subquad.Simd;
using Subquad.Simd.Dispatch;

namespace Subquad.Perf.Kernels;

/// <summary>A benchmark that runs once with every kernel set of this machine.</summary>
public abstract class KernelBenchmark
{
    public static IEnumerable<KernelSet> Sets => KernelSets.Available;

    [ParamsSource(nameof(Sets))]
    public KernelSet Kernels { get; set; } = KernelSets.Best;

    protected static float[] Uniform(int length, int seed)
    {
        var random = new Random(seed);
        float[] values = new float[length];
        for (int i = 0; i < length; i++)
            values[i] = random.NextSingle() - 0.5f;
        return values;
    }
}
