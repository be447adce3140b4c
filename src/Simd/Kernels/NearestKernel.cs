using System.Numerics;
using Subquad.Simd.Lanes;
using Subquad.Simd.Memory;

namespace Subquad.Simd.Kernels;

/// <summary>
/// The k rows of a <see cref="BallTree"/> with the least score: best first. A heap holds nodes above the last level by the least score a row below them can have; the most promising is
/// taken, its sixteen children are tested at once, and the search ends when nothing in the heap can beat the k-th row found. Children of the last level are groups of rows, read
/// at once, the nearest first: the sooner good rows are known, the fewer are read. Equal scores count by id, so the result depends on no order of visits.
/// </summary>
internal static unsafe class NearestKernel<TSimd, TVec, TScore>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
    where TScore : struct, IScore<TSimd, TVec>
{
    private const int Group = BallTree.Group;

    /// <summary>Nodes that the heap must have room for.</summary>
    public static long HeapLength(in BallTreeView tree) => tree.Leaves / Group + tree.Leaves / (Group * Group) + 4L * Group;

    /// <summary>Searches the tree, until it has computed more than <paramref name="mostGroups"/> groups.</summary>
    /// <returns>Whether it came to an end; if not, the rows found so far are no result, yet a scan may start with them.</returns>
    public static bool Walk(in BallTreeView tree, float* x, float norm, ref BestRows best, NodeEntry* heap, long mostGroups, ref long rowGroups, ref long nodeGroups)
    {
        int d = tree.Dimension, waiting = 1;
        heap[0] = new(float.NegativeInfinity, tree.Levels, 0);
        float* scores = stackalloc float[Group];
        while (waiting > 0)
        {
            NodeEntry node = NodeEntry.Pop(heap, ref waiting);
            if (node.Least > best.Worst)
                break;
            if (rowGroups + nodeGroups > mostGroups)
                return false;
            nodeGroups++;
            float* nodes = tree.NodeGroup(node.Level, node.Group);
            float* radii = nodes + d * Group;
            TVec limit = TSimd.Broadcast(TScore.Limit(best.Worst, d)), factor = TSimd.Broadcast(norm);
            uint beyond = 0;
            for (int lane = 0; lane < Group; lane += TSimd.Count)
            {
                TVec score = TScore.Rows(nodes + lane, d, x), radius = TSimd.Load(radii + lane);
                TSimd.Store(scores + lane, score);
                // An empty node's radius is below zero.
                beyond |= (TScore.Beyond(score, radius, factor, limit, d) | TSimd.GreaterBits(TSimd.Zero, radius)) << lane;
            }
            uint reach = ~beyond & 0xFFFF;
            if (node.Level > 1)
            {
                for (; reach != 0; reach &= reach - 1)
                {
                    int lane = BitOperations.TrailingZeroCount(reach);
                    float least = TScore.Least(scores[lane], radii[lane], norm, d);
                    if (!(least > best.Worst))
                        NodeEntry.Push(heap, ref waiting, new(least, node.Level - 1, node.Group * Group + lane));
                }
                continue;
            }
            for (uint rest = reach; rest != 0; rest &= rest - 1)
                HalfSpaceKernel<TSimd, TVec>.Prefetch(tree.RowGroup(node.Group * Group + BitOperations.TrailingZeroCount(rest)), d);
            while (reach != 0)
            {
                int lane = BitOperations.TrailingZeroCount(reach);
                for (uint rest = reach & (reach - 1); rest != 0; rest &= rest - 1)
                    if (scores[BitOperations.TrailingZeroCount(rest)] < scores[lane])
                        lane = BitOperations.TrailingZeroCount(rest);
                reach &= ~(1u << lane);
                if (TScore.Least(scores[lane], radii[lane], norm, d) > best.Worst)
                    continue;
                rowGroups++;
                Rows(tree, x, node.Group * Group + lane, ref best);
            }
        }
        return true;
    }

    /// <summary>Takes every group of rows in storage order.</summary>
    public static void Scan(in BallTreeView tree, float* x, ref BestRows best)
    {
        int d = tree.Dimension;
        for (int group = 0; group < tree.Leaves; group++)
            Rows(tree, x, group, ref best);
    }

    private static void Rows(in BallTreeView tree, float* x, int group, ref BestRows best)
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

/// <summary>A node that waits, by the least score of a row below it; and the binary heap of them.</summary>
internal readonly struct NodeEntry(float least, int level, int group)
{
    public readonly float Least = least;
    public readonly int Level = level;
    public readonly int Group = group;

    public static unsafe void Push(NodeEntry* heap, ref int count, NodeEntry entry)
    {
        int place = count++;
        for (; place > 0 && heap[(place - 1) / 2].Least > entry.Least; place = (place - 1) / 2)
            heap[place] = heap[(place - 1) / 2];
        heap[place] = entry;
    }

    public static unsafe NodeEntry Pop(NodeEntry* heap, ref int count)
    {
        NodeEntry top = heap[0], last = heap[--count];
        int place = 0;
        while (2 * place + 1 < count)
        {
            int child = 2 * place + 1;
            if (child + 1 < count && heap[child + 1].Least < heap[child].Least)
                child++;
            if (last.Least <= heap[child].Least)
                break;
            heap[place] = heap[child];
            place = child;
        }
        heap[place] = last;
        return top;
    }
}
