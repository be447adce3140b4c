using Subquad.Simd.Memory;

namespace Subquad.Weights;

/// <summary>Euclidean norms of sparse rows.</summary>
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
                (long start, int length) = rows.Run(block, datum);
                foreach (float value in rows.Values.Slice(start, length))
                    norms[datum] += (double)value * value;
            }
        foreach (ref double norm in norms)
            norm = Math.Sqrt(norm);
    }
}
