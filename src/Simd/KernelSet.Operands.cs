using System.Numerics;
using Subquad.Simd.Memory;

namespace Subquad.Simd;

/// <content>The checks of the verbs, in every build. A verb runs its check before it passes pointers to a kernel. A core checks nothing, so
/// its caller must run the check first.</content>
public abstract partial class KernelSet
{
    internal static void CheckForward(PanelMatrix weights, int width, int count, PanelMatrix sums, int panelFrom, int panelTo)
    {
        Expect.That(weights.Columns == width, $"expected inputs of width {weights.Columns}, the columns of the weights, found {width}");
        Expect.That(
            sums.Rows == weights.Rows && sums.Columns == count,
            $"expected sums of {weights.Rows} outputs x {count} data, found {sums.Rows} x {sums.Columns}");
        CheckPairsOfPanels(panelFrom, panelTo);
        CheckRange(panelFrom, panelTo, weights.Panels);
        CheckWritable(sums);
    }

    internal static void CheckRange(int from, int to, int count) =>
        Expect.That(0 <= from && from <= to && to <= count, $"expected a range inside 0 to {count}, found {from} to {to}");

    internal static void CheckWritable(PanelMatrix matrix) =>
        Expect.That(!matrix.IsReadOnly, $"expected a matrix that may be written, found one in a mapped file");

    internal static void CheckLengths(long expected, long found) => Expect.That(expected == found, $"expected vectors of equal lengths, found {expected} and {found}");

    private protected static void CheckRound(PanelMatrix source, PanelMatrix target, int panel)
    {
        CheckWritable(target);
        Expect.That(source.Columns == target.Columns, $"expected a target of {source.Columns} columns, found {target.Columns}");
        Expect.That(
            0 <= panel && panel <= target.Panels - source.Panels,
            $"expected a target with room for {source.Panels} panels from panel {panel} on, found {target.Panels} panels");
    }

    internal static void CheckPairs(PanelMatrix weights, ActiveBatch outputs, TransposedBatch inputs)
    {
        Expect.That(outputs.Width == weights.Rows, $"expected outputs of width {weights.Rows}, the rows of the weights, found {outputs.Width}");
        Expect.That(inputs.Lists.Count == weights.Columns, $"expected inputs of width {weights.Columns}, the columns of the weights, found {inputs.Lists.Count}");
        Expect.That(inputs.Lists.Width == outputs.Count, $"expected inputs of {outputs.Count} data, as the outputs have, found {inputs.Lists.Width}");
    }

    internal static void CheckRows(ActiveBatch entries, NativeBuffer<float> values, PanelMatrix rows, int panelFrom, int panelTo)
    {
        Expect.That(
            rows.Rows == entries.Count && rows.Columns == entries.Width,
            $"expected rows of {entries.Count} data x {entries.Width}, found {rows.Rows} x {rows.Columns}");
        entries.CheckValues(values);
        CheckRange(panelFrom, panelTo, rows.Panels);
    }

    internal static void CheckGram(PanelMatrix rows, ActiveBatch entries, NativeBuffer<float> values, NativeBuffer<double> gram, int stride, int panelFrom, int panelTo)
    {
        CheckRows(entries, values, rows, panelFrom, panelTo);
        CheckPairsOfPanels(panelFrom, panelTo);
        long padded = (long)rows.Panels * PanelMatrix.PanelRows;
        Expect.That(
            stride >= padded && gram.Length >= (long)stride * rows.Rows,
            $"expected a Gram matrix of {rows.Rows} rows of at least {padded}, found {gram.Length} elements in rows of {stride}");
    }

    internal static void CheckRowNorms(PanelMatrix weights, NativeBuffer<float> norms, int panelFrom, int panelTo)
    {
        CheckEachRow(weights, norms);
        CheckRange(panelFrom, panelTo, weights.Panels);
    }

    private protected static void CheckQuery(RowTree tree, ReadOnlySpan<float> x, float norm, int k = 0)
    {
        CheckLengths(tree.Dimension, x.Length);
        Expect.That(norm > 0, $"expected a norm above 0, found {norm}");
        Expect.That(k >= 0, $"expected 0 or more rows, found {k}");
    }

    private protected static void CheckSort(SearchHits hits, int largestId)
    {
        foreach (int id in hits.Ids)
            Expect.That(0 <= id && id <= largestId, $"expected ids from 0 to {largestId}, found {id}");
    }

    internal static void CheckGather(PanelMatrix sums, ActiveBatch entries, bool dataInRows, NativeBuffer<float> destination, int blockFrom, int blockTo)
    {
        (int neurons, int data) = dataInRows ? (sums.Columns, sums.Rows) : (sums.Rows, sums.Columns);
        Expect.That(
            neurons == entries.Width && data == entries.Count,
            $"expected sums of {entries.Width} neurons and {entries.Count} data, found {neurons} and {data}");
        entries.CheckValues(destination);
        CheckRange(blockFrom, blockTo, entries.Blocks);
    }

    internal static void CheckThresholds(PanelMatrix sums, NativeBuffer<float> thresholds, ActiveBatch destination, int blockFrom, int blockTo)
    {
        CheckEachRow(sums, thresholds);
        CheckLists(destination, sums, blockFrom, blockTo);
    }

    internal static void CheckRaise(PanelMatrix source, NativeBuffer<float> slack, NativeBuffer<float> sizes, PanelMatrix target, int panelFrom, int panelTo)
    {
        CheckSameShape(source, target);
        CheckWritable(target);
        CheckEachRow(source, slack);
        Expect.That(sizes.Length >= source.Columns, $"expected a size for each of {source.Columns} data, found {sizes.Length}");
        CheckRange(panelFrom, panelTo, target.Panels);
    }

    internal static void CheckSupport(PanelMatrix upper, PanelMatrix support)
    {
        CheckSameShape(upper, support);
        CheckWritable(upper);
    }

    internal static void CheckSetListed(
        ActiveBatch listed, NativeBuffer<float> values, NativeBuffer<float> slack, NativeBuffer<float> sizes, PanelMatrix target, int blockFrom, int blockTo)
    {
        listed.CheckValues(values);
        CheckWritable(target);
        CheckLists(listed, target, blockFrom, blockTo);
        Expect.That(
            slack.Length >= target.Rows && sizes.Length >= target.Columns,
            $"expected an allowance for each of {target.Rows} rows and a size for each of {target.Columns} data, found {slack.Length} and {sizes.Length}");
    }

    internal static void CheckBound(PanelMatrix upper, RowBound bound, ActiveBatch destination, int blockFrom, int blockTo)
    {
        CheckEachRow(upper, bound.Limits);
        Expect.That(bound.On.Length >= upper.Columns, $"expected a distance for each of {upper.Columns} data, found {bound.On.Length}");
        // Zero times infinity is NaN, which lists the padding: rows that do not exist.
        Expect.That(AreFinite(bound.On) && AreFinite(bound.Off) && AreFinite(bound.Sizes), $"expected finite distances and sizes, found others");
        CheckLists(destination, upper, blockFrom, blockTo);
    }

    internal static void CheckListed(ActiveBatch listed, NativeBuffer<float> sums, NativeBuffer<float> thresholds, ActiveBatch destination, int blockFrom, int blockTo)
    {
        listed.CheckValues(sums);
        Expect.That(thresholds.Length >= listed.Width, $"expected a threshold for each of {listed.Width} rows, found {thresholds.Length}");
        Expect.That(
            destination.Width == listed.Width && destination.Count == listed.Count,
            $"expected lists of {listed.Count} data x {listed.Width}, found {destination.Count} x {destination.Width}");
        CheckRange(blockFrom, blockTo, listed.Blocks);
    }

    internal static void CheckLists(ActiveBatch lists, PanelMatrix matrix, int blockFrom, int blockTo)
    {
        Expect.That(
            lists.Width == matrix.Rows && lists.Count == matrix.Columns,
            $"expected lists of {matrix.Columns} data x {matrix.Rows}, found {lists.Count} x {lists.Width}");
        CheckRange(blockFrom, blockTo, lists.Blocks);
    }

    internal static void CheckTransposed(PanelMatrix source, PanelMatrix transposed, PanelMatrix target, int panelFrom, int panelTo)
    {
        CheckSameShape(source, target);
        CheckWritable(target);
        Expect.That(
            transposed.Rows == target.Columns && transposed.Columns == target.Rows,
            $"expected a transposed matrix of {target.Columns} x {target.Rows}, found {transposed.Rows} x {transposed.Columns}");
        CheckRange(panelFrom, panelTo, target.Panels);
    }

    internal static void CheckNarrow(NativeBuffer<double> gram, int stride, PanelMatrix matrix, int panelFrom, int panelTo)
    {
        Expect.That(matrix.Rows == matrix.Columns, $"expected a square matrix, found {matrix.Rows} x {matrix.Columns}");
        CheckWritable(matrix);
        CheckSquare(gram, stride, matrix.Rows);
        CheckRange(panelFrom, panelTo, matrix.Panels);
    }

    internal static void CheckPack(PanelMatrix weights, ActiveBatch outputs, TransposedBatch inputs, PackedBlocks packed, int inputFrom, int inputTo)
    {
        CheckPairs(weights, outputs, inputs);
        (ActiveBatch plannedOutputs, ActiveBatch plannedInputs) = PlanOf(packed);
        Expect.That(
            plannedOutputs == outputs && plannedInputs.Width == inputs.Lists.Count && plannedInputs.EntryCount == inputs.Lists.EntryCount,
            $"expected blocks planned for these outputs and inputs, found blocks planned for others");
        CheckRange(inputFrom, inputTo, weights.Columns);
    }

    internal static void CheckPacked(PackedBlocks packed, NativeBuffer<float> outputValues, NativeBuffer<float> inputValues, int datumFrom, int datumTo)
    {
        (ActiveBatch outputs, ActiveBatch inputs) = PlanOf(packed);
        outputs.CheckValues(outputValues);
        inputs.CheckValues(inputValues);
        CheckRange(datumFrom, datumTo, outputs.Count);
    }

    private protected static (ActiveBatch Outputs, ActiveBatch Inputs) PlanOf(PackedBlocks packed) =>
        (packed.Outputs ?? throw Unplanned(), packed.Inputs ?? throw Unplanned());

    private protected static void CheckTransform(ReadOnlySpan<float> vector) => Expect.That(
        BitOperations.IsPow2(vector.Length) && vector.Length <= 1 << 30, $"expected a length that is a power of two from 1 to 2^30, found {vector.Length}");

    private protected static void CheckTransform(ReadOnlySpan<float> matrix, int columns, int columnFrom, int columnTo)
    {
        Expect.That(columns > 0 && columns % HadamardStrip == 0, $"expected columns in strips of {HadamardStrip}, found {columns}");
        Expect.That(columnFrom % HadamardStrip == 0 && columnTo % HadamardStrip == 0, $"expected a range of strips of {HadamardStrip}, found {columnFrom} to {columnTo}");
        CheckRange(columnFrom, columnTo, columns);
        Expect.That(
            matrix.Length % columns == 0 && BitOperations.IsPow2(matrix.Length / columns) && matrix.Length / columns <= MostHadamardRows,
            $"expected a power of two of rows of {columns}, at most {MostHadamardRows}, found {matrix.Length} elements");
    }

    private protected static void CheckSamples(ReadOnlySpan<int> ids, ReadOnlySpan<float> values, ReadOnlySpan<int> samples, ReadOnlySpan<float> result)
    {
        Expect.That(ids.Length == values.Length, $"expected a value for each of {ids.Length} entries, found {values.Length}");
        Expect.That(samples.Length == result.Length, $"expected a result for each of {samples.Length} samples, found {result.Length}");
        Expect.That(!ids.ContainsAnyInRange(int.MinValue, -1), $"expected ids of 0 or more, found a negative one");
        Expect.That(!samples.ContainsAnyInRange(int.MinValue, -1), $"expected samples of 0 or more, found a negative one");
    }

    private protected static void CheckCountSketch(
        ReadOnlySpan<int> ids, ReadOnlySpan<float> values, ReadOnlySpan<int> buckets, ReadOnlySpan<float> signs, ReadOnlySpan<float> result)
    {
        Expect.That(ids.Length == values.Length, $"expected a value for each of {ids.Length} entries, found {values.Length}");
        Expect.That(buckets.Length == signs.Length, $"expected a sign for each of {buckets.Length} places, found {signs.Length}");
        CheckBelow(ids, buckets.Length, "a place");
        foreach (int id in ids)
            Expect.That(0 <= buckets[id] && buckets[id] < result.Length, $"expected a bucket from 0 to {result.Length - 1}, found {buckets[id]} at place {id}");
    }

    private protected static void CheckBelow(ReadOnlySpan<int> numbers, int limit, string what)
    {
        foreach (int number in numbers)
            Expect.That(0 <= number && number < limit, $"expected {what} from 0 to {limit - 1}, found {number}");
    }

    private protected static void CheckKeys(ReadOnlySpan<float> keys, TournamentTrees trees, int tree)
    {
        Expect.That(keys.Length == trees.Leaves, $"expected a key for each of {trees.Leaves} leaves, found {keys.Length}");
        CheckTrees(trees, tree, tree + 1);
    }

    private protected static void CheckChanges(ReadOnlySpan<int> leaves, ReadOnlySpan<float> keys, TournamentTrees trees, int tree)
    {
        CheckTrees(trees, tree, tree + 1);
        Expect.That(leaves.Length == keys.Length, $"expected a key for each of {leaves.Length} changed leaves, found {keys.Length}");
        CheckBelow(leaves, trees.Leaves, "a leaf");
    }

    private protected static void CheckIds(ReadOnlySpan<int> ids, TournamentTrees trees, int tree)
    {
        CheckTrees(trees, tree, tree + 1);
        Expect.That(ids.Length >= trees.Leaves, $"expected room for {trees.Leaves} ids, found {ids.Length}");
    }

    internal static void CheckTrees(TournamentTrees trees, int treeFrom, int treeTo) => CheckRange(treeFrom, treeTo, trees.Trees);

    internal static void CheckLists(TournamentTrees trees, ActiveBatch destination, int treeFrom, int treeTo)
    {
        CheckTrees(trees, treeFrom, treeTo);
        Expect.That(
            destination.Count == trees.Trees && destination.Width == trees.Leaves,
            $"expected lists of {trees.Trees} trees of {trees.Leaves} leaves, found {destination.Count} of {destination.Width}");
    }

    internal static void CheckSums(PanelMatrix sums, NativeBuffer<float> thresholds, bool overData, TournamentTrees trees, int treeFrom, int treeTo)
    {
        CheckTrees(trees, treeFrom, treeTo);
        (int neurons, int data) = overData ? (trees.Trees, trees.Leaves) : (trees.Leaves, trees.Trees);
        Expect.That(sums.Rows == neurons && sums.Columns == data, $"expected sums of {neurons} neurons x {data} data, found {sums.Rows} x {sums.Columns}");
        CheckEachRow(sums, thresholds);
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

    /// <summary>One number per row, padding included.</summary>
    private static void CheckEachRow(PanelMatrix matrix, NativeBuffer<float> numbers)
    {
        long rows = (long)matrix.Panels * PanelMatrix.PanelRows;
        Expect.That(numbers.Length >= rows, $"expected a number for each of {rows} rows, padding included, found {numbers.Length}");
    }

    private static void CheckSameShape(PanelMatrix expected, PanelMatrix found) => Expect.That(
        expected.Rows == found.Rows && expected.Columns == found.Columns,
        $"expected a matrix of {expected.Rows} x {expected.Columns}, found {found.Rows} x {found.Columns}");

    private static void CheckPairsOfPanels(int panelFrom, int panelTo) =>
        Expect.That(panelFrom % 2 == 0 && panelTo % 2 == 0, $"expected a range of pairs of panels, found {panelFrom} to {panelTo}");

    private static bool AreFinite(NativeBuffer<float> values)
    {
        foreach (float value in values.Span)
            if (!float.IsFinite(value))
                return false;
        return true;
    }

    private static InvalidOperationException Unplanned() => new("expected packed blocks with a plan, found some that were never planned");
}
