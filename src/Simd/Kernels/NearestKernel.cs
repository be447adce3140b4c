using System.Numerics;
using Subquad.Simd.Lanes;
using Subquad.Simd.Memory;

namespace Subquad.Simd.Kernels;

/// <summary>
/// The k rows of a <see cref="RowTree"/> with the least score: down into the most promising of sixteen children first, then into the next
/// as long as its gap does not exceed the k-th score found. Equal scores count by id, so the result depends on no order of visits.
/// </summary>
internal static unsafe class NearestKernel<TSimd, TVec, TScore>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
    where TScore : struct, IScore<TSimd, TVec>
{
    private const int Group = RowTree.Group;

    /// <summary>Searches the tree, until it has computed more than <paramref name="mostGroups"/> groups.</summary>
    /// <returns>Whether it came to an end; if not, the rows found so far are no result.</returns>
    public static bool Walk(
        in RowTreeView tree, in RowQuery query, ref BestRows best, long mostGroups, ref long rowGroups, ref long nodeGroups) =>
        Visit(tree, query, tree.Levels, 0, ref best, mostGroups, ref rowGroups, ref nodeGroups);

    /// <summary>Takes every group of rows in storage order.</summary>
    public static void Scan(in RowTreeView tree, float* x, ref BestRows best)
    {
        for (int group = 0; group < tree.Leaves; group++)
            Rows(tree, x, group, ref best);
    }

    private static bool Visit(in RowTreeView tree, in RowQuery query, int level, int group, ref BestRows best, long mostGroups,
        ref long rowGroups, ref long nodeGroups)
    {
        float* nodes = TScore.Bounds(tree, level, group);
        float* gaps = stackalloc float[Group];
        float limit = TScore.Limit(best.Worst, tree.Dimension);
        TVec most = TSimd.Broadcast(limit);
        uint beyond = 0;
        for (int lane = 0; lane < Group; lane += TSimd.Count)
        {
            TVec gap = TScore.Gap(nodes + lane, tree.Dimension, query);
            TSimd.Store(gaps + lane, gap);
            beyond |= TSimd.GreaterBits(gap, most) << lane;
        }
        if (++nodeGroups + rowGroups > mostGroups)
            return false;
        uint reach = ~beyond & RowTreeView.InUse(tree.NodesAt(level), group);
        for (uint rest = reach; rest != 0; rest &= rest - 1)
            PrefetchChildren(tree, level, group * Group + BitOperations.TrailingZeroCount(rest));
        while (reach != 0)
        {
            int lane = Least(gaps, reach);
            if (gaps[lane] > limit)
                break;
            reach &= ~(1u << lane);
            if (level > 1)
            {
                if (!Visit(tree, query, level - 1, group * Group + lane, ref best, mostGroups, ref rowGroups, ref nodeGroups))
                    return false;
            }
            else
            {
                rowGroups++;
                Rows(tree, query.X, group * Group + lane, ref best);
            }
            limit = TScore.Limit(best.Worst, tree.Dimension);
        }
        return true;
    }

    private static int Least(float* gaps, uint among)
    {
        int least = BitOperations.TrailingZeroCount(among);
        for (among &= among - 1; among != 0; among &= among - 1)
        {
            int lane = BitOperations.TrailingZeroCount(among);
            least = gaps[lane] < gaps[least] ? lane : least;
        }
        return least;
    }

    private static void PrefetchChildren(in RowTreeView tree, int level, int node)
    {
        if (level == 1)
            HalfSpaceKernel<TSimd, TVec>.Prefetch(tree.RowGroup(node), tree.Dimension);
        else
            HalfSpaceKernel<TSimd, TVec>.Prefetch(TScore.Bounds(tree, level - 1, node), TScore.Vectors(tree.Dimension));
    }

    private static void Rows(in RowTreeView tree, float* x, int group, ref BestRows best)
    {
        float* rows = tree.RowGroup(group);
        int* ids = tree.Ids + (long)group * Group;
        float* scores = stackalloc float[Group];
        for (int lane = 0; lane < Group; lane += TSimd.Count)
        {
            TVec score = TScore.Rows(rows + lane, tree.Dimension, x);
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
