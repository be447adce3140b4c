using Subquad.Simd.Lanes;
using Subquad.Simd.Memory;

namespace Subquad.Simd.Kernels;

/// <summary>What makes a row near: its score, the less the nearer, and what a ball says of the scores of the rows in it. Rounding never makes a ball promise too little.</summary>
internal unsafe interface IScore<TSimd, TVec>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
{
    /// <summary>Scores of a vector of rows, or of centres.</summary>
    static abstract TVec Rows(float* column, int d, float* x);

    /// <summary>What balls are held against when only scores not above <paramref name="worst"/> are of interest.</summary>
    static abstract float Limit(float worst, int d);

    /// <summary>Bits of the balls in which every score is above the one that <paramref name="limit"/> was made from.</summary>
    static abstract uint Beyond(TVec score, TVec radius, TVec norm, TVec limit, int d);

    /// <summary>Not above the score of any row in the ball.</summary>
    static abstract float Least(float score, float radius, float norm, int d);
}

/// <summary>Squared Euclidean distance: one chain of multiply-adds of the rounded differences, in ascending coordinate from zero.</summary>
internal readonly unsafe struct DistanceScore<TSimd, TVec> : IScore<TSimd, TVec>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
{
    /// <summary>Squares below this may lose bits to underflow: such distances count as this one.</summary>
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

    /// <summary>The distance itself, raised by what its square may have lost.</summary>
    public static float Limit(float worst, int d) => MathF.Sqrt(worst) * (1f + Rounding(d)) + Tiny;

    /// <summary>|x - c|^2 > (distance + r)^2, the right side raised by what both sides may have lost.</summary>
    public static uint Beyond(TVec score, TVec radius, TVec norm, TVec limit, int d)
    {
        TVec reach = TSimd.Add(limit, radius);
        return TSimd.GreaterBits(score, TSimd.Mul(TSimd.Mul(reach, reach), TSimd.Broadcast(1f + Rounding(d))));
    }

    public static float Least(float score, float radius, float norm, int d)
    {
        double gap = Math.Sqrt(score) * (1 - Rounding(d)) - radius - Tiny;
        return gap <= 0 ? 0f : (float)(gap * gap * (1 - Rounding(d)));
    }

    private static float Rounding(int d) => (2 * d + 16) * (1f / (1 << 23));
}

/// <summary>Minus the inner product: one chain of multiply-adds, in ascending coordinate from zero.</summary>
internal readonly unsafe struct ProductScore<TSimd, TVec> : IScore<TSimd, TVec>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
{
    public static TVec Rows(float* column, int d, float* x) => TSimd.Sub(TSimd.Zero, HalfSpaceKernel<TSimd, TVec>.Product(column, d, x));

    public static float Limit(float worst, int d) => MathF.BitIncrement((float)(worst + HalfSpaceLimits.LostToUnderflow(d)));

    public static uint Beyond(TVec score, TVec radius, TVec norm, TVec limit, int d) => TSimd.GreaterBits(TSimd.Sub(score, TSimd.Mul(radius, norm)), limit);

    public static float Least(float score, float radius, float norm, int d) =>
        MathF.BitDecrement((float)(score - (double)radius * norm - HalfSpaceLimits.LostToUnderflow(d)));
}
