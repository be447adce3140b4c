using System.Numerics;

namespace Subquad.Simd;

/// <content>Walsh-Hadamard transforms and sketches (algorithm A3): what random projections of long rows are made of.</content>
public abstract partial class KernelSet
{
    /// <summary>
    /// Floats of a vector that are transformed at once: 1 MiB, about a second-level cache. Longer ones go on by
    /// <see cref="TransformHadamardColumns"/>.
    /// </summary>
    public const int HadamardBlock = 1 << 18;

    /// <summary>The most rows of <see cref="TransformHadamardColumns"/>.</summary>
    public const int MostHadamardRows = 16;

    /// <summary>Columns that <see cref="TransformHadamardColumns"/> takes side by side.</summary>
    public const int HadamardStrip = 1 << 10;

    /// <summary>
    /// The Walsh-Hadamard transform in place, unnormalised and in natural (Sylvester) order: v[i] becomes the sum over j of (-1)^popcount(i
    /// &amp; j) v[j]. Stages ascend from neighbours to halves, so all sets give the same bits: those of the textbook's loop.
    /// </summary>
    /// <param name="vector">v; its length is a power of two from 1 to 2^30. An error is at most log2(length) roundings of the sum of
    /// |v|.</param>
    public void TransformHadamard(Span<float> vector)
    {
        CheckTransform(vector);
        TransformHadamardCore(vector);
    }

    internal abstract void TransformHadamardCore(Span<float> vector);

    /// <summary>
    /// The last stages of the transform of a long vector, whose blocks are already transformed: as rows x columns, row-major, every column
    /// is transformed (H (x) I), for the columns <paramref name="columnFrom"/> to <paramref name="columnTo"/> - 1.
    /// </summary>
    /// <param name="matrix">Row after row; the number of rows is a power of two, at most <see cref="MostHadamardRows"/>.</param>
    /// <param name="columns">Columns, a power of two and a multiple of <see cref="HadamardStrip"/>.</param>
    /// <param name="columnFrom">First column, a multiple of <see cref="HadamardStrip"/>.</param>
    /// <param name="columnTo">One past the last column, a multiple too.</param>
    public void TransformHadamardColumns(Span<float> matrix, int columns, int columnFrom, int columnTo)
    {
        CheckTransform(matrix, columns, columnFrom, columnTo);
        TransformHadamardColumnsCore(matrix, columns, columnFrom, columnTo);
    }

    internal abstract void TransformHadamardColumnsCore(Span<float> matrix, int columns, int columnFrom, int columnTo);

    /// <summary>
    /// The rows of the next <see cref="TransformHadamardColumns"/> when blocks of <paramref name="transformed"/> elements of a vector are
    /// done: few passes, of nearly equal size.
    /// </summary>
    internal static int HadamardRows(int length, int transformed)
    {
        int bits = BitOperations.Log2((uint)(length / transformed)), most = BitOperations.Log2(MostHadamardRows), passes = (bits + most - 1) / most;
        return 1 << (bits + passes - 1) / passes;
    }

    /// <summary>
    /// Single elements of the transform of a sparse vector: result[t] = sum over e of (-1)^popcount(ids[e] &amp; samples[t]) values[e];
    /// each is one chain of additions in the order of the entries, from zero, so all sets give the same bits.
    /// </summary>
    /// <param name="ids">Places of the entries, 0 or more, in any order.</param>
    /// <param name="values">One per entry.</param>
    /// <param name="samples">Which elements of the transform, 0 or more.</param>
    /// <param name="result">One per sample; overwritten.</param>
    public void SampleHadamard(ReadOnlySpan<int> ids, ReadOnlySpan<float> values, ReadOnlySpan<int> samples, Span<float> result)
    {
        CheckSamples(ids, values, samples, result);
        SampleHadamardCore(ids, values, samples, result);
    }

    internal abstract void SampleHadamardCore(ReadOnlySpan<int> ids, ReadOnlySpan<float> values, ReadOnlySpan<int> samples, Span<float> result);

    /// <summary>
    /// Count sketch (Charikar, Chen, Farach-Colton 2002): result[buckets[id]] += signs[id] * value for every entry, in order; two entries
    /// may meet in a bucket.
    /// </summary>
    /// <param name="ids">Places of the entries, below the length of <paramref name="buckets"/>.</param>
    /// <param name="values">One per entry.</param>
    /// <param name="buckets">A bucket for every place, below the length of <paramref name="result"/>.</param>
    /// <param name="signs">+1 or -1 for every place.</param>
    /// <param name="result">Added to: zeroed before the first part.</param>
    public void CountSketch(ReadOnlySpan<int> ids, ReadOnlySpan<float> values, ReadOnlySpan<int> buckets, ReadOnlySpan<float> signs, Span<float> result)
    {
        CheckCountSketch(ids, values, buckets, signs, result);
        // Element by element with the runtime's own checks: arrays that another thread changes meanwhile cannot lead outside the result.
        for (int entry = 0; entry < ids.Length; entry++)
            result[buckets[ids[entry]]] += signs[ids[entry]] * values[entry];
    }

    internal abstract void CountSketchCore(
        ReadOnlySpan<int> ids, ReadOnlySpan<float> values, ReadOnlySpan<int> buckets, ReadOnlySpan<float> signs, Span<float> result);
}
