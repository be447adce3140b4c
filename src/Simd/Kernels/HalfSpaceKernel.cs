using System.Numerics;
using Subquad.Simd.Lanes;
using Subquad.Simd.Memory;

namespace Subquad.Simd.Kernels;

/// <summary>
/// Half-space reporting over a <see cref="RowTree"/>. The walk goes down level by level: a list of groups to test becomes the list of their
/// surviving nodes, which are the groups one level below; so lists stay in storage order, the next lines are known early enough to be
/// prefetched, and the number of row groups is known before a row is read. Rows and nodes are the same groups of sixteen, each product one
/// chain of multiply-adds in ascending coordinate from zero: the bits do not depend on the way a row was reached.
/// </summary>
internal static unsafe class HalfSpaceKernel<TSimd, TVec>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
{
    private const int Group = RowTree.Group;

    /// <summary>
    /// Lists are prefetched this far ahead. Measured at d = 8, 0.01 % of a million rows: 4 groups ahead 34 us, 8 30 us, 16 and 32 26 us.
    /// </summary>
    private const int Ahead = 16;

    /// <summary>At the last level every sixteenth group is tested first, when there are enough to judge by.</summary>
    private const int SampleStride = 16, SampleFrom = 256;

    /// <summary>Numbers that a list of the walk must have room for.</summary>
    public static long ListLength(in RowTreeView tree) => tree.Leaves + 2L * Group;

    /// <summary>
    /// Lists the row groups that may hold a row with a product above <paramref name="bound"/>; the complement of a number stands for a
    /// group that is inside as a whole.
    /// </summary>
    /// <param name="tree">At least one leaf.</param>
    /// <param name="query">x.</param>
    /// <param name="bound">b.</param>
    /// <param name="listedCost">Cost of a group reached by a list, in groups of a scan; 0 to walk whatever it costs.</param>
    /// <param name="list">The result; <see cref="ListLength"/> numbers.</param>
    /// <param name="other">Scratch of the same length.</param>
    /// <param name="tested">Counts groups of nodes.</param>
    /// <returns>Numbers listed, or -1 when a scan is cheaper.</returns>
    public static int Walk(in RowTreeView tree, in RowQuery query, float bound, float listedCost, int* list, int* other, ref long tested)
    {
        // The last level must leave its result in `list`: from then on the two change roles.
        int* groups = tree.Levels % 2 == 0 ? list : other, survivors = tree.Levels % 2 == 0 ? other : list;
        groups[0] = 0;
        int length = 1;
        for (int level = tree.Levels; level > 0; level--)
        {
            if (level == 1 && length >= SampleFrom && listedCost > 0)
            {
                int sampled = Step(tree, level, query, bound, groups, length, SampleStride, survivors, ref tested);
                if (listedCost * ((float)length + SampleStride * (float)sampled) > tree.Leaves)
                    return -1;
            }
            length = Step(tree, level, query, bound, groups, length, 1, survivors, ref tested);
            int* transposed = groups;
            groups = survivors;
            survivors = transposed;
        }
        return listedCost * length > tree.Leaves ? -1 : length;
    }

    /// <summary>Writes ids and products of the rows above the bound, from the groups listed.</summary>
    /// <returns>Rows found; their places have room for one group more.</returns>
    public static int Listed(in RowTreeView tree, float* x, float bound, int* list, int length, int* ids, float* values)
    {
        TVec limit = TSimd.Broadcast(bound);
        int d = tree.Dimension, count = 0;
        for (int entry = 0; entry < length; entry++)
        {
            if (entry + Ahead < length)
            {
                int next = Plain(list[entry + Ahead]);
                Prefetch(tree.RowGroup(next), d);
                TSimd.Prefetch((float*)(tree.Ids + (long)next * Group));
            }
            int group = Plain(list[entry]);
            float* rows = tree.RowGroup(group);
            float* rowIds = (float*)(tree.Ids + (long)group * Group);
            for (int lane = 0; lane < Group; lane += TSimd.Count)
                Compress(Product(rows + lane, d, x), limit, rowIds + lane, ids, values, ref count);
        }
        return count;
    }

    /// <summary>
    /// The same from all groups from <paramref name="from"/> to <paramref name="to"/> - 1. One group after another, in memory order: four
    /// at once halve the loads of x, but their four streams took the hardware prefetcher twice the time from memory.
    /// </summary>
    public static int Scan(in RowTreeView tree, float* x, float bound, int from, int to, int* ids, float* values)
    {
        TVec limit = TSimd.Broadcast(bound);
        int d = tree.Dimension, count = 0;
        float* rows = tree.RowGroup(from), rowIds = (float*)(tree.Ids + (long)from * Group);
        for (int group = from; group < to; group++, rows += (long)d * Group, rowIds += Group)
            for (int lane = 0; lane < Group; lane += TSimd.Count)
                Compress(Product(rows + lane, d, x), limit, rowIds + lane, ids, values, ref count);
        return count;
    }

    /// <summary>The products of a vector of rows.</summary>
    public static TVec Product(float* column, int d, float* x)
    {
        TVec sum = TSimd.Zero;
        for (int j = 0; j < d; j++)
            sum = TSimd.MulAdd(TSimd.Load(column + j * Group), TSimd.Broadcast(x[j]), sum);
        return sum;
    }

    /// <summary>Asks for the lines of a group: one per coordinate.</summary>
    public static void Prefetch(float* group, int lines)
    {
        for (int line = 0; line < lines; line++)
            TSimd.Prefetch(group + line * Group);
    }

    /// <summary>Tests the nodes of every <paramref name="stride"/>-th group listed and lists those that reach above the bound.</summary>
    private static int Step(
        in RowTreeView tree, int level, in RowQuery query, float bound, int* groups, int length, int stride, int* survivors,
        ref long tested)
    {
        var limits = new HalfSpaceLimits(bound, tree.Dimension);
        TVec norm = TSimd.Broadcast(query.Norm), below = TSimd.Broadcast(limits.Below), above = TSimd.Broadcast(limits.Above);
        int d = tree.Dimension, nodesInUse = tree.NodesAt(level), count = 0;
        for (int entry = 0; entry < length; entry += stride)
        {
            int group = groups[entry];
            if (group < 0)
            {
                // Inside as a whole, so are its children: none of them is tested.
                CompressInside(nodesInUse, ~group, survivors, ref count);
                continue;
            }
            if (entry + Ahead < length)
                Prefetch(tree.BallGroup(level, Plain(groups[entry + Ahead])), d + 1);
            tested++;
            float* balls = tree.BallGroup(level, group);
            uint outside = 0, inside = 0;
            for (int lane = 0; lane < Group; lane += TSimd.Count)
            {
                TVec product = Product(balls + lane, d, query.X), radius = TSimd.Load(balls + d * Group + lane);
                outside |= TSimd.GreaterBits(below, TSimd.MulAdd(radius, norm, product)) << lane;
                inside |= TSimd.GreaterBits(TSimd.Sub(product, TSimd.Mul(radius, norm)), above) << lane;
            }
            uint reach = ~outside & RowTreeView.InUse(nodesInUse, group);
            // A leaf is read alike whether it is inside or not.
            if (level == 1)
                inside = 0;
            if ((inside & reach) == 0)
            {
                TSimd.CompressNumbers(survivors + count, group * Group, reach);
                count += BitOperations.PopCount(reach);
                continue;
            }
            for (; reach != 0; reach &= reach - 1)
            {
                int lane = BitOperations.TrailingZeroCount(reach);
                survivors[count++] = (inside >> lane & 1) != 0 ? ~(group * Group + lane) : group * Group + lane;
            }
        }
        return count;
    }

    private static void CompressInside(int nodesInUse, int group, int* survivors, ref int count)
    {
        int to = Math.Min(nodesInUse, (group + 1) * Group);
        for (int node = group * Group; node < to; node++)
            survivors[count++] = ~node;
    }

    private static void Compress(TVec products, TVec limit, float* rowIds, int* ids, float* values, ref int count)
    {
        uint bits = TSimd.GreaterBits(products, limit);
        if (bits == 0)
            return;
        // Ids only move: as the bits of floats.
        TSimd.Compress(values + count, products, bits);
        TSimd.Compress((float*)(ids + count), TSimd.Load(rowIds), bits);
        count += BitOperations.PopCount(bits);
    }

    private static int Plain(int number) => number ^ (number >> 31);
}

/// <summary>A query: x, and a norm not below |x| and above zero (an empty ball's radius times it is -infinity).</summary>
internal readonly unsafe struct RowQuery(float* x, float norm)
{
    public readonly float* X = x;
    public readonly float Norm = norm;
}

/// <summary>
/// What the bounds of balls are held against in a half-space query. What float chains lose in relative terms is in the radii; what they
/// lose where products underflow, absolutely, is here.
/// </summary>
internal readonly struct HalfSpaceLimits
{
    public HalfSpaceLimits(float bound, int dimension)
    {
        Below = Math.Max(-float.MaxValue, MathF.BitDecrement((float)(bound - LostToUnderflow(dimension))));
        Above = MathF.BitIncrement((float)(bound + LostToUnderflow(dimension)));
    }

    /// <summary>A ball whose upper bound is below this holds no row above b.</summary>
    public float Below { get; }

    /// <summary>A ball whose lower bound is above this holds only rows above b.</summary>
    public float Above { get; }

    /// <summary>
    /// Not below what the chains of a row and of a centre and the test itself lose together: half of 2^-149 per rounding.
    /// </summary>
    public static double LostToUnderflow(int dimension) => (2.0 * dimension + 4) * float.Epsilon;
}
