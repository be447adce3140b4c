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
