using Subquad.Simd.Memory;

namespace Subquad.Simd;

/// <content>Which neurons are above their thresholds, and single elements of a matrix.</content>
public abstract partial class KernelSet
{
    /// <summary>
    /// Counts, for every datum, the rows of <paramref name="sums"/> that are strictly above their threshold, one place late in the starts
    /// of <paramref name="destination"/>, for blocks of neurons.
    /// </summary>
    /// <param name="sums">Pre-activations: neurons x data.</param>
    /// <param name="thresholds">One per row; rows of padding are not looked at.</param>
    /// <param name="destination">Shaped (data, neurons).</param>
    /// <param name="blockFrom">First block.</param>
    /// <param name="blockTo">One past the last block.</param>
    internal void CountAbove(PanelMatrix sums, NativeBuffer<float> thresholds, ActiveBatch destination, int blockFrom, int blockTo)
    {
        CheckThresholds(sums, thresholds, destination, blockFrom, blockTo);
        CountAboveUnchecked(sums, thresholds, destination, blockFrom, blockTo);
    }

    internal static void CheckThresholds(
        PanelMatrix sums, NativeBuffer<float> thresholds, ActiveBatch destination, int blockFrom, int blockTo)
    {
        CheckEachRow(sums, thresholds);
        CheckLists(destination, sums, blockFrom, blockTo);
    }

    internal void CountAboveUnchecked(
        PanelMatrix sums, NativeBuffer<float> thresholds, ActiveBatch destination, int blockFrom, int blockTo) =>
        Serving(NativeVerb.CountAbove).CountAboveCore(sums, thresholds, destination, blockFrom, blockTo);

    private protected abstract void CountAboveCore(
        PanelMatrix sums, NativeBuffer<float> thresholds, ActiveBatch destination, int blockFrom, int blockTo);

    /// <summary>
    /// Compress: writes ids and gain * (sum - threshold) of the rows strictly above their threshold, after <see cref="CountAbove"/> and
    /// <see cref="ActiveBatch.SumCountsAndReserve"/>.
    /// </summary>
    internal void CompressAbove(
        PanelMatrix sums, NativeBuffer<float> thresholds, float gain, ActiveBatch destination, int blockFrom, int blockTo)
    {
        CheckThresholds(sums, thresholds, destination, blockFrom, blockTo);
        destination.CheckValues(destination.Values);
        CompressAboveUnchecked(sums, thresholds, gain, destination, blockFrom, blockTo);
    }

    internal void CompressAboveUnchecked(
        PanelMatrix sums, NativeBuffer<float> thresholds, float gain, ActiveBatch destination, int blockFrom, int blockTo) =>
        Serving(NativeVerb.CompressAbove).CompressAboveCore(sums, thresholds, gain, destination, blockFrom, blockTo);

    private protected abstract void CompressAboveCore(
        PanelMatrix sums, NativeBuffer<float> thresholds, float gain, ActiveBatch destination, int blockFrom, int blockTo);

    /// <summary>Reads sums[id, i] for every entry of <paramref name="entries"/>, for blocks of neurons.</summary>
    /// <param name="sums">Neurons x data, or data x neurons when <paramref name="dataInRows"/>.</param>
    /// <param name="entries">Which elements.</param>
    /// <param name="dataInRows">Whether sums holds data in rows.</param>
    /// <param name="destination">In the order of <paramref name="entries"/>.</param>
    /// <param name="blockFrom">First block.</param>
    /// <param name="blockTo">One past the last block.</param>
    public void GatherActive(
        PanelMatrix sums, ActiveBatch entries, bool dataInRows, NativeBuffer<float> destination, int blockFrom, int blockTo)
    {
        using Use use1 = Use.Shared(sums), use2 = Use.Shared(entries), use3 = Use.Shared(destination);
        CheckGather(sums, entries, dataInRows, destination, blockFrom, blockTo);
        GatherActiveUnchecked(sums, entries, dataInRows, destination, blockFrom, blockTo);
    }

    internal static void CheckGather(
        PanelMatrix sums, ActiveBatch entries, bool dataInRows, NativeBuffer<float> destination, int blockFrom, int blockTo)
    {
        (int neurons, int data) = dataInRows ? (sums.Columns, sums.Rows) : (sums.Rows, sums.Columns);
        Expect.That(
            neurons == entries.Width && data == entries.Count,
            $"expected sums of {entries.Width} neurons and {entries.Count} data, found {neurons} and {data}");
        entries.CheckValues(destination);
        CheckRange(blockFrom, blockTo, entries.Blocks);
    }

    internal void GatherActiveUnchecked(
        PanelMatrix sums, ActiveBatch entries, bool dataInRows, NativeBuffer<float> destination, int blockFrom, int blockTo) =>
        Serving(NativeVerb.GatherActive).GatherActiveCore(sums, entries, dataInRows, destination, blockFrom, blockTo);

    private protected abstract void GatherActiveCore(
        PanelMatrix sums, ActiveBatch entries, bool dataInRows, NativeBuffer<float> destination, int blockFrom, int blockTo);
}
