using System.Numerics;
using Subquad.Simd.Kernels;

namespace Subquad.Simd.Dispatch;

/// <content>Walsh-Hadamard transforms and sketches.</content>
internal sealed unsafe partial class ManagedKernelSet<TSimd, TVec, TSimdDouble, TVecDouble>
{
    public override void TransformHadamard(Span<float> vector)
    {
        Contract.Holds(BitOperations.IsPow2(vector.Length) && vector.Length <= 1 << 30, "a length that is a power of two up to 2^30");
        int block = Math.Min(vector.Length, HadamardBlock);
        fixed (float* v = vector)
        {
            for (int at = 0; at < vector.Length; at += block)
                HadamardKernel<TSimd, TVec>.Transform(v + at, block);
            for (int columns = block, rows; columns < vector.Length; columns *= rows)
            {
                rows = HadamardRows(vector.Length, columns);
                for (int at = 0; at < vector.Length; at += columns * rows)
                    HadamardKernel<TSimd, TVec>.TransformColumns(v + at, columns, rows, 0, columns);
            }
        }
    }

    public override void TransformHadamardColumns(Span<float> matrix, int columns, int columnFrom, int columnTo)
    {
        Contract.Holds(HadamardKernel<TSimd, TVec>.Strip == HadamardStrip, "strips of the contract's width");
        Contract.Holds(columns % HadamardStrip == 0 && columnFrom % HadamardStrip == 0 && columnTo % HadamardStrip == 0, "columns in whole strips");
        HoldsRange(columnFrom, columnTo, columns);
        Contract.Holds(matrix.Length % columns == 0 && BitOperations.IsPow2(matrix.Length / columns) && matrix.Length / columns <= MostHadamardRows, "a power of two of rows");
        fixed (float* v = matrix)
            HadamardKernel<TSimd, TVec>.TransformColumns(v, columns, matrix.Length / columns, columnFrom, columnTo);
    }

    public override void SampleHadamard(ReadOnlySpan<int> ids, ReadOnlySpan<float> values, ReadOnlySpan<int> samples, Span<float> result)
    {
        Contract.Holds(ids.Length == values.Length && samples.Length == result.Length, "a value for every entry and a result for every sample");
        fixed (int* places = ids, wanted = samples)
        fixed (float* from = values, to = result)
            SketchKernel<TSimd, TVec>.Sample(places, from, ids.Length, wanted, samples.Length, to);
    }

    public override void CountSketch(ReadOnlySpan<int> ids, ReadOnlySpan<float> values, ReadOnlySpan<int> buckets, ReadOnlySpan<float> signs, Span<float> result)
    {
        Contract.Holds(ids.Length == values.Length && buckets.Length == signs.Length, "a value for every entry, and a bucket and a sign for every place");
        Contract.Holds(AreBelow(ids, buckets.Length) && AreBelow(buckets, result.Length), "places that have a bucket, and buckets that exist");
        fixed (int* places = ids, targets = buckets)
        fixed (float* from = values, turned = signs, to = result)
            SketchKernel<TSimd, TVec>.Count(places, from, ids.Length, targets, turned, to);
    }

    private static bool AreBelow(ReadOnlySpan<int> numbers, int limit)
    {
        foreach (int number in numbers)
            if (number < 0 || number >= limit)
                return false;
        return true;
    }
}
