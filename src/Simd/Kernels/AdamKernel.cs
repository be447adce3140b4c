using System.Runtime.CompilerServices;
using Subquad.Simd.Lanes;

namespace Subquad.Simd.Kernels;

/// <summary>
/// A step of Adam on vectors of any length. The last, partial vector is masked. Nothing is fused, so that all sets give the same bits.
/// </summary>
internal static unsafe class AdamKernel<TSimd, TVec>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
{
    public static void Step(
        float rate, float oneMinusBeta1, float oneMinusBeta2, float epsilon,
        float* gradient, float* weights, float* first, float* second, int length)
    {
        TVec step = TSimd.Broadcast(rate), share1 = TSimd.Broadcast(oneMinusBeta1), share2 = TSimd.Broadcast(oneMinusBeta2),
            added = TSimd.Broadcast(epsilon);
        int i = 0;
        for (; i <= length - TSimd.Count; i += TSimd.Count)
        {
            TVec g = TSimd.Load(gradient + i);
            TVec m = Mean(g, TSimd.Load(first + i), g, share1);
            TVec v = Mean(g, TSimd.Load(second + i), TSimd.Mul(g, g), share2);
            TSimd.Store(first + i, m);
            TSimd.Store(second + i, v);
            TSimd.Store(weights + i, Weight(g, TSimd.Load(weights + i), m, v, step, added));
        }
        int rest = length - i;
        TVec lastG = TSimd.LoadFirst(gradient + i, rest);
        TVec lastM = Mean(lastG, TSimd.LoadFirst(first + i, rest), lastG, share1);
        TVec lastV = Mean(lastG, TSimd.LoadFirst(second + i, rest), TSimd.Mul(lastG, lastG), share2);
        TSimd.StoreFirst(first + i, lastM, rest);
        TSimd.StoreFirst(second + i, lastV, rest);
        TSimd.StoreFirst(weights + i, Weight(lastG, TSimd.LoadFirst(weights + i, rest), lastM, lastV, step, added), rest);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVec Mean(TVec gradient, TVec mean, TVec sample, TVec share) =>
        TSimd.SelectDifferent(gradient, TSimd.Zero, TSimd.Add(mean, TSimd.Mul(share, TSimd.Sub(sample, mean))), mean);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVec Weight(TVec gradient, TVec weight, TVec first, TVec second, TVec rate, TVec epsilon)
    {
        TVec change = TSimd.Div(TSimd.Mul(rate, first), TSimd.Add(TSimd.Sqrt(second), epsilon));
        return TSimd.SelectDifferent(gradient, TSimd.Zero, TSimd.Sub(weight, change), weight);
    }
}
