using Subquad.Simd.Lanes;
using Subquad.Simd.Memory;

namespace Subquad.Simd.Kernels;

/// <summary>
/// What makes a row near: its score, the less the nearer; and how near the rows in a box can be: its gap. A gap is computed by the chain that computes scores, at the best place of the
/// box, and rounding is monotone: no row in the box has a score below the gap, as computed.
/// </summary>
internal unsafe interface IScore<TSimd, TVec>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
{
    /// <summary>Scores of a vector of rows.</summary>
    static abstract TVec Rows(float* column, int d, float* x);

    /// <summary>Gaps of a vector of boxes.</summary>
    static abstract TVec Gap(float* column, int d, in BoxQuery query);
}

/// <summary>Squared Euclidean distance: one chain of multiply-adds of the rounded differences, in ascending coordinate from zero.</summary>
internal readonly unsafe struct DistanceScore<TSimd, TVec> : IScore<TSimd, TVec>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
{
    public static TVec Rows(float* column, int d, float* x)
    {
        TVec sum = TSimd.Zero;
        for (int j = 0; j < d; j++)
        {
            TVec difference = TSimd.Sub(TSimd.Load(column + j * BoxTree.Group), TSimd.Broadcast(x[j]));
            sum = TSimd.MulAdd(difference, difference, sum);
        }
        return sum;
    }

    public static TVec Gap(float* column, int d, in BoxQuery query)
    {
        TVec sum = TSimd.Zero;
        for (int j = 0; j < d; j++)
        {
            TVec x = TSimd.Broadcast(query.X[j]);
            TVec below = TSimd.Sub(TSimd.Load(column + j * BoxTree.Group), x), above = TSimd.Sub(x, TSimd.Load(column + (d + j) * BoxTree.Group));
            TVec difference = TSimd.Max(TSimd.Zero, TSimd.Max(below, above));
            sum = TSimd.MulAdd(difference, difference, sum);
        }
        return sum;
    }
}

/// <summary>Minus the inner product: one chain of multiply-adds, in ascending coordinate from zero.</summary>
internal readonly unsafe struct ProductScore<TSimd, TVec> : IScore<TSimd, TVec>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
{
    public static TVec Rows(float* column, int d, float* x) => TSimd.Sub(TSimd.Zero, HalfSpaceKernel<TSimd, TVec>.Product(column, d, x));

    public static TVec Gap(float* column, int d, in BoxQuery query) =>
        TSimd.Sub(TSimd.Zero, HalfSpaceKernel<TSimd, TVec>.Corner(column, d, query.X, query.Upper));
}
