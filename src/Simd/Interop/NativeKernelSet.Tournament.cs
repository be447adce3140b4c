using Subquad.Simd.Memory;

namespace Subquad.Simd.Interop;

/// <content>Max-tournaments.</content>
internal sealed unsafe partial class NativeKernelSet
{
    private protected override void BuildTournamentCore(ReadOnlySpan<float> keys, TournamentTrees trees, int tree)
    {
        TournamentView view = trees.View;
        fixed (float* from = keys)
            _core->BuildTournament(from, &view, tree);
        KeepAlive(trees);
    }

    private protected override void BuildTournamentsCore(
        PanelMatrix sums, NativeBuffer<float> thresholds, bool overData, TournamentTrees trees, int treeFrom, int treeTo)
    {
        (PanelView from, TournamentView view) = (sums.View, trees.View);
        _core->BuildTournaments(&from, thresholds.Pointer, overData ? 1 : 0, &view, treeFrom, treeTo);
        KeepAlive(sums, thresholds, trees);
    }

    private protected override void UpdateTournamentCore(
        ReadOnlySpan<int> leaves, ReadOnlySpan<float> keys, TournamentTrees trees, int tree, bool byLevel)
    {
        TournamentView view = trees.View;
        fixed (int* changed = leaves)
        fixed (float* from = keys)
            _core->UpdateTournament(changed, from, leaves.Length, &view, tree, byLevel ? 1 : 0);
        KeepAlive(trees);
    }

    private protected override void UpdateTournamentsCore(
        PanelMatrix sums, NativeBuffer<float> thresholds, bool overData, ActiveBatch changed, TournamentTrees trees, int treeFrom,
        int treeTo, int mostPaths, Arena scratch)
    {
        (PanelView from, ActiveView lists, TournamentView view) = (sums.View, changed.View, trees.View);
        _core->UpdateTournaments(
            &from, thresholds.Pointer, overData ? 1 : 0, &lists, &view, treeFrom, treeTo, mostPaths,
            Take<int>(scratch, trees.Leaves));
        KeepAlive(sums, thresholds, changed, trees, scratch);
    }

    private protected override int ReportAboveCore(TournamentTrees trees, int tree, float threshold, Span<int> ids)
    {
        TournamentView view = trees.View;
        int count;
        fixed (int* to = ids)
            count = _core->ReportAbove(&view, tree, threshold, to);
        KeepAlive(trees);
        return count;
    }

    private protected override int ReportTopCore(TournamentTrees trees, int tree, Span<int> ids)
    {
        TournamentView view = trees.View;
        int count;
        fixed (int* to = ids)
            count = _core->ReportTop(&view, tree, to, ids.Length);
        KeepAlive(trees);
        return count;
    }

    private protected override void CountPositiveCore(TournamentTrees trees, ActiveBatch destination, int treeFrom, int treeTo)
    {
        (TournamentView view, ActiveView lists) = (trees.View, destination.View);
        _core->CountPositive(&view, &lists, treeFrom, treeTo);
        KeepAlive(trees, destination);
    }

    private protected override void CompressPositiveCore(
        TournamentTrees trees, float gain, ActiveBatch destination, int treeFrom, int treeTo)
    {
        (TournamentView view, ActiveView lists) = (trees.View, destination.View);
        _core->CompressPositive(&view, gain, &lists, treeFrom, treeTo);
        KeepAlive(trees, destination);
    }
}
