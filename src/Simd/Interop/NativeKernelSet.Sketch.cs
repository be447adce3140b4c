namespace Subquad.Simd.Interop;

/// <content>Walsh-Hadamard transforms and sketches.</content>
internal sealed unsafe partial class NativeKernelSet
{
    internal override void TransformHadamardCore(Span<float> vector)
    {
        if (!Serves(CoreVerbs.TransformHadamard))
        {
            base.TransformHadamardCore(vector);
            return;
        }
        fixed (float* v = vector)
            _core->TransformHadamard(v, (nuint)vector.Length);
    }

    internal override void TransformHadamardColumnsCore(Span<float> matrix, int columns, int columnFrom, int columnTo)
    {
        if (!Serves(CoreVerbs.TransformHadamardColumns))
        {
            base.TransformHadamardColumnsCore(matrix, columns, columnFrom, columnTo);
            return;
        }
        fixed (float* v = matrix)
            _core->TransformHadamardColumns(v, columns, matrix.Length / columns, columnFrom, columnTo);
    }

    internal override void SampleHadamardCore(ReadOnlySpan<int> ids, ReadOnlySpan<float> values, ReadOnlySpan<int> samples, Span<float> result)
    {
        if (!Serves(CoreVerbs.SampleHadamard))
        {
            base.SampleHadamardCore(ids, values, samples, result);
            return;
        }
        fixed (int* places = ids, wanted = samples)
        fixed (float* from = values, to = result)
            _core->SampleHadamard(places, from, (nuint)ids.Length, wanted, (nuint)samples.Length, to);
    }

    internal override void CountSketchCore(ReadOnlySpan<int> ids, ReadOnlySpan<float> values, ReadOnlySpan<int> buckets, ReadOnlySpan<float> signs, Span<float> result)
    {
        if (!Serves(CoreVerbs.CountSketch))
        {
            base.CountSketchCore(ids, values, buckets, signs, result);
            return;
        }
        fixed (int* places = ids, targets = buckets)
        fixed (float* from = values, transposed = signs, to = result)
            _core->CountSketch(places, from, (nuint)ids.Length, targets, transposed, to);
    }
}
