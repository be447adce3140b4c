using BenchmarkDotNet.Attributes;

namespace Subquad.Perf.Kernels;

/// <summary>Walsh-Hadamard transforms of one row in a cache and of one long vector, and sampled elements of a sparse one.</summary>
public class HadamardBenchmarks : KernelBenchmark
{
    private const int Entries = 400;
    private const int Samples = 2048;

    private readonly int[] _ids = new int[Entries], _samples = new int[Samples];
    private float[] _vector = [], _values = [], _result = [];

    [Params(4096, 32768, 1 << 24)]
    public int Length { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(1);
        // Zeros stay zeros: any other values would overflow over millions of calls.
        _vector = new float[Length];
        _values = Uniform(Entries, 2);
        _result = new float[Samples];
        for (int entry = 0; entry < Entries; entry++)
            _ids[entry] = random.Next(Length);
        for (int sample = 0; sample < Samples; sample++)
            _samples[sample] = random.Next(Length);
    }

    [Benchmark]
    public void Transform() => Kernels.TransformHadamard(_vector);

    [Benchmark]
    public void Sample() => Kernels.SampleHadamard(_ids, _values, _samples, _result);
}
