using Subquad.Simd.Lanes;
using Subquad.Simd.Memory;

namespace Subquad.Simd.Kernels;

/// <summary>
/// What makes a row near: its score, the less the nearer; and how near the rows of a node can be: its gap. A node whose gap is above the
/// limit of a score holds no row with this score or a lesser one, whatever rounding did.
/// </summary>
internal unsafe interface IScore<TSimd, TVec>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
{
    /// <summary>Scores of a vector of rows.</summary>
    static abstract TVec Rows(float* column, int d, float* x);

    /// <summary>Where the bounds of a group of nodes lie.</summary>
    static abstract float* Bounds(in RowTreeView tree, int level, int group);

    /// <summary>Vectors in the bounds of a group.</summary>
    static abstract int Vectors(int d);

    /// <summary>Gaps of a vector of nodes.</summary>
    static abstract TVec Gap(float* column, int d, in RowQuery query);

    /// <summary>What gaps are held against when only scores not above <paramref name="worst"/> are of interest.</summary>
    static abstract float Limit(float worst, int d);
}

/// <summary>
/// Squared Euclidean distance: one chain of multiply-adds of the rounded differences, in ascending coordinate from zero. A gap is the same
/// chain for the nearest place of the box, and rounding is monotone: no row in the box has a lesser score, as computed.
/// </summary>
internal readonly unsafe struct DistanceScore<TSimd, TVec> : IScore<TSimd, TVec>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
{
    public static TVec Rows(float* column, int d, float* x)
    {
        TVec sum = TSimd.Zero;
        for (int j = 0; j < d; j++)
        {
            TVec difference = TSimd.Sub(TSimd.Load(column + j * RowTree.Group), TSimd.Broadcast(x[j]));
            sum = TSimd.MulAdd(difference, difference, sum);
        }
        return sum;
    }

    public static float* Bounds(in RowTreeView tree, int level, int group) => tree.BoxGroup(level, group);

    public static int Vectors(int d) => 2 * d;

    public static float Limit(float worst, int d) => worst;

    public static TVec Gap(float* column, int d, in RowQuery query)
    {
        TVec sum = TSimd.Zero;
        for (int j = 0; j < d; j++)
        {
            TVec x = TSimd.Broadcast(query.X[j]);
            TVec below = TSimd.Sub(TSimd.Load(column + j * RowTree.Group), x),
                above = TSimd.Sub(x, TSimd.Load(column + (d + j) * RowTree.Group));
            TVec difference = TSimd.Max(TSimd.Zero, TSimd.Max(below, above));
            sum = TSimd.MulAdd(difference, difference, sum);
        }
        return sum;
    }
}

/// <summary>
/// Minus the inner product: one chain of multiply-adds, in ascending coordinate from zero. A gap is the centre's score less the radius
/// times the norm.
/// </summary>
internal readonly unsafe struct ProductScore<TSimd, TVec> : IScore<TSimd, TVec>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
{
    public static TVec Rows(float* column, int d, float* x) => TSimd.Sub(TSimd.Zero, HalfSpaceKernel<TSimd, TVec>.Product(column, d, x));

    public static float* Bounds(in RowTreeView tree, int level, int group) => tree.BallGroup(level, group);

    public static int Vectors(int d) => d + 1;

    public static float Limit(float worst, int d) => MathF.BitIncrement((float)(worst + HalfSpaceLimits.LostToUnderflow(d)));

    public static TVec Gap(float* column, int d, in RowQuery query) =>
        TSimd.Sub(Rows(column, d, query.X), TSimd.Mul(TSimd.Load(column + d * RowTree.Group), TSimd.Broadcast(query.Norm)));
}
