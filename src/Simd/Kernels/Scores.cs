using Subquad.Simd.Lanes;
using Subquad.Simd.Memory;

namespace Subquad.Simd.Kernels;

/// <summary>
/// What makes a row near: its score, the less the nearer; and how near the rows in a ball can be: its gap. A ball whose gap is above the limit of a score holds no row with this score or a
/// lesser one, whatever rounding did; an empty ball's gap is infinite and above every limit.
/// </summary>
internal unsafe interface IScore<TSimd, TVec>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
{
    /// <summary>Scores of a vector of rows, or of centres.</summary>
    static abstract TVec Rows(float* column, int d, float* x);

    /// <summary>The gaps of balls from their centres' scores.</summary>
    static abstract TVec Gap(TVec score, TVec radius, TVec norm, int d);

    /// <summary>What gaps are held against when only scores not above <paramref name="worst"/> are of interest.</summary>
    static abstract float Limit(float worst, int d);
}

/// <summary>Squared Euclidean distance: one chain of multiply-adds of the rounded differences, in ascending coordinate from zero. Gaps are plain distances.</summary>
internal readonly unsafe struct DistanceScore<TSimd, TVec> : IScore<TSimd, TVec>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
{
    /// <summary>The square of a lesser distance may lose bits to underflow: it counts as this one.</summary>
    private const float Tiny = 1e-15f;

    public static TVec Rows(float* column, int d, float* x)
    {
        TVec sum = TSimd.Zero;
        for (int j = 0; j < d; j++)
        {
            TVec difference = TSimd.Sub(TSimd.Load(column + j * BallTree.Group), TSimd.Broadcast(x[j]));
            sum = TSimd.MulAdd(difference, difference, sum);
        }
        return sum;
    }

    public static TVec Gap(TVec score, TVec radius, TVec norm, int d) => TSimd.Sub(TSimd.Mul(TSimd.Sqrt(score), TSimd.Broadcast(1f - Rounding(d))), radius);

    public static float Limit(float worst, int d) => Math.Min(float.MaxValue, MathF.Sqrt(worst) * (1f + Rounding(d)) + Tiny);

    /// <summary>A root of a chain is off by (d + 4) / 2 roundings; the rest covers the few of the test itself.</summary>
    private static float Rounding(int d) => (d + 16) * (1f / (1 << 23));
}

/// <summary>Minus the inner product: one chain of multiply-adds, in ascending coordinate from zero. A gap is the least score that a ball can hold.</summary>
internal readonly unsafe struct ProductScore<TSimd, TVec> : IScore<TSimd, TVec>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
{
    public static TVec Rows(float* column, int d, float* x) => TSimd.Sub(TSimd.Zero, HalfSpaceKernel<TSimd, TVec>.Product(column, d, x));

    public static TVec Gap(TVec score, TVec radius, TVec norm, int d) => TSimd.Sub(score, TSimd.Mul(radius, norm));

    public static float Limit(float worst, int d) => Math.Min(float.MaxValue, MathF.BitIncrement((float)(worst + HalfSpaceLimits.LostToUnderflow(d))));
}
