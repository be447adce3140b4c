using Subquad.Simd.Memory;

namespace Subquad.Simd;

/// <content>Bounds that rule neurons out, and what is left to compute (design: certified activity).</content>
public abstract partial class KernelSet
{
    /// <summary>
    /// norms[r, i] = raise * |W[r, S_i]|_2 for all rows of panels <paramref name="panelFrom"/> to <paramref name="panelTo"/> - 1; sums of
    /// squares are chains in float32.
    /// </summary>
    /// <param name="weights">W.</param>
    /// <param name="inputs">The active inputs S; their values are not looked at.</param>
    /// <param name="raise">At least 1: covers the rounding, so that the result is an upper bound, but not underflow: squares below the
    /// normal numbers may take sqrt(m) 2^-75 away from a norm of m terms.</param>
    /// <param name="norms">Rows of W x n; overwritten in these panels.</param>
    /// <param name="panelFrom">First panel, even.</param>
    /// <param name="panelTo">One past the last panel, even.</param>
    public void SupportNorms(PanelMatrix weights, ActiveBatch inputs, float raise, PanelMatrix norms, int panelFrom, int panelTo)
    {
        using Use use1 = Use.Shared(weights), use2 = Use.Shared(inputs), use3 = Use.Shared(norms);
        CheckSupportNorms(weights, inputs, norms, panelFrom, panelTo);
        SupportNormsUnchecked(weights, inputs, raise, norms, panelFrom, panelTo);
    }

    internal static void CheckSupportNorms(PanelMatrix weights, ActiveBatch inputs, PanelMatrix norms, int panelFrom, int panelTo) =>
        CheckForward(weights, inputs.Width, inputs.Count, norms, panelFrom, panelTo);

    internal void SupportNormsUnchecked(
        PanelMatrix weights, ActiveBatch inputs, float raise, PanelMatrix norms, int panelFrom, int panelTo) =>
        Serving(NativeVerb.SupportNorms).SupportNormsCore(weights, inputs, raise, norms, panelFrom, panelTo);

    private protected abstract void SupportNormsCore(
        PanelMatrix weights, ActiveBatch inputs, float raise, PanelMatrix norms, int panelFrom, int panelTo);

    /// <summary>norms[r] = raise * |W[r, :]|_2, as <see cref="SupportNorms"/> does it; padding included.</summary>
    public void RowNorms(PanelMatrix weights, float raise, NativeBuffer<float> norms, int panelFrom, int panelTo)
    {
        using Use use1 = Use.Shared(weights), use2 = Use.Shared(norms);
        CheckRowNorms(weights, norms, panelFrom, panelTo);
        RowNormsUnchecked(weights, raise, norms, panelFrom, panelTo);
    }

    internal static void CheckRowNorms(PanelMatrix weights, NativeBuffer<float> norms, int panelFrom, int panelTo)
    {
        CheckEachRow(weights, norms);
        CheckRange(panelFrom, panelTo, weights.Panels);
    }

    internal void RowNormsUnchecked(PanelMatrix weights, float raise, NativeBuffer<float> norms, int panelFrom, int panelTo) =>
        Serving(NativeVerb.RowNorms).RowNormsCore(weights, raise, norms, panelFrom, panelTo);

    private protected abstract void RowNormsCore(PanelMatrix weights, float raise, NativeBuffer<float> norms, int panelFrom, int panelTo);

    /// <summary>target[r, i] = source[r, i] + slack[r] * sizes[i], for panels.</summary>
    public void Raise(
        PanelMatrix source, NativeBuffer<float> slack, NativeBuffer<float> sizes, PanelMatrix target, int panelFrom, int panelTo)
    {
        using Use use1 = Use.Shared(source), use2 = Use.Shared(slack), use3 = Use.Shared(sizes), use4 = Use.Shared(target);
        CheckRaise(source, slack, sizes, target, panelFrom, panelTo);
        RaiseUnchecked(source, slack, sizes, target, panelFrom, panelTo);
    }

    internal static void CheckRaise(
        PanelMatrix source, NativeBuffer<float> slack, NativeBuffer<float> sizes, PanelMatrix target, int panelFrom, int panelTo)
    {
        CheckSameShape(source, target);
        CheckWritable(target);
        CheckEachRow(source, slack);
        Expect.That(sizes.Length >= source.Columns, $"expected a size for each of {source.Columns} data, found {sizes.Length}");
        CheckRange(panelFrom, panelTo, target.Panels);
    }

    internal void RaiseUnchecked(
        PanelMatrix source, NativeBuffer<float> slack, NativeBuffer<float> sizes, PanelMatrix target, int panelFrom, int panelTo) =>
        Serving(NativeVerb.Raise).RaiseCore(source, slack, sizes, target, panelFrom, panelTo);

    private protected abstract void RaiseCore(
        PanelMatrix source, NativeBuffer<float> slack, NativeBuffer<float> sizes, PanelMatrix target, int panelFrom, int panelTo);

    /// <summary>
    /// upper[r, i] += (support[r, i] + growth[r]) on[i] + norm[r] off[i], and counts, for every datum, the rows with upper + error[r]
    /// size[i] not below their limit, one place late in the starts of <paramref name="destination"/>, for blocks of neurons.
    /// </summary>
    /// <param name="upper">Bounds at the reference's inputs, then at the present ones: neurons x data, zero in the padding.</param>
    /// <param name="support">Norms on supports: neurons x data, zero in the padding.</param>
    /// <param name="bound">The other parts, all finite but the limits of padding.</param>
    /// <param name="destination">Shaped (data, neurons).</param>
    /// <param name="blockFrom">First block.</param>
    /// <param name="blockTo">One past the last block.</param>
    internal void RaiseAndCountUncertain(
        PanelMatrix upper, PanelMatrix support, RowBound bound, ActiveBatch destination, int blockFrom, int blockTo)
    {
        CheckRaiseAndCount(upper, support, bound, destination, blockFrom, blockTo);
        RaiseAndCountUncertainUnchecked(upper, support, bound, destination, blockFrom, blockTo);
    }

    internal static void CheckRaiseAndCount(
        PanelMatrix upper, PanelMatrix support, RowBound bound, ActiveBatch destination, int blockFrom, int blockTo)
    {
        CheckSameShape(upper, support);
        CheckWritable(upper);
        CheckBound(upper, bound, destination, blockFrom, blockTo);
    }

    internal void RaiseAndCountUncertainUnchecked(
        PanelMatrix upper, PanelMatrix support, RowBound bound, ActiveBatch destination, int blockFrom, int blockTo) =>
        Serving(NativeVerb.RaiseAndCountUncertain).RaiseAndCountUncertainCore(upper, support, bound, destination, blockFrom, blockTo);

    private protected abstract void RaiseAndCountUncertainCore(
        PanelMatrix upper, PanelMatrix support, RowBound bound, ActiveBatch destination, int blockFrom, int blockTo);

    /// <summary>
    /// Lists those rows, after <see cref="RaiseAndCountUncertain"/>, summing the counts and making room; values are left as they are.
    /// </summary>
    internal void ListUncertain(PanelMatrix upper, RowBound bound, ActiveBatch destination, int blockFrom, int blockTo)
    {
        CheckBound(upper, bound, destination, blockFrom, blockTo);
        destination.CheckValues(destination.Values);
        ListUncertainUnchecked(upper, bound, destination, blockFrom, blockTo);
    }

    internal static void CheckBound(PanelMatrix upper, RowBound bound, ActiveBatch destination, int blockFrom, int blockTo)
    {
        CheckEachRow(upper, bound.Limits);
        Expect.That(bound.On.Length >= upper.Columns, $"expected a distance for each of {upper.Columns} data, found {bound.On.Length}");
        // Zero times infinity is NaN, which lists the padding: rows that do not exist.
        Expect.That(
            AreFinite(bound.On) && AreFinite(bound.Off) && AreFinite(bound.Sizes),
            $"expected finite distances and sizes, found others");
        CheckLists(destination, upper, blockFrom, blockTo);
    }

    internal void ListUncertainUnchecked(PanelMatrix upper, RowBound bound, ActiveBatch destination, int blockFrom, int blockTo) =>
        Serving(NativeVerb.ListUncertain).ListUncertainCore(upper, bound, destination, blockFrom, blockTo);

    private protected abstract void ListUncertainCore(
        PanelMatrix upper, RowBound bound, ActiveBatch destination, int blockFrom, int blockTo);

    /// <summary>target[r, i] = value + slack[r] * sizes[i] for the listed elements.</summary>
    /// <param name="listed">Which elements.</param>
    /// <param name="values">In the order of <paramref name="listed"/>.</param>
    /// <param name="slack">One per row.</param>
    /// <param name="sizes">One per datum.</param>
    /// <param name="target">Neurons x data.</param>
    /// <param name="blockFrom">First block.</param>
    /// <param name="blockTo">One past the last block.</param>
    internal void SetListed(
        ActiveBatch listed, NativeBuffer<float> values, NativeBuffer<float> slack, NativeBuffer<float> sizes, PanelMatrix target,
        int blockFrom, int blockTo)
    {
        CheckSetListed(listed, values, slack, sizes, target, blockFrom, blockTo);
        SetListedUnchecked(listed, values, slack, sizes, target, blockFrom, blockTo);
    }

    internal static void CheckSetListed(
        ActiveBatch listed, NativeBuffer<float> values, NativeBuffer<float> slack, NativeBuffer<float> sizes, PanelMatrix target,
        int blockFrom, int blockTo)
    {
        listed.CheckValues(values);
        CheckWritable(target);
        CheckLists(listed, target, blockFrom, blockTo);
        Expect.That(
            slack.Length >= target.Rows && sizes.Length >= target.Columns,
            $"expected an allowance for each of {target.Rows} rows and a size for each of {target.Columns} data, "
            + $"found {slack.Length} and {sizes.Length}");
    }

    internal void SetListedUnchecked(
        ActiveBatch listed, NativeBuffer<float> values, NativeBuffer<float> slack, NativeBuffer<float> sizes, PanelMatrix target,
        int blockFrom, int blockTo) =>
        Serving(NativeVerb.SetListed).SetListedCore(listed, values, slack, sizes, target, blockFrom, blockTo);

    private protected abstract void SetListedCore(
        ActiveBatch listed, NativeBuffer<float> values, NativeBuffer<float> slack, NativeBuffer<float> sizes, PanelMatrix target,
        int blockFrom, int blockTo);

    /// <summary>As <see cref="CountAbove"/>, among the rows that <paramref name="listed"/> names, whose sums lie in its order.</summary>
    internal void CountListedAbove(
        ActiveBatch listed, NativeBuffer<float> sums, NativeBuffer<float> thresholds, ActiveBatch destination, int blockFrom, int blockTo)
    {
        CheckListed(listed, sums, thresholds, destination, blockFrom, blockTo);
        CountListedAboveUnchecked(listed, sums, thresholds, destination, blockFrom, blockTo);
    }

    internal static void CheckListed(
        ActiveBatch listed, NativeBuffer<float> sums, NativeBuffer<float> thresholds, ActiveBatch destination, int blockFrom,
        int blockTo)
    {
        listed.CheckValues(sums);
        Expect.That(thresholds.Length >= listed.Width, $"expected a threshold for each of {listed.Width} rows, found {thresholds.Length}");
        Expect.That(
            destination.Width == listed.Width && destination.Count == listed.Count,
            $"expected lists of {listed.Count} data x {listed.Width}, found {destination.Count} x {destination.Width}");
        CheckRange(blockFrom, blockTo, listed.Blocks);
    }

    internal void CountListedAboveUnchecked(
        ActiveBatch listed, NativeBuffer<float> sums, NativeBuffer<float> thresholds, ActiveBatch destination, int blockFrom,
        int blockTo) =>
        Serving(NativeVerb.CountListedAbove).CountListedAboveCore(listed, sums, thresholds, destination, blockFrom, blockTo);

    private protected abstract void CountListedAboveCore(
        ActiveBatch listed, NativeBuffer<float> sums, NativeBuffer<float> thresholds, ActiveBatch destination, int blockFrom,
        int blockTo);

    /// <summary>As <see cref="CompressAbove"/>, among those rows.</summary>
    internal void CompressListedAbove(
        ActiveBatch listed, NativeBuffer<float> sums, NativeBuffer<float> thresholds, float gain, ActiveBatch destination,
        int blockFrom, int blockTo)
    {
        CheckListed(listed, sums, thresholds, destination, blockFrom, blockTo);
        destination.CheckValues(destination.Values);
        CompressListedAboveUnchecked(listed, sums, thresholds, gain, destination, blockFrom, blockTo);
    }

    internal void CompressListedAboveUnchecked(
        ActiveBatch listed, NativeBuffer<float> sums, NativeBuffer<float> thresholds, float gain, ActiveBatch destination,
        int blockFrom, int blockTo) =>
        Serving(NativeVerb.CompressListedAbove).CompressListedAboveCore(listed, sums, thresholds, gain, destination, blockFrom, blockTo);

    private protected abstract void CompressListedAboveCore(
        ActiveBatch listed, NativeBuffer<float> sums, NativeBuffer<float> thresholds, float gain, ActiveBatch destination,
        int blockFrom, int blockTo);

    /// <summary>
    /// Counts, for every datum, the elements of a column of <paramref name="matrix"/> (neurons x data) that are not zero; NaN is not. The
    /// padding holds zeros.
    /// </summary>
    internal void CountNonZero(PanelMatrix matrix, ActiveBatch destination, int blockFrom, int blockTo)
    {
        CheckLists(destination, matrix, blockFrom, blockTo);
        CountNonZeroUnchecked(matrix, destination, blockFrom, blockTo);
    }

    internal void CountNonZeroUnchecked(PanelMatrix matrix, ActiveBatch destination, int blockFrom, int blockTo) =>
        Serving(NativeVerb.CountNonZero).CountNonZeroCore(matrix, destination, blockFrom, blockTo);

    private protected abstract void CountNonZeroCore(PanelMatrix matrix, ActiveBatch destination, int blockFrom, int blockTo);

    /// <summary>Lists them.</summary>
    internal void ListNonZero(PanelMatrix matrix, ActiveBatch destination, int blockFrom, int blockTo)
    {
        CheckLists(destination, matrix, blockFrom, blockTo);
        destination.CheckValues(destination.Values);
        ListNonZeroUnchecked(matrix, destination, blockFrom, blockTo);
    }

    internal void ListNonZeroUnchecked(PanelMatrix matrix, ActiveBatch destination, int blockFrom, int blockTo) =>
        Serving(NativeVerb.ListNonZero).ListNonZeroCore(matrix, destination, blockFrom, blockTo);

    private protected abstract void ListNonZeroCore(PanelMatrix matrix, ActiveBatch destination, int blockFrom, int blockTo);

    private static bool AreFinite(NativeBuffer<float> values)
    {
        foreach (float value in values.Span)
            if (!float.IsFinite(value))
                return false;
        return true;
    }
}
