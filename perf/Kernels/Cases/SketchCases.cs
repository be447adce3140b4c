using Subquad.Simd;
using Subquad.Simd.Memory;

namespace Subquad.Perf.Kernels.Cases;

/// <summary>Walsh-Hadamard transforms, sketches, and the making of weights.</summary>
sealed class SketchCases : IVerbCases
{
    const int Row = 1 << 15, Rows = 16, Strip = 1 << 14, Entries = 400, Samples = 2_048;
    const int Places = 1 << 14, Buckets = 1 << 10, Columns = 4_096;

    // Zeros stay zeros: any other values would overflow over so many calls.
    readonly NativeBuffer<float> _row = new(Row), _matrix = new((long)Rows * Strip), _normals = new(Columns);
    readonly int[] _ids = Draw(Entries, Row, 1), _samples = Draw(Samples, Row, 2);
    readonly int[] _places = [.. Enumerable.Range(0, Places)], _buckets = Draw(Places, Buckets, 3);
    readonly float[] _values = Operands.Uniform(Places, 4), _signs = [.. Draw(Places, 2, 5).Select(bit => 2f * bit - 1)];
    readonly float[] _sampled = new float[Samples], _sketch = new float[Buckets];

    public IEnumerable<VerbCase> Cases()
    {
        double row = 8.0 * Row, matrix = 8.0 * Rows * Strip, sketched = 16.0 * Places;
        yield return new("TransformHadamard", $"{Row:#,0}", set => set.TransformHadamard(_row.Span))
        {
            Flops = Row * Math.Log2(Row),
            Bytes = row,
            Footprint = row / 2,
        };
        yield return new(
            "TransformHadamardColumns", $"{Rows} x {Strip:#,0}", set => set.TransformHadamardColumns(_matrix.Span, Strip, 0, Strip))
        {
            Flops = Rows * Math.Log2(Rows) * Strip,
            Bytes = matrix,
            Footprint = matrix / 2,
        };
        yield return new(
            "SampleHadamard", $"{Entries} entries, {Samples:#,0} samples",
            set => set.SampleHadamard(_ids, _values.AsSpan(0, Entries), _samples, _sampled))
        {
            Flops = (double)Entries * Samples,
            Bytes = 8.0 * (Entries + Samples),
            Footprint = 8.0 * (Entries + Samples),
        };
        yield return new(
            "CountSketch", $"{Places:#,0} entries, {Buckets:#,0} buckets",
            set => set.CountSketchUnchecked(_places, _values, _buckets, _signs, _sketch))
        {
            Flops = 2.0 * Places,
            Bytes = sketched,
            Footprint = sketched,
        };
        yield return new("FillNormal", $"{Columns:#,0} numbers", set => set.FillNormal(_normals.Span, 1, 2, 3, 1))
        {
            Bytes = 4.0 * Columns,
            Footprint = 4.0 * Columns,
        };
    }

    public void Dispose()
    {
        _row.Dispose();
        _matrix.Dispose();
        _normals.Dispose();
    }

    static int[] Draw(int count, int below, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.Next(below))];
    }
}
