using Subquad.Simd.Lanes;

namespace Subquad.Simd.Kernels;

/// <summary>
/// Sketches of sparse vectors. Sampled elements of a Walsh-Hadamard transform are chains of additions over the entries, a lane per sample;
/// four vectors of samples share an entry's broadcast, and their chains cover the latency of an addition. A count sketch scatters: two
/// entries may meet in a bucket, so it goes entry by entry. No aliasing.
/// </summary>
internal static unsafe class SketchKernel<TSimd, TVec>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
{
    private const int MostLanes = 16;

    public static void Sample(int* ids, float* values, int entries, int* samples, int count, float* result)
    {
        int sample = 0;
        for (; sample <= count - 4 * TSimd.Count; sample += 4 * TSimd.Count)
            SampleFour(ids, values, entries, samples + sample, result + sample);
        for (; sample <= count - TSimd.Count; sample += TSimd.Count)
            TSimd.Store(result + sample, SampleOne(ids, values, entries, samples + sample));
        if (sample == count)
            return;
        int* last = stackalloc int[MostLanes];
        for (int i = sample; i < count; i++)
            last[i - sample] = samples[i];
        TSimd.StoreFirst(result + sample, SampleOne(ids, values, entries, last), count - sample);
    }

    public static void Count(int* ids, float* values, int entries, int* buckets, float* signs, float* result)
    {
        for (int entry = 0; entry < entries; entry++)
            result[buckets[ids[entry]]] += signs[ids[entry]] * values[entry];
    }

    private static void SampleFour(int* ids, float* values, int entries, int* samples, float* result)
    {
        int v = TSimd.Count;
        TVec sum0 = TSimd.Zero, sum1 = TSimd.Zero, sum2 = TSimd.Zero, sum3 = TSimd.Zero;
        for (int entry = 0; entry < entries; entry++)
        {
            TVec value = TSimd.Broadcast(values[entry]);
            sum0 = TSimd.Add(sum0, TSimd.NegateOdd(value, ids[entry], samples));
            sum1 = TSimd.Add(sum1, TSimd.NegateOdd(value, ids[entry], samples + v));
            sum2 = TSimd.Add(sum2, TSimd.NegateOdd(value, ids[entry], samples + 2 * v));
            sum3 = TSimd.Add(sum3, TSimd.NegateOdd(value, ids[entry], samples + 3 * v));
        }
        TSimd.Store(result, sum0);
        TSimd.Store(result + v, sum1);
        TSimd.Store(result + 2 * v, sum2);
        TSimd.Store(result + 3 * v, sum3);
    }

    private static TVec SampleOne(int* ids, float* values, int entries, int* samples)
    {
        TVec sum = TSimd.Zero;
        for (int entry = 0; entry < entries; entry++)
            sum = TSimd.Add(sum, TSimd.NegateOdd(TSimd.Broadcast(values[entry]), ids[entry], samples));
        return sum;
    }
}
