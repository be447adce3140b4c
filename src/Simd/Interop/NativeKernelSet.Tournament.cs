using Subquad.Simd.Memory;

namespace Subquad.Simd.Interop;

/// <content>Max-tournaments.</content>
internal sealed unsafe partial class NativeKernelSet
{
    public override void BuildTournament(ReadOnlySpan<float> keys, TournamentTrees trees, int tree)
    {
        if (!Serves(CoreVerbs.BuildTournament))
        {
            base.BuildTournament(keys, trees, tree);
            return;
        }
        HoldsKeys(keys, trees, tree);
        TournamentView view = trees.View;
        fixed (float* from = keys)
            _core->BuildTournament(from, &view, tree);
        KeepAlive(trees);
    }

    public override void BuildTournaments(PanelMatrix sums, NativeBuffer<float> thresholds, bool overData, TournamentTrees trees, int treeFrom, int treeTo)
    {
        if (!Serves(CoreVerbs.BuildTournaments))
        {
            base.BuildTournaments(sums, thresholds, overData, trees, treeFrom, treeTo);
            return;
        }
        HoldsSums(sums, thresholds, overData, trees, treeFrom, treeTo);
        (PanelView from, TournamentView view) = (sums.View, trees.View);
        _core->BuildTournaments(&from, thresholds.Pointer, overData ? 1 : 0, &view, treeFrom, treeTo);
        KeepAlive(sums, thresholds, trees);
    }

    public override void UpdateTournament(ReadOnlySpan<int> leaves, ReadOnlySpan<float> keys, TournamentTrees trees, int tree, bool byLevel)
    {
        if (!Serves(CoreVerbs.UpdateTournament))
        {
            base.UpdateTournament(leaves, keys, trees, tree, byLevel);
            return;
        }
        HoldsChanges(leaves, keys, trees, tree);
        TournamentView view = trees.View;
        fixed (int* changed = leaves)
        fixed (float* from = keys)
            _core->UpdateTournament(changed, from, leaves.Length, &view, tree, byLevel ? 1 : 0);
        KeepAlive(trees);
    }

    public override void UpdateTournaments(
        PanelMatrix sums, NativeBuffer<float> thresholds, bool overData, ActiveBatch changed, TournamentTrees trees, int treeFrom, int treeTo, int mostPaths, Arena scratch)
    {
        if (!Serves(CoreVerbs.UpdateTournaments))
        {
            base.UpdateTournaments(sums, thresholds, overData, changed, trees, treeFrom, treeTo, mostPaths, scratch);
            return;
        }
        HoldsSums(sums, thresholds, overData, trees, treeFrom, treeTo);
        HoldsLists(trees, changed, treeFrom, treeTo);
        (PanelView from, ActiveView lists, TournamentView view) = (sums.View, changed.View, trees.View);
        _core->UpdateTournaments(&from, thresholds.Pointer, overData ? 1 : 0, &lists, &view, treeFrom, treeTo, mostPaths, Take<int>(scratch, trees.Leaves));
        KeepAlive(sums, thresholds, changed, trees, scratch);
    }

    public override int ReportAbove(TournamentTrees trees, int tree, float threshold, Span<int> ids)
    {
        if (!Serves(CoreVerbs.ReportAbove))
            return base.ReportAbove(trees, tree, threshold, ids);
        HoldsIds(ids, trees, tree);
        TournamentView view = trees.View;
        int count;
        fixed (int* to = ids)
            count = _core->ReportAbove(&view, tree, threshold, to);
        KeepAlive(trees);
        return count;
    }

    public override int ReportTop(TournamentTrees trees, int tree, Span<int> ids)
    {
        if (!Serves(CoreVerbs.ReportTop))
            return base.ReportTop(trees, tree, ids);
        HoldsTrees(trees, tree, tree + 1);
        TournamentView view = trees.View;
        int count;
        fixed (int* to = ids)
            count = _core->ReportTop(&view, tree, to, ids.Length);
        KeepAlive(trees);
        return count;
    }

    public override void CountPositive(TournamentTrees trees, ActiveBatch destination, int treeFrom, int treeTo)
    {
        if (!Serves(CoreVerbs.CountPositive))
        {
            base.CountPositive(trees, destination, treeFrom, treeTo);
            return;
        }
        HoldsLists(trees, destination, treeFrom, treeTo);
        (TournamentView view, ActiveView lists) = (trees.View, destination.View);
        _core->CountPositive(&view, &lists, treeFrom, treeTo);
        KeepAlive(trees, destination);
    }

    public override void CompressPositive(TournamentTrees trees, float gain, ActiveBatch destination, int treeFrom, int treeTo)
    {
        if (!Serves(CoreVerbs.CompressPositive))
        {
            base.CompressPositive(trees, gain, destination, treeFrom, treeTo);
            return;
        }
        HoldsLists(trees, destination, treeFrom, treeTo);
        (TournamentView view, ActiveView lists) = (trees.View, destination.View);
        _core->CompressPositive(&view, gain, &lists, treeFrom, treeTo);
        KeepAlive(trees, destination);
    }
}
