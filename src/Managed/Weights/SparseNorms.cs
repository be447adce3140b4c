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
        for (int block = 0; block < rows.Blocks; block++)
            for (int datum = 0; datum < rows.Count; datum++)
            {
                (long start, int length) = rows.Segment(block, datum);
                foreach (float value in rows.Values.Slice(start, length))
                    norms[datum] += (double)value * value;
            }
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
        for (int block = 0; block < lists.Blocks; block++)
            for (int row = 0; row < lists.Count; row++)
            {
                (long start, int length) = lists.Segment(block, row);
                ReadOnlySpan<ushort> data = lists.OffsetsAt(start, length);
                ReadOnlySpan<float> factors = values.Slice(start, length);
                double sum = 0;
                for (int i = 0; i < length; i++)
                    sum += Math.Abs((double)factors[i]) * inputNorms[block * ActiveBatch.BlockSize + data[i]];
                change[row] += Math.Abs(scale) * sum;
                terms[row] += length;
            }
    }
}
