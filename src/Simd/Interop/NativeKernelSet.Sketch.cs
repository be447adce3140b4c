namespace Subquad.Simd.Interop;

/// <content>Walsh-Hadamard transforms and sketches.</content>
internal sealed unsafe partial class NativeKernelSet
{
    private protected override void TransformHadamardCore(Span<float> vector)
    {
        fixed (float* v = vector)
            _core->TransformHadamard(v, (nuint)vector.Length);
    }

    private protected override void TransformHadamardColumnsCore(Span<float> matrix, int columns, int columnFrom, int columnTo)
    {
        fixed (float* v = matrix)
            _core->TransformHadamardColumns(v, columns, matrix.Length / columns, columnFrom, columnTo);
    }

    private protected override void SampleHadamardCore(
        ReadOnlySpan<int> ids, ReadOnlySpan<float> values, ReadOnlySpan<int> samples, Span<float> result)
    {
        fixed (int* places = ids, wanted = samples)
        fixed (float* from = values, to = result)
            _core->SampleHadamard(places, from, (nuint)ids.Length, wanted, (nuint)samples.Length, to);
    }

    private protected override void CountSketchCore(
        ReadOnlySpan<int> ids, ReadOnlySpan<float> values, ReadOnlySpan<int> buckets, ReadOnlySpan<float> signs, Span<float> result)
    {
        fixed (int* places = ids, targets = buckets)
        fixed (float* from = values, transposed = signs, to = result)
            _core->CountSketch(places, from, (nuint)ids.Length, targets, transposed, to);
    }
}
