using Subquad.Simd.Lanes;
using Subquad.Simd.Memory;

namespace Subquad.Simd.Kernels;

/// <summary>
/// Euclidean norms of the rows of W, whole or restricted to a datum's active inputs, each raised by a factor that covers its rounding:
/// upper bounds. Layout: W in panels; norms on a support a panel matrix like the pre-activations of the same data. No aliasing.
/// </summary>
internal static unsafe class NormKernel<TSimd, TVec>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
{
    /// <summary>norms[r, i] = raise * sqrt(sum over j in S_i of W[r, j]^2).</summary>
    public static void OnSupports(PanelView w, ActiveView x, float raise, PanelView norms, int panelFrom, int panelTo)
    {
        AccumulateKernel<TSimd, TVec, SquareSums<TSimd, TVec>>.Run(
            w, x, (byte*)norms.Data, norms.Stride, PanelMatrix.PanelRows, panelFrom, panelTo, lowerOnly: false);
        TVec factor = TSimd.Broadcast(raise);
        for (int panel = panelFrom; panel < panelTo; panel++)
        {
            float* values = norms.Data + panel * norms.Stride;
            for (long i = 0; i < (long)norms.Columns * PanelMatrix.PanelRows; i += TSimd.Count)
                TSimd.Store(values + i, TSimd.Mul(factor, TSimd.Sqrt(TSimd.Load(values + i))));
        }
    }

    /// <summary>norms[r] = raise * |W[r, :]|. Four vectors of rows at a time hide the latency; memory is the bound.</summary>
    public static void OfRows(PanelView w, float raise, float* norms, int panelFrom, int panelTo)
    {
        TVec factor = TSimd.Broadcast(raise);
        for (int panel = panelFrom; panel < panelTo; panel++)
            for (int row = 0; row < PanelMatrix.PanelRows; row += 4 * TSimd.Count)
            {
                float* column = w.Data + panel * w.Stride + row;
                TVec sum0 = TSimd.Zero, sum1 = TSimd.Zero, sum2 = TSimd.Zero, sum3 = TSimd.Zero;
                for (int input = 0; input < w.Columns; input++, column += PanelMatrix.PanelRows)
                {
                    sum0 = SquareSums<TSimd, TVec>.Add(sum0, column, sum0);
                    sum1 = SquareSums<TSimd, TVec>.Add(sum1, column + TSimd.Count, sum1);
                    sum2 = SquareSums<TSimd, TVec>.Add(sum2, column + 2 * TSimd.Count, sum2);
                    sum3 = SquareSums<TSimd, TVec>.Add(sum3, column + 3 * TSimd.Count, sum3);
                }
                float* to = norms + panel * PanelMatrix.PanelRows + row;
                TSimd.Store(to, TSimd.Mul(factor, TSimd.Sqrt(sum0)));
                TSimd.Store(to + TSimd.Count, TSimd.Mul(factor, TSimd.Sqrt(sum1)));
                TSimd.Store(to + 2 * TSimd.Count, TSimd.Mul(factor, TSimd.Sqrt(sum2)));
                TSimd.Store(to + 3 * TSimd.Count, TSimd.Mul(factor, TSimd.Sqrt(sum3)));
            }
    }
}
