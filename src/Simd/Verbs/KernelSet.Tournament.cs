using Subquad.Simd.Memory;

namespace Subquad.Simd;

/// <content>
/// Max-tournaments: k_j are the keys of one tree's leaves, held as -infinity where they would be NaN. For float32 with gradual underflow
/// sum > threshold exactly when the rounded difference sum - threshold > 0, so keys made of differences lose no neuron and invent none.
/// </content>
public abstract partial class KernelSet
{
    /// <summary>Builds one tree over keys; NaN becomes -infinity.</summary>
    /// <param name="keys">One per leaf.</param>
    /// <param name="trees">Shaped.</param>
    /// <param name="tree">Which.</param>
    internal void BuildTournament(ReadOnlySpan<float> keys, TournamentTrees trees, int tree)
    {
        CheckKeys(keys, trees, tree);
        Serving(NativeVerb.BuildTournament).BuildTournamentCore(keys, trees, tree);
    }

    private static void CheckKeys(ReadOnlySpan<float> keys, TournamentTrees trees, int tree)
    {
        Expect.That(keys.Length == trees.Leaves, $"expected a key for each of {trees.Leaves} leaves, found {keys.Length}");
        CheckTrees(trees, tree, tree + 1);
    }

    private protected abstract void BuildTournamentCore(ReadOnlySpan<float> keys, TournamentTrees trees, int tree);

    /// <summary>
    /// Builds the trees <paramref name="treeFrom"/> to <paramref name="treeTo"/> - 1 over k = sum - threshold: one per datum over the
    /// neurons, or one per neuron over the data.
    /// </summary>
    /// <param name="sums">Pre-activations: neurons x data.</param>
    /// <param name="thresholds">One per row, padding included (+infinity).</param>
    /// <param name="overData">Whether leaves are data.</param>
    /// <param name="trees">Shaped (data, neurons), or (neurons, data).</param>
    /// <param name="treeFrom">First tree; over data best a multiple of 64, whose lines are read once.</param>
    /// <param name="treeTo">One past the last tree.</param>
    internal void BuildTournaments(
        PanelMatrix sums, NativeBuffer<float> thresholds, bool overData, TournamentTrees trees, int treeFrom, int treeTo)
    {
        CheckSums(sums, thresholds, overData, trees, treeFrom, treeTo);
        BuildTournamentsUnchecked(sums, thresholds, overData, trees, treeFrom, treeTo);
    }

    private static void CheckSums(
        PanelMatrix sums, NativeBuffer<float> thresholds, bool overData, TournamentTrees trees, int treeFrom, int treeTo)
    {
        CheckTrees(trees, treeFrom, treeTo);
        (int neurons, int data) = overData ? (trees.Trees, trees.Leaves) : (trees.Leaves, trees.Trees);
        Expect.That(
            sums.Rows == neurons && sums.Columns == data,
            $"expected sums of {neurons} neurons x {data} data, found {sums.Rows} x {sums.Columns}");
        CheckEachRow(sums, thresholds);
    }

    internal void BuildTournamentsUnchecked(
        PanelMatrix sums, NativeBuffer<float> thresholds, bool overData, TournamentTrees trees, int treeFrom, int treeTo) =>
        Serving(NativeVerb.BuildTournaments).BuildTournamentsCore(sums, thresholds, overData, trees, treeFrom, treeTo);

    private protected abstract void BuildTournamentsCore(
        PanelMatrix sums, NativeBuffer<float> thresholds, bool overData, TournamentTrees trees, int treeFrom, int treeTo);

    /// <summary>
    /// Gives some leaves of a built tree new keys, in order (of equal leaves the last counts), and brings the levels above up to date.
    /// </summary>
    /// <param name="leaves">Which.</param>
    /// <param name="keys">Their keys; NaN becomes -infinity.</param>
    /// <param name="trees">Where the tree is.</param>
    /// <param name="tree">Which.</param>
    /// <param name="byLevel">Level by level, all of each; else path by path, each up to the first element that stays. Both leave the same
    /// bits.</param>
    internal void UpdateTournament(ReadOnlySpan<int> leaves, ReadOnlySpan<float> keys, TournamentTrees trees, int tree, bool byLevel)
    {
        CheckChanges(leaves, keys, trees, tree);
        UpdateTournamentUnchecked(leaves, keys, trees, tree, byLevel);
    }

    private static void CheckChanges(ReadOnlySpan<int> leaves, ReadOnlySpan<float> keys, TournamentTrees trees, int tree)
    {
        CheckTrees(trees, tree, tree + 1);
        Expect.That(leaves.Length == keys.Length, $"expected a key for each of {leaves.Length} changed leaves, found {keys.Length}");
        CheckBelow(leaves, trees.Leaves, "a leaf");
    }

    internal void UpdateTournamentUnchecked(
        ReadOnlySpan<int> leaves, ReadOnlySpan<float> keys, TournamentTrees trees, int tree, bool byLevel) =>
        Serving(NativeVerb.UpdateTournament).UpdateTournamentCore(leaves, keys, trees, tree, byLevel);

    private protected abstract void UpdateTournamentCore(
        ReadOnlySpan<int> leaves, ReadOnlySpan<float> keys, TournamentTrees trees, int tree, bool byLevel);

    /// <summary>
    /// Reads the keys sum - threshold of changed leaves anew and brings the levels above up to date, for the trees
    /// <paramref name="treeFrom"/> to <paramref name="treeTo"/> - 1.
    /// </summary>
    /// <param name="sums">As for <see cref="BuildTournaments"/>.</param>
    /// <param name="thresholds">As above.</param>
    /// <param name="overData">As above.</param>
    /// <param name="changed">Row i lists the changed leaves of tree i; values are not looked at.</param>
    /// <param name="trees">Built.</param>
    /// <param name="treeFrom">First tree.</param>
    /// <param name="treeTo">One past the last tree.</param>
    /// <param name="mostPaths">Up to this many changed leaves of a tree go path by path, more level by level.</param>
    /// <param name="scratch">Emptied; grows to one id per leaf.</param>
    internal void UpdateTournaments(
        PanelMatrix sums, NativeBuffer<float> thresholds, bool overData, ActiveBatch changed, TournamentTrees trees, int treeFrom,
        int treeTo, int mostPaths, Arena scratch)
    {
        CheckSums(sums, thresholds, overData, trees, treeFrom, treeTo);
        CheckLists(trees, changed, treeFrom, treeTo);
        UpdateTournamentsUnchecked(sums, thresholds, overData, changed, trees, treeFrom, treeTo, mostPaths, scratch);
    }

    internal void UpdateTournamentsUnchecked(
        PanelMatrix sums, NativeBuffer<float> thresholds, bool overData, ActiveBatch changed, TournamentTrees trees, int treeFrom,
        int treeTo, int mostPaths, Arena scratch) =>
        Serving(NativeVerb.UpdateTournaments)
            .UpdateTournamentsCore(sums, thresholds, overData, changed, trees, treeFrom, treeTo, mostPaths, scratch);

    private protected abstract void UpdateTournamentsCore(
        PanelMatrix sums, NativeBuffer<float> thresholds, bool overData, ActiveBatch changed, TournamentTrees trees, int treeFrom,
        int treeTo, int mostPaths, Arena scratch);

    /// <summary>
    /// Writes every j with k_j strictly above the threshold, ascending; returns how many. A NaN threshold reports nothing.
    /// </summary>
    /// <param name="trees">Where the tree is.</param>
    /// <param name="tree">Which.</param>
    /// <param name="threshold">What keys must exceed.</param>
    /// <param name="ids">Room for every leaf.</param>
    internal int ReportAbove(TournamentTrees trees, int tree, float threshold, Span<int> ids)
    {
        CheckIds(ids, trees, tree);
        return Serving(NativeVerb.ReportAbove).ReportAboveCore(trees, tree, threshold, ids);
    }

    private static void CheckIds(ReadOnlySpan<int> ids, TournamentTrees trees, int tree)
    {
        CheckTrees(trees, tree, tree + 1);
        Expect.That(ids.Length >= trees.Leaves, $"expected room for {trees.Leaves} ids, found {ids.Length}");
    }

    private protected abstract int ReportAboveCore(TournamentTrees trees, int tree, float threshold, Span<int> ids);

    /// <summary>
    /// Writes the j of the largest k_j above -infinity, by descending key, the lower id first where keys are equal; returns how many, fewer
    /// than asked for only when there are no more.
    /// </summary>
    /// <param name="trees">Where the tree is.</param>
    /// <param name="tree">Which.</param>
    /// <param name="ids">As many as are wanted.</param>
    internal int ReportTop(TournamentTrees trees, int tree, Span<int> ids)
    {
        CheckTrees(trees, tree, tree + 1);
        return Serving(NativeVerb.ReportTop).ReportTopCore(trees, tree, ids);
    }

    private protected abstract int ReportTopCore(TournamentTrees trees, int tree, Span<int> ids);

    /// <summary>Counts, for every tree, its leaves with k_j > 0, one place late in the starts of <paramref name="destination"/>.</summary>
    /// <param name="trees">Built.</param>
    /// <param name="destination">Shaped (trees, leaves).</param>
    /// <param name="treeFrom">First tree.</param>
    /// <param name="treeTo">One past the last tree.</param>
    internal void CountPositive(TournamentTrees trees, ActiveBatch destination, int treeFrom, int treeTo)
    {
        CheckLists(trees, destination, treeFrom, treeTo);
        CountPositiveUnchecked(trees, destination, treeFrom, treeTo);
    }

    internal void CountPositiveUnchecked(TournamentTrees trees, ActiveBatch destination, int treeFrom, int treeTo) =>
        Serving(NativeVerb.CountPositive).CountPositiveCore(trees, destination, treeFrom, treeTo);

    private protected abstract void CountPositiveCore(TournamentTrees trees, ActiveBatch destination, int treeFrom, int treeTo);

    /// <summary>
    /// Compress: writes the ids and gain * k_j of the leaves with k_j > 0, after <see cref="CountPositive"/> and
    /// <see cref="ActiveBatch.SumCountsAndReserve"/>.
    /// </summary>
    internal void CompressPositive(TournamentTrees trees, float gain, ActiveBatch destination, int treeFrom, int treeTo)
    {
        CheckLists(trees, destination, treeFrom, treeTo);
        destination.CheckValues(destination.Values);
        CompressPositiveUnchecked(trees, gain, destination, treeFrom, treeTo);
    }

    internal void CompressPositiveUnchecked(TournamentTrees trees, float gain, ActiveBatch destination, int treeFrom, int treeTo) =>
        Serving(NativeVerb.CompressPositive).CompressPositiveCore(trees, gain, destination, treeFrom, treeTo);

    private protected abstract void CompressPositiveCore(
        TournamentTrees trees, float gain, ActiveBatch destination, int treeFrom, int treeTo);

    private static void CheckTrees(TournamentTrees trees, int treeFrom, int treeTo) => CheckRange(treeFrom, treeTo, trees.Trees);

    private static void CheckLists(TournamentTrees trees, ActiveBatch destination, int treeFrom, int treeTo)
    {
        CheckTrees(trees, treeFrom, treeTo);
        Expect.That(
            destination.Count == trees.Trees && destination.Width == trees.Leaves,
            $"expected lists of {trees.Trees} trees of {trees.Leaves} leaves, found {destination.Count} of {destination.Width}");
    }
}
