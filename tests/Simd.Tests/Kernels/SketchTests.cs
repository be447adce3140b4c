using System.Numerics;
using NUnit.Framework;
using Subquad.Support;

namespace Subquad.Simd.Tests.Kernels;

/// <summary>
/// Sampled elements of a transform, and count sketches: every number of samples and entries from 0 to 256, at guard pages.
/// </summary>
[TestFixtureSource(typeof(KernelSetSource), nameof(KernelSetSource.All))]
public sealed class SketchTests(KernelSet kernels)
{
    private const int Longest = 256;
    private const int Width = 1 << 20;

    private readonly List<IDisposable> _blocks = [];

    [Test]
    public void Sampled_elements_are_chains_over_the_entries_bit_for_bit()
    {
        var random = new Random(1);
        for (int count = 0; count <= Longest; count++)
            AssertSampled(random, entries: (count * 37) % 101, count);
        for (int entries = 0; entries <= Longest; entries++)
            AssertSampled(random, entries, count: 77);
    }

    [Test]
    public void Sampled_elements_are_those_of_the_whole_transform()
    {
        const int Length = 2048;
        var random = new Random(2);
        float[] vector = new float[Length];
        int[] ids = [.. Enumerable.Range(0, Length).Where(_ => random.Next(20) == 0)];
        int[] samples = [.. Enumerable.Range(0, 500).Select(_ => random.Next(Length))];
        // Small whole numbers: no order of the sums rounds.
        float[] values = [.. ids.Select(_ => (float)random.Next(-50, 51))], result = new float[samples.Length];
        foreach ((int id, float value) in ids.Zip(values))
            vector[id] = value;
        kernels.TransformHadamard(vector);
        kernels.SampleHadamard(ids, values, samples, result);
        Numbers.SameBits(result, Array.ConvertAll(samples, sample => vector[sample] + 0f), "samples");
    }

    [Test]
    public void A_count_sketch_adds_signed_values_to_buckets_in_order()
    {
        var random = new Random(3);
        for (int entries = 0; entries <= Longest; entries++)
        {
            int width = 2 * entries + 1, count = entries / 4 + 1;
            int[] buckets = [.. Enumerable.Range(0, width).Select(_ => random.Next(count))];
            float[] signs = [.. Enumerable.Range(0, width).Select(_ => random.Next(2) == 0 ? 1f : -1f)];
            float[] values = Samples.Dense(random, entries);
            int[] ids = [.. Enumerable.Range(0, entries).Select(entry => 2 * entry)];
            using var result = new GuardedMemory<float>(count);
            Span<float> found = result.Last(count);
            found[0] = 0.5f;
            float[] expected = found.ToArray();
            for (int entry = 0; entry < entries; entry++)
                expected[buckets[ids[entry]]] += signs[ids[entry]] * values[entry];
            kernels.CountSketchUnchecked(Guarded(ids), Guarded(values), Guarded(buckets), Guarded(signs), found);
            Numbers.SameBits(found, expected, $"{entries} entries");
        }
    }

    [TearDown]
    public void Free()
    {
        foreach (IDisposable block in _blocks)
            block.Dispose();
        _blocks.Clear();
    }

    private void AssertSampled(Random random, int entries, int count)
    {
        int[] ids = [.. Enumerable.Range(0, entries).Select(_ => random.Next(Width))];
        int[] samples = [.. Enumerable.Range(0, count).Select(_ => random.Next(int.MaxValue))];
        float[] values = Samples.Dense(random, entries), expected = new float[count];
        for (int sample = 0; sample < count; sample++)
            for (int entry = 0; entry < entries; entry++)
                expected[sample] += BitOperations.PopCount((uint)(ids[entry] & samples[sample])) % 2 == 0 ? values[entry] : -values[entry];
        foreach (bool last in new[] { true, false })
        {
            using var memory = new GuardedMemory<float>(count);
            Span<float> result = last ? memory.Last(count) : memory.First(count);
            kernels.SampleHadamard(Guarded(ids, last), Guarded(values, last), Guarded(samples, last), result);
            Numbers.SameBits(result, expected, $"{count} samples of {entries} entries");
        }
        Free();
    }

    /// <summary>A copy that ends at, or begins after, an inaccessible page.</summary>
    private ReadOnlySpan<T> Guarded<T>(T[] source, bool last = true) where T : unmanaged
    {
        var memory = new GuardedMemory<T>(source.Length);
        _blocks.Add(memory);
        Span<T> copy = last ? memory.Last(source.Length) : memory.First(source.Length);
        source.CopyTo(copy);
        return copy;
    }
}
