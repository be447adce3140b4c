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
        TransformHadamardUnchecked(vector);
    }

    private static void CheckTransform(ReadOnlySpan<float> vector) => Expect.That(
        BitOperations.IsPow2(vector.Length) && vector.Length <= 1 << 30,
        $"expected a length that is a power of two from 1 to 2^30, found {vector.Length}");

    internal void TransformHadamardUnchecked(Span<float> vector) =>
        Serving(NativeVerb.TransformHadamard).TransformHadamardCore(vector);

    private protected abstract void TransformHadamardCore(Span<float> vector);

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
        TransformHadamardColumnsUnchecked(matrix, columns, columnFrom, columnTo);
    }

    private static void CheckTransform(ReadOnlySpan<float> matrix, int columns, int columnFrom, int columnTo)
    {
        Expect.That(columns > 0 && columns % HadamardStrip == 0, $"expected columns in strips of {HadamardStrip}, found {columns}");
        Expect.That(
            columnFrom % HadamardStrip == 0 && columnTo % HadamardStrip == 0,
            $"expected a range of strips of {HadamardStrip}, found {columnFrom} to {columnTo}");
        CheckRange(columnFrom, columnTo, columns);
        Expect.That(
            matrix.Length % columns == 0 && BitOperations.IsPow2(matrix.Length / columns) && matrix.Length / columns <= MostHadamardRows,
            $"expected a power of two of rows of {columns}, at most {MostHadamardRows}, found {matrix.Length} elements");
    }

    internal void TransformHadamardColumnsUnchecked(Span<float> matrix, int columns, int columnFrom, int columnTo) =>
        Serving(NativeVerb.TransformHadamardColumns).TransformHadamardColumnsCore(matrix, columns, columnFrom, columnTo);

    private protected abstract void TransformHadamardColumnsCore(Span<float> matrix, int columns, int columnFrom, int columnTo);

    /// <summary>
    /// The rows of the next <see cref="TransformHadamardColumns"/> when blocks of <paramref name="transformed"/> elements of a vector are
    /// done: few passes, of nearly equal size.
    /// </summary>
    internal static int HadamardRows(int length, int transformed)
    {
        int bits = BitOperations.Log2((uint)(length / transformed)), most = BitOperations.Log2(MostHadamardRows);
        int passes = (bits + most - 1) / most;
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
        Serving(NativeVerb.SampleHadamard).SampleHadamardCore(ids, values, samples, result);
    }

    private static void CheckSamples(
        ReadOnlySpan<int> ids, ReadOnlySpan<float> values, ReadOnlySpan<int> samples, ReadOnlySpan<float> result)
    {
        Expect.That(ids.Length == values.Length, $"expected a value for each of {ids.Length} entries, found {values.Length}");
        Expect.That(samples.Length == result.Length, $"expected a result for each of {samples.Length} samples, found {result.Length}");
        Expect.That(!ids.ContainsAnyInRange(int.MinValue, -1), $"expected ids of 0 or more, found a negative one");
        Expect.That(!samples.ContainsAnyInRange(int.MinValue, -1), $"expected samples of 0 or more, found a negative one");
    }

    private protected abstract void SampleHadamardCore(
        ReadOnlySpan<int> ids, ReadOnlySpan<float> values, ReadOnlySpan<int> samples, Span<float> result);

    /// <summary>
    /// Count sketch (Charikar, Chen, Farach-Colton 2002): result[buckets[id]] += signs[id] * value for every entry, in order; two entries
    /// may meet in a bucket.
    /// </summary>
    /// <param name="ids">Places of the entries, below the length of <paramref name="buckets"/>.</param>
    /// <param name="values">One per entry.</param>
    /// <param name="buckets">A bucket for every place, below the length of <paramref name="result"/>.</param>
    /// <param name="signs">+1 or -1 for every place.</param>
    /// <param name="result">Added to: zeroed before the first part.</param>
    public void CountSketch(
        ReadOnlySpan<int> ids, ReadOnlySpan<float> values, ReadOnlySpan<int> buckets, ReadOnlySpan<float> signs, Span<float> result)
    {
        CheckCountSketch(ids, values, buckets, signs, result);
        // Element by element with the runtime's own checks: arrays that another thread changes meanwhile cannot lead outside the result.
        for (int entry = 0; entry < ids.Length; entry++)
            result[buckets[ids[entry]]] += signs[ids[entry]] * values[entry];
    }

    private static void CheckCountSketch(
        ReadOnlySpan<int> ids, ReadOnlySpan<float> values, ReadOnlySpan<int> buckets, ReadOnlySpan<float> signs, ReadOnlySpan<float> result)
    {
        Expect.That(ids.Length == values.Length, $"expected a value for each of {ids.Length} entries, found {values.Length}");
        Expect.That(buckets.Length == signs.Length, $"expected a sign for each of {buckets.Length} places, found {signs.Length}");
        CheckBelow(ids, buckets.Length, "a place");
        foreach (int id in ids)
            Expect.That(
                0 <= buckets[id] && buckets[id] < result.Length,
                $"expected a bucket from 0 to {result.Length - 1}, found {buckets[id]} at place {id}");
    }

    internal void CountSketchUnchecked(
        ReadOnlySpan<int> ids, ReadOnlySpan<float> values, ReadOnlySpan<int> buckets, ReadOnlySpan<float> signs, Span<float> result) =>
        Serving(NativeVerb.CountSketch).CountSketchCore(ids, values, buckets, signs, result);

    private protected abstract void CountSketchCore(
        ReadOnlySpan<int> ids, ReadOnlySpan<float> values, ReadOnlySpan<int> buckets, ReadOnlySpan<float> signs, Span<float> result);
}
