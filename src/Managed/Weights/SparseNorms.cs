using Subquad.Simd.Memory;

namespace Subquad.Weights;

/// <summary>Euclidean norms of sparse rows, and of what sums of rank-one terms do to the rows of a matrix.</summary>
internal static class SparseNorms
{
    /// <summary>norms[i] = |row i|, in float64.</summary>
    public static void Of(ActiveBatch rows, Span<double> norms)
    {
        norms = norms[..rows.Count];
        norms.Clear();
        foreach (ActiveSegment segment in rows.Segments())
            foreach (float value in segment.Values)
                norms[segment.Datum] += (double)value * value;
        foreach (ref double norm in norms)
            norm = Math.Sqrt(norm);
    }

    /// <summary>
    /// Bounds how far terms move each row: change[r] >= |scale * sum over i of u_i[r] v_i|, and how many terms a row has. Triangle
    /// inequality over the terms.
    /// </summary>
    /// <param name="lists">u transposed: a list of terms per row.</param>
    /// <param name="values">u, in that order.</param>
    /// <param name="scale">Multiplies every term.</param>
    /// <param name="inputNorms">|v_i|, one per term.</param>
    /// <param name="change">One per row.</param>
    /// <param name="terms">One per row.</param>
    public static void OfTerms(
        ActiveBatch lists, NativeBuffer<float> values, float scale, ReadOnlySpan<double> inputNorms, Span<double> change, Span<int> terms)
    {
        change.Clear();
        terms.Clear();
        foreach (ActiveSegment segment in lists.Segments())
        {
            ReadOnlySpan<ushort> data = segment.Offsets;
            ReadOnlySpan<float> factors = segment.In(values);
            double sum = 0;
            for (int i = 0; i < factors.Length; i++)
                sum += Math.Abs((double)factors[i]) * inputNorms[segment.FirstNeuron + data[i]];
            change[segment.Datum] += Math.Abs(scale) * sum;
            terms[segment.Datum] += factors.Length;
        }
    }
}
