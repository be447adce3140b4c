using System.Numerics;
using Subquad.Simd.Lanes;
using Subquad.Simd.Memory;

namespace Subquad.Simd.Kernels;

/// <summary>
/// The k rows of a <see cref="BoxTree"/> with the least score. First straight down to the most promising 256 rows: their k-th score prunes the walk, which lists level by level the nodes
/// of level 2 that may hold a better row. They are taken in the order of what they promise (put into buckets: a heap costs more than the few visits that a strict order saves), so the
/// next ones can be prefetched; the leaves of each are read the nearest first. Equal scores count by id, so the result depends on no order of visits.
/// </summary>
internal static unsafe class NearestKernel<TSimd, TVec, TScore>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
    where TScore : struct, IScore<TSimd, TVec>
{
    private const int Group = BoxTree.Group;
    private const int Buckets = 256;

    /// <summary>Nodes whose children are prefetched while others are read.</summary>
    private const int Ahead = 4;

    /// <summary>Numbers that each of the four lists must have room for: nodes of level 2.</summary>
    public static long ListLength(in BoxTreeView tree) => tree.Leaves / Group + 2L * Group;

    /// <summary>Searches the tree, until it has computed more than <paramref name="mostGroups"/> groups.</summary>
    /// <returns>Whether it came to an end; if not, the rows found so far are no result.</returns>
    public static bool Walk(
        in BoxTreeView tree, in BoxQuery query, ref BestRows best, int* list, int* other, float* gaps, float* sortedGaps, long mostGroups, ref long rowGroups, ref long nodeGroups)
    {
        int length = 1, seen = -1;
        list[0] = 0;
        if (tree.Levels > 1)
        {
            seen = Descend(tree, query, ref best, ref rowGroups, ref nodeGroups);
            for (int level = tree.Levels; level > 1; level--)
            {
                length = Step(tree, level, query, best.Worst, list, length, other, gaps, ref nodeGroups);
                int* turned = list;
                list = other;
                other = turned;
            }
            Sort(list, gaps, length, other, sortedGaps);
            list = other;
        }
        else
        {
            sortedGaps[0] = float.NegativeInfinity;
        }
        for (int entry = 0; entry < length; entry++)
        {
            if (entry + Ahead < length && !(sortedGaps[entry + Ahead] > best.Worst))
                HalfSpaceKernel<TSimd, TVec>.Prefetch(tree.NodeGroup(1, list[entry + Ahead]), 2 * tree.Dimension);
            if (list[entry] == seen || sortedGaps[entry] > best.Worst)
                continue;
            if (rowGroups + nodeGroups > mostGroups)
                return false;
            Leaves(tree, query, list[entry], ref best, ref rowGroups, ref nodeGroups);
        }
        return true;
    }

    /// <summary>Takes every group of rows in storage order.</summary>
    public static void Scan(in BoxTreeView tree, in BoxQuery query, ref BestRows best)
    {
        for (int group = 0; group < tree.Leaves; group++)
            Rows(tree, query, group, ref best);
    }

    /// <summary>From the top to the most promising group of leaves, whose rows are all read; returns its number.</summary>
    private static int Descend(in BoxTreeView tree, in BoxQuery query, ref BestRows best, ref long rowGroups, ref long nodeGroups)
    {
        float* gaps = stackalloc float[Group];
        int group = 0;
        for (int level = tree.Levels; level > 1; level--)
        {
            nodeGroups++;
            uint reach = Gaps(tree, level, group, query, float.PositiveInfinity, gaps);
            int nearest = 0;
            for (reach &= ~1u; reach != 0; reach &= reach - 1)
                if (gaps[BitOperations.TrailingZeroCount(reach)] < gaps[nearest])
                    nearest = BitOperations.TrailingZeroCount(reach);
            group = group * Group + nearest;
        }
        Leaves(tree, query, group, ref best, ref rowGroups, ref nodeGroups);
        return group;
    }

    /// <summary>Lists the nodes within the limit below the groups listed, and their gaps.</summary>
    private static int Step(
        in BoxTreeView tree, int level, in BoxQuery query, float limit, int* groups, int length, int* survivors, float* gaps, ref long nodeGroups)
    {
        int count = 0;
        float* scratch = stackalloc float[Group];
        for (int entry = 0; entry < length; entry++)
        {
            nodeGroups++;
            uint reach = Gaps(tree, level, groups[entry], query, limit, scratch);
            for (; reach != 0; reach &= reach - 1, count++)
            {
                int lane = BitOperations.TrailingZeroCount(reach);
                survivors[count] = groups[entry] * Group + lane;
                gaps[count] = scratch[lane];
            }
        }
        return count;
    }

    /// <summary>Reads the rows of the leaves of one group that can still matter, the nearest leaf first.</summary>
    private static void Leaves(in BoxTreeView tree, in BoxQuery query, int group, ref BestRows best, ref long rowGroups, ref long nodeGroups)
    {
        float* gaps = stackalloc float[Group];
        nodeGroups++;
        float limit = best.Worst;
        uint reach = Gaps(tree, 1, group, query, limit, gaps);
        for (uint rest = reach; rest != 0; rest &= rest - 1)
            HalfSpaceKernel<TSimd, TVec>.Prefetch(tree.RowGroup(group * Group + BitOperations.TrailingZeroCount(rest)), tree.Dimension);
        while (reach != 0)
        {
            int lane = BitOperations.TrailingZeroCount(reach);
            for (uint rest = reach & (reach - 1); rest != 0; rest &= rest - 1)
                if (gaps[BitOperations.TrailingZeroCount(rest)] < gaps[lane])
                    lane = BitOperations.TrailingZeroCount(rest);
            if (gaps[lane] > limit)
                return;
            reach &= ~(1u << lane);
            rowGroups++;
            Rows(tree, query, group * Group + lane, ref best);
            limit = best.Worst;
        }
    }

    /// <summary>The gaps of sixteen nodes; returns the bits of those in use that are within the limit.</summary>
    private static uint Gaps(in BoxTreeView tree, int level, int group, in BoxQuery query, float limit, float* gaps)
    {
        float* nodes = tree.NodeGroup(level, group);
        TVec most = TSimd.Broadcast(limit);
        uint beyond = 0;
        for (int lane = 0; lane < Group; lane += TSimd.Count)
        {
            TVec gap = TScore.Gap(nodes + lane, tree.Dimension, query);
            TSimd.Store(gaps + lane, gap);
            beyond |= TSimd.GreaterBits(gap, most) << lane;
        }
        return ~beyond & BoxTreeView.InUse(tree.NodesAt(level), group);
    }

    /// <summary>Copies a list and its gaps in the order of buckets of gaps, the least first.</summary>
    private static void Sort(int* list, float* gaps, int length, int* sorted, float* sortedGaps)
    {
        float least = float.MaxValue, most = -float.MaxValue;
        for (int i = 0; i < length; i++)
        {
            least = Math.Min(least, gaps[i]);
            most = Math.Max(most, gaps[i]);
        }
        float scale = most > least ? (Buckets - 1) / (most - least) : 0;
        int* places = stackalloc int[Buckets + 1];
        new Span<int>(places, Buckets + 1).Clear();
        for (int i = 0; i < length; i++)
            places[Bucket(gaps[i]) + 1]++;
        for (int bucket = 1; bucket < Buckets; bucket++)
            places[bucket] += places[bucket - 1];
        for (int i = 0; i < length; i++)
        {
            int place = places[Bucket(gaps[i])]++;
            (sorted[place], sortedGaps[place]) = (list[i], gaps[i]);
        }

        // A gap or a scale that is no finite number only costs order.
        int Bucket(float gap) => (int)Math.Clamp((gap - least) * scale, 0f, Buckets - 1f) & (Buckets - 1);
    }

    private static void Rows(in BoxTreeView tree, in BoxQuery query, int group, ref BestRows best)
    {
        float* rows = tree.RowGroup(group);
        int* ids = tree.Ids + (long)group * Group;
        float* scores = stackalloc float[Group];
        for (int lane = 0; lane < Group; lane += TSimd.Count)
        {
            TVec score = TScore.Rows(rows + lane, tree.Dimension, query.X);
            // Not above the worst: an equal score with a smaller id counts.
            uint bits = TSimd.GreaterBits(TSimd.Broadcast(best.Limit), score);
            if (bits == 0)
                continue;
            TSimd.Store(scores, score);
            for (; bits != 0; bits &= bits - 1)
            {
                int i = BitOperations.TrailingZeroCount(bits);
                best.Offer(scores[i], ids[lane + i]);
            }
        }
    }
}
