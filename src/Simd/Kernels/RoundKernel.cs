using Subquad.Simd.Lanes;
using Subquad.Simd.Memory;

namespace Subquad.Simd.Kernels;

/// <summary>words = the elements of float32 panels, rounded: a pass over memory, which is its bound.</summary>
internal static unsafe class RoundKernel<TSimd, TVec>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
{
    /// <param name="source">All its panels are read, padding included.</param>
    /// <param name="target">As many panels are written.</param>
    /// <param name="panels">How many.</param>
    /// <param name="panelTo">The first of them in the target.</param>
    public static void Run(PanelView source, BFloat16View target, int panels, int panelTo)
    {
        for (int panel = 0; panel < panels; panel++)
        {
            float* from = source.Data + panel * source.Stride;
            uint* to = target.Data + (panelTo + panel) * target.Stride;
            for (int column = 0; column < source.Columns; column++, from += PanelMatrix.PanelRows, to += BFloat16.ColumnWords)
                for (int word = 0; word < BFloat16.ColumnWords; word += TSimd.Count)
                {
                    float* rows = from + BFloat16.RowOf(word);
                    TSimd.Store((float*)(to + word), TSimd.RoundHalves(TSimd.Load(rows), TSimd.Load(rows + BFloat16.HalfRows)));
                }
        }
    }
}
