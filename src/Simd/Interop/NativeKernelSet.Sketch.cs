namespace Subquad.Simd.Interop;

/// <content>Walsh-Hadamard transforms and sketches.</content>
internal sealed unsafe partial class NativeKernelSet
{
    public override void TransformHadamard(Span<float> vector)
    {
        if (!Serves(CoreVerbs.TransformHadamard))
        {
            base.TransformHadamard(vector);
            return;
        }
        HoldsTransform(vector);
        fixed (float* v = vector)
            _core->TransformHadamard(v, (nuint)vector.Length);
    }

    public override void TransformHadamardColumns(Span<float> matrix, int columns, int columnFrom, int columnTo)
    {
        if (!Serves(CoreVerbs.TransformHadamardColumns))
        {
            base.TransformHadamardColumns(matrix, columns, columnFrom, columnTo);
            return;
        }
        HoldsTransform(matrix, columns, columnFrom, columnTo);
        fixed (float* v = matrix)
            _core->TransformHadamardColumns(v, columns, matrix.Length / columns, columnFrom, columnTo);
    }

    public override void SampleHadamard(ReadOnlySpan<int> ids, ReadOnlySpan<float> values, ReadOnlySpan<int> samples, Span<float> result)
    {
        if (!Serves(CoreVerbs.SampleHadamard))
        {
            base.SampleHadamard(ids, values, samples, result);
            return;
        }
        HoldsSamples(ids, values, samples, result);
        fixed (int* places = ids, wanted = samples)
        fixed (float* from = values, to = result)
            _core->SampleHadamard(places, from, (nuint)ids.Length, wanted, (nuint)samples.Length, to);
    }

    public override void CountSketch(ReadOnlySpan<int> ids, ReadOnlySpan<float> values, ReadOnlySpan<int> buckets, ReadOnlySpan<float> signs, Span<float> result)
    {
        if (!Serves(CoreVerbs.CountSketch))
        {
            base.CountSketch(ids, values, buckets, signs, result);
            return;
        }
        HoldsCountSketch(ids, values, buckets, signs, result);
        fixed (int* places = ids, targets = buckets)
        fixed (float* from = values, turned = signs, to = result)
            _core->CountSketch(places, from, (nuint)ids.Length, targets, turned, to);
    }
}
