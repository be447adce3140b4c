using Subquad.Simd.Lanes;

namespace Subquad.Simd.Kernels;

/// <summary>
/// Dot, axpy and norm of float32 vectors of any length; the last, partial vector is masked so that every element is rounded as the others
/// are. Four sums in the dot: they hide the latency of a multiply-add. x and y of axpy may be the same.
/// </summary>
internal static unsafe class VectorKernel<TSimd, TVec>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
{
    public static float Dot(float* x, float* y, int length)
    {
        TVec sum0 = TSimd.Zero, sum1 = TSimd.Zero, sum2 = TSimd.Zero, sum3 = TSimd.Zero;
        int i = 0;
        for (; i <= length - 4 * TSimd.Count; i += 4 * TSimd.Count)
        {
            sum0 = TSimd.MulAdd(TSimd.Load(x + i), TSimd.Load(y + i), sum0);
            sum1 = TSimd.MulAdd(TSimd.Load(x + i + TSimd.Count), TSimd.Load(y + i + TSimd.Count), sum1);
            sum2 = TSimd.MulAdd(TSimd.Load(x + i + 2 * TSimd.Count), TSimd.Load(y + i + 2 * TSimd.Count), sum2);
            sum3 = TSimd.MulAdd(TSimd.Load(x + i + 3 * TSimd.Count), TSimd.Load(y + i + 3 * TSimd.Count), sum3);
        }
        for (; i <= length - TSimd.Count; i += TSimd.Count)
            sum0 = TSimd.MulAdd(TSimd.Load(x + i), TSimd.Load(y + i), sum0);
        sum1 = TSimd.MulAdd(TSimd.LoadFirst(x + i, length - i), TSimd.LoadFirst(y + i, length - i), sum1);
        return TSimd.Sum(TSimd.Add(TSimd.Add(sum0, sum1), TSimd.Add(sum2, sum3)));
    }

    public static void Axpy(float a, float* x, float* y, int length)
    {
        TVec factor = TSimd.Broadcast(a);
        int i = 0;
        for (; i <= length - TSimd.Count; i += TSimd.Count)
            TSimd.Store(y + i, TSimd.MulAdd(factor, TSimd.Load(x + i), TSimd.Load(y + i)));
        TVec last = TSimd.MulAdd(factor, TSimd.LoadFirst(x + i, length - i), TSimd.LoadFirst(y + i, length - i));
        TSimd.StoreFirst(y + i, last, length - i);
    }
}

/// <summary>Dot, axpy, Hadamard product and norm in float64; see <see cref="VectorKernel{TSimd,TVec}"/>.</summary>
internal static unsafe class DoubleVectorKernel<TSimd, TVec>
    where TSimd : struct, ISimdDouble<TVec>
    where TVec : struct
{
    public static double Dot(double* x, double* y, int length)
    {
        TVec sum0 = TSimd.Zero, sum1 = TSimd.Zero, sum2 = TSimd.Zero, sum3 = TSimd.Zero;
        int i = 0;
        for (; i <= length - 4 * TSimd.Count; i += 4 * TSimd.Count)
        {
            sum0 = TSimd.MulAdd(TSimd.Load(x + i), TSimd.Load(y + i), sum0);
            sum1 = TSimd.MulAdd(TSimd.Load(x + i + TSimd.Count), TSimd.Load(y + i + TSimd.Count), sum1);
            sum2 = TSimd.MulAdd(TSimd.Load(x + i + 2 * TSimd.Count), TSimd.Load(y + i + 2 * TSimd.Count), sum2);
            sum3 = TSimd.MulAdd(TSimd.Load(x + i + 3 * TSimd.Count), TSimd.Load(y + i + 3 * TSimd.Count), sum3);
        }
        for (; i <= length - TSimd.Count; i += TSimd.Count)
            sum0 = TSimd.MulAdd(TSimd.Load(x + i), TSimd.Load(y + i), sum0);
        sum1 = TSimd.MulAdd(TSimd.LoadFirst(x + i, length - i), TSimd.LoadFirst(y + i, length - i), sum1);
        return TSimd.Sum(TSimd.Add(TSimd.Add(sum0, sum1), TSimd.Add(sum2, sum3)));
    }

    public static void Axpy(double a, double* x, double* y, int length)
    {
        TVec factor = TSimd.Broadcast(a);
        int i = 0;
        for (; i <= length - TSimd.Count; i += TSimd.Count)
            TSimd.Store(y + i, TSimd.MulAdd(factor, TSimd.Load(x + i), TSimd.Load(y + i)));
        TVec last = TSimd.MulAdd(factor, TSimd.LoadFirst(x + i, length - i), TSimd.LoadFirst(y + i, length - i));
        TSimd.StoreFirst(y + i, last, length - i);
    }

    public static void AddProduct(double a, double* x, double* y, double* z, int length)
    {
        TVec factor = TSimd.Broadcast(a);
        int i = 0;
        for (; i <= length - TSimd.Count; i += TSimd.Count)
            TSimd.Store(z + i, TSimd.MulAdd(TSimd.Mul(factor, TSimd.Load(x + i)), TSimd.Load(y + i), TSimd.Load(z + i)));
        TVec product = TSimd.Mul(factor, TSimd.LoadFirst(x + i, length - i));
        TVec last = TSimd.MulAdd(product, TSimd.LoadFirst(y + i, length - i), TSimd.LoadFirst(z + i, length - i));
        TSimd.StoreFirst(z + i, last, length - i);
    }

    public static double SquaredNorm(float* x, int length)
    {
        TVec sum0 = TSimd.Zero, sum1 = TSimd.Zero;
        int i = 0;
        for (; i <= length - 2 * TSimd.Count; i += 2 * TSimd.Count)
        {
            TVec a = TSimd.Widen(x + i), b = TSimd.Widen(x + i + TSimd.Count);
            sum0 = TSimd.MulAdd(a, a, sum0);
            sum1 = TSimd.MulAdd(b, b, sum1);
        }
        double rest = 0;
        for (; i < length; i++)
            rest += (double)x[i] * x[i];
        return TSimd.Sum(TSimd.Add(sum0, sum1)) + rest;
    }
}
