using Subquad.Simd.Memory;
using Subquad.Simd.Threading;

namespace Subquad.Solvers;

/// <summary>
/// The diagonal of (K + mu I)^-1 from the Cholesky factor: element j is the sum of squares of column j of L^-1, which is solved for some
/// columns at a time.
/// </summary>
internal static class InverseDiagonal
{
    private const int Columns = 256;

    /// <summary>Bytes that <see cref="Compute"/> takes for n data.</summary>
    public static Int128 BytesOf(int n) => NativeBuffer<double>.BytesOf((Int128)n * WidthOf(n));

    /// <summary>Overwrites the diagonal, after <see cref="DampedGram.Factor"/>.</summary>
    /// <param name="kernels">Verbs.</param>
    /// <param name="gram">K and its factor.</param>
    /// <param name="diagonal">Room for n numbers.</param>
    public static void Compute(TeamKernels kernels, DampedGram gram, Span<double> diagonal)
    {
        int n = gram.Order, width = WidthOf(n);
        using var columns = new NativeBuffer<double>((long)n * width);
        diagonal.Clear();
        for (int from = 0; from < n; from += width)
        {
            columns.Clear();
            int count = Math.Min(width, n - from);
            for (int j = 0; j < count; j++)
                columns[(long)(from + j) * width + j] = 1;
            gram.SolveLower(columns, width);
            for (int row = from; row < n; row++)
            {
                ReadOnlySpan<double> solved = columns.Slice((long)row * width, count);
                kernels.Kernels.AddProduct(1, solved, solved, diagonal.Slice(from, count));
            }
        }
    }

    private static int WidthOf(int n) => Math.Min(Columns, DampedGram.StrideOf(n));
}
