using Subquad.Simd.Kernels;

namespace Subquad.Simd.Dispatch;

/// <content>Walsh-Hadamard transforms and sketches.</content>
internal sealed unsafe partial class ManagedKernelSet<TSimd, TVec, TSimdDouble, TVecDouble>
{
    private protected override void TransformHadamardCore(Span<float> vector)
    {
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

    private protected override void TransformHadamardColumnsCore(Span<float> matrix, int columns, int columnFrom, int columnTo)
    {
        Contract.Holds(HadamardKernel<TSimd, TVec>.Strip == HadamardStrip, "strips of the contract's width");
        fixed (float* v = matrix)
            HadamardKernel<TSimd, TVec>.TransformColumns(v, columns, matrix.Length / columns, columnFrom, columnTo);
    }

    private protected override void SampleHadamardCore(
        ReadOnlySpan<int> ids, ReadOnlySpan<float> values, ReadOnlySpan<int> samples, Span<float> result)
    {
        fixed (int* places = ids, wanted = samples)
        fixed (float* from = values, to = result)
            SketchKernel<TSimd, TVec>.Sample(places, from, ids.Length, wanted, samples.Length, to);
    }

    private protected override void CountSketchCore(
        ReadOnlySpan<int> ids, ReadOnlySpan<float> values, ReadOnlySpan<int> buckets, ReadOnlySpan<float> signs, Span<float> result)
    {
        fixed (int* places = ids, targets = buckets)
        fixed (float* from = values, transposed = signs, to = result)
            SketchKernel<TSimd, TVec>.Count(places, from, ids.Length, targets, transposed, to);
    }
}
