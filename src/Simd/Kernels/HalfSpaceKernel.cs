using System.Numerics;
using Subquad.Simd.Lanes;
using Subquad.Simd.Memory;

namespace Subquad.Simd.Kernels;

/// <summary>
/// Half-space reporting over a <see cref="BoxTree"/>. The walk goes down level by level: a list of groups to test becomes the list of their surviving nodes, which are the groups one
/// level below; so lists stay in storage order, the next lines are known early enough to be prefetched, and the number of row groups is known before a row is read. Rows and nodes
/// are the same groups of sixteen, each product one chain of multiply-adds in ascending coordinate from zero: the bits do not depend on the way a row was reached.
/// </summary>
internal static unsafe class HalfSpaceKernel<TSimd, TVec>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
{
    private const int Group = BoxTree.Group;

    /// <summary>Lists are prefetched this far ahead: sixteen groups cover the latency of memory and stay in the first-level cache for small d.</summary>
    private const int Ahead = 8;

    /// <summary>At the last level every sixteenth group is tested first, when there are enough to judge by.</summary>
    private const int SampleStride = 16, SampleFrom = 256;

    /// <summary>Numbers that a list of the walk must have room for.</summary>
    public static long ListLength(in BoxTreeView tree) => tree.Leaves + 2L * Group;

    /// <summary>Lists the row groups that may hold a row with a product above <paramref name="bound"/>; the complement of a number stands for a group that is inside as a whole.</summary>
    /// <param name="tree">At least one leaf.</param>
    /// <param name="query">x.</param>
    /// <param name="bound">b.</param>
    /// <param name="listedCost">Cost of a group reached by a list, in groups of a scan; 0 to walk whatever it costs.</param>
    /// <param name="list">The result; <see cref="ListLength"/> numbers.</param>
    /// <param name="other">Scratch of the same length.</param>
    /// <param name="tested">Counts groups of nodes.</param>
    /// <returns>Numbers listed, or -1 when a scan is cheaper.</returns>
    public static int Walk(in BoxTreeView tree, in BoxQuery query, float bound, float listedCost, int* list, int* other, ref long tested)
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
            int* turned = groups;
            groups = survivors;
            survivors = turned;
        }
        return listedCost * length > tree.Leaves ? -1 : length;
    }

    /// <summary>Writes ids and products of the rows above the bound, from the groups listed.</summary>
    /// <returns>Rows found; their places have room for one group more.</returns>
    public static int Listed(in BoxTreeView tree, float* x, float bound, int* list, int length, int* ids, float* values)
    {
        TVec limit = TSimd.Broadcast(bound);
        int d = tree.Dimension, count = 0;
        for (int entry = 0; entry < length; entry++)
        {
            if (entry + Ahead < length)
                Prefetch(tree.RowGroup(Plain(list[entry + Ahead])), d);
            int group = Plain(list[entry]);
            float* rows = tree.RowGroup(group);
            float* rowIds = (float*)(tree.Ids + (long)group * Group);
            for (int lane = 0; lane < Group; lane += TSimd.Count)
                Compress(Product(rows + lane, d, x), limit, rowIds + lane, ids, values, ref count);
        }
        return count;
    }

    /// <summary>The same from all groups from <paramref name="from"/> to <paramref name="to"/> - 1. One group after another, in memory order: four at once halve the loads of x, but their four
    /// streams took the hardware prefetcher twice the time from memory.</summary>
    public static int Scan(in BoxTreeView tree, float* x, float bound, int from, int to, int* ids, float* values)
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

    /// <summary>The same chain for one corner of each box. Rounding is monotone: no row of a box has a product above that of its upper corner, or below that of its lower one, as computed.</summary>
    public static TVec Corner(float* column, int d, float* x, int* ends)
    {
        TVec sum = TSimd.Zero;
        for (int j = 0; j < d; j++)
            sum = TSimd.MulAdd(TSimd.Load(column + ends[j]), TSimd.Broadcast(x[j]), sum);
        return sum;
    }

    /// <summary>Asks for the lines of a group: one per coordinate.</summary>
    public static void Prefetch(float* group, int lines)
    {
        for (int line = 0; line < lines; line++)
            TSimd.Prefetch(group + line * Group);
    }

    /// <summary>Asks for those lines of a group of nodes that one corner needs.</summary>
    private static void PrefetchEnds(float* nodes, int d, int* ends)
    {
        for (int j = 0; j < d; j++)
            TSimd.Prefetch(nodes + ends[j]);
    }

    /// <summary>Tests the nodes of every <paramref name="stride"/>-th group listed and lists those that reach above the bound.</summary>
    private static int Step(
        in BoxTreeView tree, int level, in BoxQuery query, float bound, int* groups, int length, int stride, int* survivors, ref long tested)
    {
        // Not above b means below the next number; a corner that is NaN, where products overflow, rules nothing out.
        TVec limit = TSimd.Broadcast(bound), next = TSimd.Broadcast(MathF.BitIncrement(bound));
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
                PrefetchEnds(tree.NodeGroup(level, Plain(groups[entry + Ahead])), d, query.Upper);
            tested++;
            float* nodes = tree.NodeGroup(level, group);
            uint outside = 0, inside = 0;
            for (int lane = 0; lane < Group; lane += TSimd.Count)
                outside |= TSimd.GreaterBits(next, Corner(nodes + lane, d, query.X, query.Upper)) << lane;
            uint reach = ~outside & BoxTreeView.InUse(nodesInUse, group);
            // Below level 1 there are no nodes whose test could be spared.
            if (level > 1 && reach != 0)
                for (int lane = 0; lane < Group; lane += TSimd.Count)
                    inside |= TSimd.GreaterBits(Corner(nodes + lane, d, query.X, query.Lower), limit) << lane;
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

/// <summary>A query: x, and for each coordinate where in a group of nodes the end of the box lies that makes the product largest, and smallest.</summary>
internal readonly unsafe struct BoxQuery
{
    /// <summary>Sets the places for d coordinates.</summary>
    public BoxQuery(float* x, int d, int* upper, int* lower)
    {
        X = x;
        Upper = upper;
        Lower = lower;
        for (int j = 0; j < d; j++)
        {
            upper[j] = (x[j] > 0 ? d + j : j) * BoxTree.Group;
            lower[j] = (x[j] > 0 ? j : d + j) * BoxTree.Group;
        }
    }

    public readonly float* X;
    public readonly int* Upper;
    public readonly int* Lower;
}
