using Subquad.Simd.Memory;

namespace Subquad.Simd.Interop;

/// <content>Max-tournaments.</content>
internal sealed unsafe partial class NativeKernelSet
{
    internal override void BuildTournamentCore(ReadOnlySpan<float> keys, TournamentTrees trees, int tree)
    {
        if (!Serves(CoreVerbs.BuildTournament))
        {
            base.BuildTournamentCore(keys, trees, tree);
            return;
        }
        TournamentView view = trees.View;
        fixed (float* from = keys)
            _core->BuildTournament(from, &view, tree);
        KeepAlive(trees);
    }

    internal override void BuildTournamentsCore(PanelMatrix sums, NativeBuffer<float> thresholds, bool overData, TournamentTrees trees, int treeFrom, int treeTo)
    {
        if (!Serves(CoreVerbs.BuildTournaments))
        {
            base.BuildTournamentsCore(sums, thresholds, overData, trees, treeFrom, treeTo);
            return;
        }
        (PanelView from, TournamentView view) = (sums.View, trees.View);
        _core->BuildTournaments(&from, thresholds.Pointer, overData ? 1 : 0, &view, treeFrom, treeTo);
        KeepAlive(sums, thresholds, trees);
    }

    internal override void UpdateTournamentCore(ReadOnlySpan<int> leaves, ReadOnlySpan<float> keys, TournamentTrees trees, int tree, bool byLevel)
    {
        if (!Serves(CoreVerbs.UpdateTournament))
        {
            base.UpdateTournamentCore(leaves, keys, trees, tree, byLevel);
            return;
        }
        TournamentView view = trees.View;
        fixed (int* changed = leaves)
        fixed (float* from = keys)
            _core->UpdateTournament(changed, from, leaves.Length, &view, tree, byLevel ? 1 : 0);
        KeepAlive(trees);
    }

    internal override void UpdateTournamentsCore(
        PanelMatrix sums, NativeBuffer<float> thresholds, bool overData, ActiveBatch changed, TournamentTrees trees, int treeFrom, int treeTo, int mostPaths, Arena scratch)
    {
        if (!Serves(CoreVerbs.UpdateTournaments))
        {
            base.UpdateTournamentsCore(sums, thresholds, overData, changed, trees, treeFrom, treeTo, mostPaths, scratch);
            return;
        }
        (PanelView from, ActiveView lists, TournamentView view) = (sums.View, changed.View, trees.View);
        _core->UpdateTournaments(&from, thresholds.Pointer, overData ? 1 : 0, &lists, &view, treeFrom, treeTo, mostPaths, Take<int>(scratch, trees.Leaves));
        KeepAlive(sums, thresholds, changed, trees, scratch);
    }

    internal override int ReportAboveCore(TournamentTrees trees, int tree, float threshold, Span<int> ids)
    {
        if (!Serves(CoreVerbs.ReportAbove))
            return base.ReportAboveCore(trees, tree, threshold, ids);
        TournamentView view = trees.View;
        int count;
        fixed (int* to = ids)
            count = _core->ReportAbove(&view, tree, threshold, to);
        KeepAlive(trees);
        return count;
    }

    internal override int ReportTopCore(TournamentTrees trees, int tree, Span<int> ids)
    {
        if (!Serves(CoreVerbs.ReportTop))
            return base.ReportTopCore(trees, tree, ids);
        TournamentView view = trees.View;
        int count;
        fixed (int* to = ids)
            count = _core->ReportTop(&view, tree, to, ids.Length);
        KeepAlive(trees);
        return count;
    }

    internal override void CountPositiveCore(TournamentTrees trees, ActiveBatch destination, int treeFrom, int treeTo)
    {
        if (!Serves(CoreVerbs.CountPositive))
        {
            base.CountPositiveCore(trees, destination, treeFrom, treeTo);
            return;
        }
        (TournamentView view, ActiveView lists) = (trees.View, destination.View);
        _core->CountPositive(&view, &lists, treeFrom, treeTo);
        KeepAlive(trees, destination);
    }

    internal override void CompressPositiveCore(TournamentTrees trees, float gain, ActiveBatch destination, int treeFrom, int treeTo)
    {
        if (!Serves(CoreVerbs.CompressPositive))
        {
            base.CompressPositiveCore(trees, gain, destination, treeFrom, treeTo);
            return;
        }
        (TournamentView view, ActiveView lists) = (trees.View, destination.View);
        _core->CompressPositive(&view, gain, &lists, treeFrom, treeTo);
        KeepAlive(trees, destination);
    }
}
