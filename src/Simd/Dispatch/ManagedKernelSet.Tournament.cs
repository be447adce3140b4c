using Subquad.Simd.Kernels;
using Subquad.Simd.Memory;

namespace Subquad.Simd.Dispatch;

/// <content>Max-tournaments.</content>
internal sealed unsafe partial class ManagedKernelSet<TSimd, TVec, TSimdDouble, TVecDouble>
{
    private protected override void BuildTournamentCore(ReadOnlySpan<float> keys, TournamentTrees trees, int tree)
    {
        fixed (float* from = keys)
            TournamentKernel<TSimd, TVec>.Build(from, trees.View, tree);
        KeepAlive(trees);
    }

    private protected override void BuildTournamentsCore(
        PanelMatrix sums, NativeBuffer<float> thresholds, bool overData, TournamentTrees trees, int treeFrom, int treeTo)
    {
        if (overData)
            TournamentKernel<TSimd, TVec>.BuildOverColumns(sums.View, thresholds.Pointer, trees.View, treeFrom, treeTo);
        else
            TournamentKernel<TSimd, TVec>.BuildOverRows(sums.View, thresholds.Pointer, trees.View, treeFrom, treeTo);
        KeepAlive(sums, thresholds, trees);
    }

    private protected override void UpdateTournamentCore(
        ReadOnlySpan<int> leaves, ReadOnlySpan<float> keys, TournamentTrees trees, int tree, bool byLevel)
    {
        TournamentView view = trees.View;
        fixed (int* changed = leaves)
        fixed (float* from = keys)
        {
            TournamentKernel<TSimd, TVec>.Write(from, view, tree, changed, leaves.Length);
            Raise(view, tree, changed, leaves.Length, byLevel);
        }
        KeepAlive(trees);
    }

    private protected override void UpdateTournamentsCore(
        PanelMatrix sums, NativeBuffer<float> thresholds, bool overData, ActiveBatch changed, TournamentTrees trees, int treeFrom,
        int treeTo, int mostPaths, Arena scratch)
    {
        scratch.Reserve(trees.Leaves * (long)sizeof(int) + 128);
        int* ids = scratch.TakePointer<int>(trees.Leaves);
        TournamentView view = trees.View;
        ActiveView lists = changed.View;
        for (int tree = treeFrom; tree < treeTo; tree++)
        {
            int count = TournamentKernel<TSimd, TVec>.CopyIds(lists, tree, ids);
            TournamentKernel<TSimd, TVec>.Reread(sums.View, thresholds.Pointer, overData, view, tree, ids, count);
            Raise(view, tree, ids, count, count > mostPaths);
        }
        KeepAlive(sums, thresholds, changed, trees, scratch);
    }

    private protected override int ReportAboveCore(TournamentTrees trees, int tree, float threshold, Span<int> ids)
    {
        fixed (int* to = ids)
        {
            var visit = new IdsVisit(threshold, to);
            TournamentKernel<TSimd, TVec>.Descend(trees.View, tree, 0, ref visit);
            KeepAlive(trees);
            return (int)(visit.Next - to);
        }
    }

    private protected override int ReportTopCore(TournamentTrees trees, int tree, Span<int> ids)
    {
        if (ids.IsEmpty)
            return 0;
        fixed (int* to = ids)
        {
            int count = TournamentKernel<TSimd, TVec>.Top(trees.View, tree, to, ids.Length);
            KeepAlive(trees);
            return count;
        }
    }

    private protected override void CountPositiveCore(TournamentTrees trees, ActiveBatch destination, int treeFrom, int treeTo)
    {
        TournamentView view = trees.View;
        for (int tree = treeFrom; tree < treeTo; tree++)
        {
            long* counts = destination.Starts + tree + 1;
            for (int block = 0; block < destination.Blocks; block++)
                counts[(long)block * destination.Count] = 0;
            var visit = new CountVisit(counts, destination.Count);
            TournamentKernel<TSimd, TVec>.Descend(view, tree, 0, ref visit);
        }
        KeepAlive(trees, destination);
    }

    private protected override void CompressPositiveCore(
        TournamentTrees trees, float gain, ActiveBatch destination, int treeFrom, int treeTo)
    {
        TournamentView view = trees.View;
        ActiveView lists = destination.View;
        for (int tree = treeFrom; tree < treeTo; tree++)
        {
            var visit = new CompressVisit(lists, tree, gain);
            TournamentKernel<TSimd, TVec>.Descend(view, tree, 0, ref visit);
        }
        KeepAlive(trees, destination);
    }

    private static void Raise(in TournamentView view, int tree, int* changed, int count, bool byLevel)
    {
        if (byLevel)
            TournamentKernel<TSimd, TVec>.Raise(view, tree);
        else
            TournamentKernel<TSimd, TVec>.RaisePaths(view, tree, changed, count);
    }
}
