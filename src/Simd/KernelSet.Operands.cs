using System.Numerics;
using Subquad.Simd.Memory;

namespace Subquad.Simd;

/// <content>What every set checks, in Debug, before a kernel gets pointers, and that their owners live until it returns.</content>
public abstract partial class KernelSet
{
    private protected static void HoldsForward(PanelMatrix weights, int width, int count, PanelMatrix sums, int panelFrom, int panelTo)
    {
        Contract.Holds(weights.Columns == width, "inputs as wide as W");
        Contract.Holds(sums.Rows == weights.Rows && sums.Columns == count, "sums shaped outputs x data");
        Contract.Holds(panelFrom % 2 == 0 && panelTo % 2 == 0, "a range of panel pairs");
        HoldsRange(panelFrom, panelTo, weights.Panels);
    }

    private protected static void HoldsRound(PanelMatrix source, PanelMatrix target, int panel)
    {
        Contract.Holds(!target.IsReadOnly, "a target that may be written");
        Contract.Holds(source.Columns == target.Columns, "matrices of as many columns");
        HoldsRange(panel, panel + source.Panels, target.Panels);
    }

    private protected static void HoldsPairs(PanelMatrix weights, ActiveBatch outputs, TransposedBatch inputs)
    {
        Contract.Holds(outputs.Width == weights.Rows && inputs.Lists.Count == weights.Columns, "lists as wide as W");
        Contract.Holds(inputs.Lists.Width == outputs.Count, "inputs and outputs of the same data");
    }

    private protected static void HoldsValues(ActiveBatch entries, NativeBuffer<float> values) => Contract.Holds(values.Length >= entries.Entries, "a value for every entry");

    private protected static void HoldsRange(int from, int to, int count) => Contract.Holds(0 <= from && from <= to && to <= count, "a range inside what there is");

    private protected static void HoldsRows(ActiveBatch entries, NativeBuffer<float> values, PanelMatrix rows, int panelFrom, int panelTo)
    {
        Contract.Holds(rows.Columns == entries.Width && rows.Rows == entries.Count, "rows shaped like the entries");
        HoldsValues(entries, values);
        HoldsRange(panelFrom, panelTo, rows.Panels);
    }

    private protected static void HoldsGram(
        PanelMatrix rows, ActiveBatch entries, NativeBuffer<float> values, NativeBuffer<double> gram, int stride, int panelFrom, int panelTo)
    {
        HoldsRows(entries, values, rows, panelFrom, panelTo);
        Contract.Holds(panelFrom % 2 == 0 && panelTo % 2 == 0, "a range of panel pairs");
        Contract.Holds(stride >= rows.Panels * PanelMatrix.PanelRows && gram.Length >= (long)stride * rows.Rows, "room for the Gram matrix");
    }

    private protected static void HoldsRowNorms(PanelMatrix weights, NativeBuffer<float> norms, int panelFrom, int panelTo)
    {
        Contract.Holds(norms.Length >= (long)weights.Panels * PanelMatrix.PanelRows, "a norm for every row, padding included");
        HoldsRange(panelFrom, panelTo, weights.Panels);
    }

    private protected static void HoldsQuery(RowTree tree, ReadOnlySpan<float> x, float norm, int k = 0) =>
        Contract.Holds(x.Length == tree.Dimension && norm > 0 && k >= 0, "a query shaped like the rows");

    private protected static void HoldsGather(PanelMatrix sums, ActiveBatch entries, bool dataInRows, NativeBuffer<float> destination, int blockFrom, int blockTo)
    {
        Contract.Holds((dataInRows ? (sums.Columns, sums.Rows) : (sums.Rows, sums.Columns)) == (entries.Width, entries.Count), "sums shaped like the entries");
        HoldsValues(entries, destination);
        HoldsRange(blockFrom, blockTo, entries.Blocks);
    }

    private protected static void HoldsThresholds(PanelMatrix sums, NativeBuffer<float> thresholds, ActiveBatch destination, int blockFrom, int blockTo)
    {
        HoldsRange(blockFrom, blockTo, destination.Blocks);
        Contract.Holds(thresholds.Length >= sums.Panels * PanelMatrix.PanelRows, "a threshold for every row, padding included");
        Contract.Holds(destination.Width == sums.Rows && destination.Count == sums.Columns, "lists shaped like the sums");
    }

    private protected static void HoldsRaise(
        PanelMatrix source, NativeBuffer<float> slack, NativeBuffer<float> sizes, PanelMatrix target, int panelFrom, int panelTo)
    {
        Contract.Holds(source.Rows == target.Rows && source.Columns == target.Columns, "equal shapes");
        Contract.Holds(slack.Length >= (long)source.Panels * PanelMatrix.PanelRows && sizes.Length >= source.Columns, "an allowance for every row and a size for every datum");
        HoldsRange(panelFrom, panelTo, target.Panels);
    }

    private protected static void HoldsSupport(PanelMatrix upper, PanelMatrix support) =>
        Contract.Holds(support.Rows == upper.Rows && support.Columns == upper.Columns, "equal shapes");

    private protected static void HoldsSetListed(
        ActiveBatch listed, NativeBuffer<float> values, NativeBuffer<float> slack, NativeBuffer<float> sizes, PanelMatrix target, int blockFrom, int blockTo)
    {
        HoldsValues(listed, values);
        HoldsLists(listed, target, blockFrom, blockTo);
        Contract.Holds(slack.Length >= target.Rows && sizes.Length >= target.Columns, "an allowance for every row and a size for every datum");
    }

    private protected static void HoldsBound(PanelMatrix upper, RowBound bound, ActiveBatch destination, int blockFrom, int blockTo)
    {
        Contract.Holds(
            bound.Limits.Length >= (long)upper.Panels * PanelMatrix.PanelRows && bound.On.Length >= upper.Columns,
            "a limit for every row, padding included, and a distance for every datum");
        // Zero times infinity is no number, which lists the padding: rows that do not exist.
        Contract.Holds(AreFinite(bound.On) && AreFinite(bound.Off) && AreFinite(bound.Sizes), "finite distances and sizes");
        HoldsLists(destination, upper, blockFrom, blockTo);
    }

    private static bool AreFinite(NativeBuffer<float> values)
    {
        foreach (float value in values.Span)
            if (!float.IsFinite(value))
                return false;
        return true;
    }

    private protected static void HoldsListed(ActiveBatch listed, NativeBuffer<float> sums, NativeBuffer<float> thresholds, ActiveBatch destination, int blockFrom, int blockTo)
    {
        Contract.Holds(sums.Length >= listed.Entries && thresholds.Length >= listed.Width, "a sum for every entry and a threshold for every row");
        Contract.Holds(destination.Width == listed.Width && destination.Count == listed.Count, "lists shaped alike");
        HoldsRange(blockFrom, blockTo, listed.Blocks);
    }

    private protected static void HoldsLists(ActiveBatch lists, PanelMatrix matrix, int blockFrom, int blockTo)
    {
        Contract.Holds(lists.Width == matrix.Rows && lists.Count == matrix.Columns, "lists shaped like the matrix");
        HoldsRange(blockFrom, blockTo, lists.Blocks);
    }

    private protected static void HoldsTurned(PanelMatrix source, PanelMatrix turned, PanelMatrix target, int panelFrom, int panelTo)
    {
        Contract.Holds(source.Rows == target.Rows && source.Columns == target.Columns && turned.Rows == target.Columns && turned.Columns == target.Rows, "turned shapes");
        HoldsRange(panelFrom, panelTo, target.Panels);
    }

    private protected static void HoldsNarrow(NativeBuffer<double> gram, int stride, PanelMatrix matrix, int panelFrom, int panelTo)
    {
        Contract.Holds(matrix.Rows == matrix.Columns, "a square matrix");
        Contract.Holds(stride >= matrix.Rows && gram.Length >= (long)matrix.Rows * stride, "room for n rows of n");
        HoldsRange(panelFrom, panelTo, matrix.Panels);
    }

    private protected static void HoldsPack(PanelMatrix weights, ActiveBatch outputs, TransposedBatch inputs, PackedBlocks packed, int inputFrom, int inputTo)
    {
        HoldsPairs(weights, outputs, inputs);
        Contract.Holds(packed.Outputs == outputs, "packed blocks planned for these outputs");
        Contract.Holds(packed.Inputs!.Width == inputs.Lists.Count && packed.Inputs.Entries == inputs.Lists.Entries, "packed blocks planned for these inputs");
        HoldsRange(inputFrom, inputTo, weights.Columns);
    }

    private protected static (ActiveBatch Outputs, ActiveBatch Inputs) PlanOf(PackedBlocks packed) =>
        (packed.Outputs ?? throw Unplanned(), packed.Inputs ?? throw Unplanned());

    private static InvalidOperationException Unplanned() => new("packed blocks are used before they are planned");

    private protected static void HoldsTransform(ReadOnlySpan<float> vector) =>
        Contract.Holds(BitOperations.IsPow2(vector.Length) && vector.Length <= 1 << 30, "a length that is a power of two up to 2^30");

    private protected static void HoldsTransform(ReadOnlySpan<float> matrix, int columns, int columnFrom, int columnTo)
    {
        Contract.Holds(columns % HadamardStrip == 0 && columnFrom % HadamardStrip == 0 && columnTo % HadamardStrip == 0, "columns in whole strips");
        HoldsRange(columnFrom, columnTo, columns);
        Contract.Holds(matrix.Length % columns == 0 && BitOperations.IsPow2(matrix.Length / columns) && matrix.Length / columns <= MostHadamardRows, "a power of two of rows");
    }

    private protected static void HoldsSamples(ReadOnlySpan<int> ids, ReadOnlySpan<float> values, ReadOnlySpan<int> samples, ReadOnlySpan<float> result) =>
        Contract.Holds(ids.Length == values.Length && samples.Length == result.Length, "a value for every entry and a result for every sample");

    private protected static void HoldsCountSketch(
        ReadOnlySpan<int> ids, ReadOnlySpan<float> values, ReadOnlySpan<int> buckets, ReadOnlySpan<float> signs, ReadOnlySpan<float> result)
    {
        Contract.Holds(ids.Length == values.Length && buckets.Length == signs.Length, "a value for every entry, and a bucket and a sign for every place");
        Contract.Holds(AreBelow(ids, buckets.Length) && AreBelow(buckets, result.Length), "places that have a bucket, and buckets that exist");
    }

    private static bool AreBelow(ReadOnlySpan<int> numbers, int limit)
    {
        foreach (int number in numbers)
            if (number < 0 || number >= limit)
                return false;
        return true;
    }

    private protected static void HoldsKeys(ReadOnlySpan<float> keys, TournamentTrees trees, int tree)
    {
        Contract.Holds(keys.Length == trees.Leaves, "a key for every leaf");
        HoldsTrees(trees, tree, tree + 1);
    }

    private protected static void HoldsChanges(ReadOnlySpan<int> leaves, ReadOnlySpan<float> keys, TournamentTrees trees, int tree)
    {
        HoldsTrees(trees, tree, tree + 1);
        Contract.Holds(leaves.Length == keys.Length && !leaves.ContainsAnyExceptInRange(0, trees.Leaves - 1), "a key for every changed leaf of the tree");
    }

    private protected static void HoldsIds(ReadOnlySpan<int> ids, TournamentTrees trees, int tree)
    {
        HoldsTrees(trees, tree, tree + 1);
        Contract.Holds(ids.Length >= trees.Leaves, "room for every leaf");
    }

    private protected static void HoldsTrees(TournamentTrees trees, int treeFrom, int treeTo) =>
        Contract.Holds(0 <= treeFrom && treeFrom <= treeTo && treeTo <= trees.Trees, "a range of trees");

    private protected static void HoldsLists(TournamentTrees trees, ActiveBatch destination, int treeFrom, int treeTo)
    {
        HoldsTrees(trees, treeFrom, treeTo);
        Contract.Holds(destination.Count == trees.Trees && destination.Width == trees.Leaves, "lists shaped like the trees");
    }

    private protected static void HoldsSums(PanelMatrix sums, NativeBuffer<float> thresholds, bool overData, TournamentTrees trees, int treeFrom, int treeTo)
    {
        HoldsTrees(trees, treeFrom, treeTo);
        (int neurons, int data) = overData ? (trees.Trees, trees.Leaves) : (trees.Leaves, trees.Trees);
        Contract.Holds(sums.Rows == neurons && sums.Columns == data, "trees shaped like the sums");
        Contract.Holds(thresholds.Length >= sums.Panels * PanelMatrix.PanelRows, "a threshold for every row, padding included");
    }

    private protected static void KeepAlive(object a, object? b = null, object? c = null, object? d = null, object? e = null, object? f = null)
    {
        GC.KeepAlive(a);
        GC.KeepAlive(b);
        GC.KeepAlive(c);
        GC.KeepAlive(d);
        GC.KeepAlive(e);
        GC.KeepAlive(f);
    }
}
