using Subquad.Simd.Lanes;

namespace Subquad.Simd.Kernels;

/// <summary>
/// Up to four stages of a Walsh-Hadamard transform at once, in place: 1, 2, 4, 8 or 16 vectors, <c>step</c> floats apart, are mixed in
/// registers; <c>count</c> such groups begin <c>next</c> floats after one another. Stages ascend, so the sums are those of the textbook's
/// loop. A pass reads and writes everything once whatever it mixes, so it mixes what registers hold: 16 vectors of the 32 registers of
/// 512-bit sets, 8 of 16 elsewhere.
/// </summary>
internal static unsafe class HadamardPass<TSimd, TVec, TLoad>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
    where TLoad : struct, IHadamardLoad<TVec>
{
    /// <summary>Mixes 2^<paramref name="bits"/> vectors at a time.</summary>
    public static void Run(int bits, float* first, long step, long next, long count)
    {
        switch (bits)
        {
            case 0: Mix1(first, next, count); break;
            case 1: Mix2(first, step, next, count); break;
            case 2: Mix4(first, step, next, count); break;
            case 3: Mix8(first, step, next, count); break;
            default: Mix16(first, step, next, count); break;
        }
    }

    private static void Mix1(float* first, long next, long count)
    {
        for (; count > 0; count--, first += next)
            TSimd.Store(first, TLoad.Load(first));
    }

    private static void Mix2(float* first, long step, long next, long count)
    {
        for (; count > 0; count--, first += next)
        {
            TVec a0 = TLoad.Load(first), a1 = TLoad.Load(first + step);
            TSimd.Store(first, TSimd.Add(a0, a1));
            TSimd.Store(first + step, TSimd.Sub(a0, a1));
        }
    }

    private static void Mix4(float* first, long step, long next, long count)
    {
        for (; count > 0; count--, first += next)
        {
            float* at = first;
            TVec a0 = TLoad.Load(at), a1 = TLoad.Load(at += step), a2 = TLoad.Load(at += step), a3 = TLoad.Load(at + step);
            (a0, a1) = (TSimd.Add(a0, a1), TSimd.Sub(a0, a1));
            (a2, a3) = (TSimd.Add(a2, a3), TSimd.Sub(a2, a3));
            at = first;
            TSimd.Store(at, TSimd.Add(a0, a2));
            TSimd.Store(at += step, TSimd.Add(a1, a3));
            TSimd.Store(at += step, TSimd.Sub(a0, a2));
            TSimd.Store(at + step, TSimd.Sub(a1, a3));
        }
    }

    private static void Mix8(float* first, long step, long next, long count)
    {
        for (; count > 0; count--, first += next)
        {
            float* at = first;
            TVec a0 = TLoad.Load(at), a1 = TLoad.Load(at += step), a2 = TLoad.Load(at += step), a3 = TLoad.Load(at += step);
            TVec a4 = TLoad.Load(at += step), a5 = TLoad.Load(at += step), a6 = TLoad.Load(at += step), a7 = TLoad.Load(at + step);
            (a0, a1) = (TSimd.Add(a0, a1), TSimd.Sub(a0, a1));
            (a2, a3) = (TSimd.Add(a2, a3), TSimd.Sub(a2, a3));
            (a4, a5) = (TSimd.Add(a4, a5), TSimd.Sub(a4, a5));
            (a6, a7) = (TSimd.Add(a6, a7), TSimd.Sub(a6, a7));
            (a0, a2) = (TSimd.Add(a0, a2), TSimd.Sub(a0, a2));
            (a1, a3) = (TSimd.Add(a1, a3), TSimd.Sub(a1, a3));
            (a4, a6) = (TSimd.Add(a4, a6), TSimd.Sub(a4, a6));
            (a5, a7) = (TSimd.Add(a5, a7), TSimd.Sub(a5, a7));
            at = first;
            TSimd.Store(at, TSimd.Add(a0, a4));
            TSimd.Store(at += step, TSimd.Add(a1, a5));
            TSimd.Store(at += step, TSimd.Add(a2, a6));
            TSimd.Store(at += step, TSimd.Add(a3, a7));
            TSimd.Store(at += step, TSimd.Sub(a0, a4));
            TSimd.Store(at += step, TSimd.Sub(a1, a5));
            TSimd.Store(at += step, TSimd.Sub(a2, a6));
            TSimd.Store(at + step, TSimd.Sub(a3, a7));
        }
    }

    private static void Mix16(float* first, long step, long next, long count)
    {
        for (; count > 0; count--, first += next)
        {
            float* at = first;
            TVec a0 = TLoad.Load(at), a1 = TLoad.Load(at += step), a2 = TLoad.Load(at += step), a3 = TLoad.Load(at += step);
            TVec a4 = TLoad.Load(at += step), a5 = TLoad.Load(at += step), a6 = TLoad.Load(at += step), a7 = TLoad.Load(at += step);
            TVec a8 = TLoad.Load(at += step), a9 = TLoad.Load(at += step), a10 = TLoad.Load(at += step), a11 = TLoad.Load(at += step);
            TVec a12 = TLoad.Load(at += step), a13 = TLoad.Load(at += step), a14 = TLoad.Load(at += step), a15 = TLoad.Load(at + step);
            (a0, a1) = (TSimd.Add(a0, a1), TSimd.Sub(a0, a1));
            (a2, a3) = (TSimd.Add(a2, a3), TSimd.Sub(a2, a3));
            (a4, a5) = (TSimd.Add(a4, a5), TSimd.Sub(a4, a5));
            (a6, a7) = (TSimd.Add(a6, a7), TSimd.Sub(a6, a7));
            (a8, a9) = (TSimd.Add(a8, a9), TSimd.Sub(a8, a9));
            (a10, a11) = (TSimd.Add(a10, a11), TSimd.Sub(a10, a11));
            (a12, a13) = (TSimd.Add(a12, a13), TSimd.Sub(a12, a13));
            (a14, a15) = (TSimd.Add(a14, a15), TSimd.Sub(a14, a15));
            (a0, a2) = (TSimd.Add(a0, a2), TSimd.Sub(a0, a2));
            (a1, a3) = (TSimd.Add(a1, a3), TSimd.Sub(a1, a3));
            (a4, a6) = (TSimd.Add(a4, a6), TSimd.Sub(a4, a6));
            (a5, a7) = (TSimd.Add(a5, a7), TSimd.Sub(a5, a7));
            (a8, a10) = (TSimd.Add(a8, a10), TSimd.Sub(a8, a10));
            (a9, a11) = (TSimd.Add(a9, a11), TSimd.Sub(a9, a11));
            (a12, a14) = (TSimd.Add(a12, a14), TSimd.Sub(a12, a14));
            (a13, a15) = (TSimd.Add(a13, a15), TSimd.Sub(a13, a15));
            (a0, a4) = (TSimd.Add(a0, a4), TSimd.Sub(a0, a4));
            (a1, a5) = (TSimd.Add(a1, a5), TSimd.Sub(a1, a5));
            (a2, a6) = (TSimd.Add(a2, a6), TSimd.Sub(a2, a6));
            (a3, a7) = (TSimd.Add(a3, a7), TSimd.Sub(a3, a7));
            (a8, a12) = (TSimd.Add(a8, a12), TSimd.Sub(a8, a12));
            (a9, a13) = (TSimd.Add(a9, a13), TSimd.Sub(a9, a13));
            (a10, a14) = (TSimd.Add(a10, a14), TSimd.Sub(a10, a14));
            (a11, a15) = (TSimd.Add(a11, a15), TSimd.Sub(a11, a15));
            at = first;
            TSimd.Store(at, TSimd.Add(a0, a8));
            TSimd.Store(at += step, TSimd.Add(a1, a9));
            TSimd.Store(at += step, TSimd.Add(a2, a10));
            TSimd.Store(at += step, TSimd.Add(a3, a11));
            TSimd.Store(at += step, TSimd.Add(a4, a12));
            TSimd.Store(at += step, TSimd.Add(a5, a13));
            TSimd.Store(at += step, TSimd.Add(a6, a14));
            TSimd.Store(at += step, TSimd.Add(a7, a15));
            TSimd.Store(at += step, TSimd.Sub(a0, a8));
            TSimd.Store(at += step, TSimd.Sub(a1, a9));
            TSimd.Store(at += step, TSimd.Sub(a2, a10));
            TSimd.Store(at += step, TSimd.Sub(a3, a11));
            TSimd.Store(at += step, TSimd.Sub(a4, a12));
            TSimd.Store(at += step, TSimd.Sub(a5, a13));
            TSimd.Store(at += step, TSimd.Sub(a6, a14));
            TSimd.Store(at + step, TSimd.Sub(a7, a15));
        }
    }
}
