using NUnit.Framework;
using Subquad.Simd.Dispatch;
using Subquad.Simd.Interop;
using Subquad.Support;

namespace Subquad.Simd.Tests.Interop;

/// <summary>As <see cref="GuardedCoreTests"/>, for transforms and sketches.</summary>
[TestFixtureSource(typeof(CoreSource), nameof(CoreSource.All))]
internal sealed unsafe class GuardedCoreSketchTests(int index)
{
    private static KernelSet Managed => KernelSets.ByName("scalar");

    private CoreApi* Core => CoreLibrary.Probe.Apis[index];

    [Test]
    public void Transforms_stay_inside([Values] bool last)
    {
        const int Longest = 1 << 20, Columns = KernelSet.HadamardStrip * 2;
        using var memory = new GuardedMemory<float>(Longest);
        var random = new Random(1);
        for (int length = 1; length <= Longest; length *= 2)
        {
            Span<float> vector = last ? memory.Last(length) : memory.First(length);
            float[] expected = Samples.Dense(random, length);
            expected.CopyTo(vector);
            Managed.TransformHadamard(expected);
            fixed (float* v = vector)
                Core->TransformHadamard(v, (nuint)length);
            Numbers.SameBits(vector, expected, "transformed");
        }
        for (int rows = 1; rows <= KernelSet.MostHadamardRows; rows *= 2)
        {
            Span<float> matrix = last ? memory.Last(rows * Columns) : memory.First(rows * Columns);
            float[] expected = Samples.Dense(random, rows * Columns);
            expected.CopyTo(matrix);
            Managed.TransformHadamardColumns(expected, Columns, 0, Columns);
            fixed (float* v = matrix)
                Core->TransformHadamardColumns(v, Columns, rows, 0, Columns);
            Numbers.SameBits(matrix, expected, "columns");
        }
    }

    [Test]
    public void Sketches_stay_inside([Values] bool last)
    {
        const int Longest = 256, Buckets = 9;
        using var memory = new GuardedMemory<float>(Longest);
        using var results = new GuardedMemory<float>(Longest);
        using var places = new GuardedMemory<int>(Longest);
        using var wanted = new GuardedMemory<int>(Longest);
        var random = new Random(2);
        for (int length = 0; length <= Longest; length++)
        {
            Span<float> values = last ? memory.Last(length) : memory.First(length), result = last ? results.Last(length) : results.First(length);
            Span<int> ids = last ? places.Last(length) : places.First(length), samples = last ? wanted.Last(length) : wanted.First(length);
            Samples.Dense(random, length).CopyTo(values);
            for (int i = 0; i < length; i++)
                (ids[i], samples[i]) = (random.Next(), random.Next());
            float[] expected = new float[length], sketch = new float[Buckets], found = new float[Buckets], signs = new float[length];
            Managed.SampleHadamard(ids, values, samples, expected);
            fixed (int* entries = ids, at = samples)
            fixed (float* from = values, to = result)
                Core->SampleHadamard(entries, from, (nuint)length, at, (nuint)length, to);
            Numbers.SameBits(result, expected, "samples");
            for (int i = 0; i < length; i++)
                (ids[i], samples[i], signs[i]) = (random.Next(length), random.Next(Buckets), random.Next(2) * 2 - 1);
            Managed.CountSketchCore(ids, values, samples, signs, sketch);
            fixed (int* entries = ids, buckets = samples)
            fixed (float* from = values, turned = signs, to = found)
                Core->CountSketch(entries, from, (nuint)length, buckets, turned, to);
            Numbers.SameBits(found, sketch, "count sketch");
        }
    }
}
