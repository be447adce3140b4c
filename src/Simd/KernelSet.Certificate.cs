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
        CheckForward(weights, inputs.Width, inputs.Count, norms, panelFrom, panelTo);
        SupportNormsCore(weights, inputs, raise, norms, panelFrom, panelTo);
    }

    internal abstract void SupportNormsCore(PanelMatrix weights, ActiveBatch inputs, float raise, PanelMatrix norms, int panelFrom, int panelTo);

    /// <summary>norms[r] = raise * |W[r, :]|_2, as <see cref="SupportNorms"/> does it; padding included.</summary>
    public void RowNorms(PanelMatrix weights, float raise, NativeBuffer<float> norms, int panelFrom, int panelTo)
    {
        using Use use1 = Use.Shared(weights), use2 = Use.Shared(norms);
        CheckRowNorms(weights, norms, panelFrom, panelTo);
        RowNormsCore(weights, raise, norms, panelFrom, panelTo);
    }

    internal abstract void RowNormsCore(PanelMatrix weights, float raise, NativeBuffer<float> norms, int panelFrom, int panelTo);

    /// <summary>target[r, i] = source[r, i] + slack[r] * sizes[i], for panels.</summary>
    public void Raise(PanelMatrix source, NativeBuffer<float> slack, NativeBuffer<float> sizes, PanelMatrix target, int panelFrom, int panelTo)
    {
        using Use use1 = Use.Shared(source), use2 = Use.Shared(slack), use3 = Use.Shared(sizes), use4 = Use.Shared(target);
        CheckRaise(source, slack, sizes, target, panelFrom, panelTo);
        RaiseCore(source, slack, sizes, target, panelFrom, panelTo);
    }

    internal abstract void RaiseCore(PanelMatrix source, NativeBuffer<float> slack, NativeBuffer<float> sizes, PanelMatrix target, int panelFrom, int panelTo);

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
    internal void RaiseAndCountUncertain(PanelMatrix upper, PanelMatrix support, RowBound bound, ActiveBatch destination, int blockFrom, int blockTo)
    {
        CheckSupport(upper, support);
        CheckBound(upper, bound, destination, blockFrom, blockTo);
        RaiseAndCountUncertainCore(upper, support, bound, destination, blockFrom, blockTo);
    }

    internal abstract void RaiseAndCountUncertainCore(
        PanelMatrix upper, PanelMatrix support, RowBound bound, ActiveBatch destination, int blockFrom, int blockTo);

    /// <summary>
    /// Lists those rows, after <see cref="RaiseAndCountUncertain"/>, summing the counts and making room; values are left as they are.
    /// </summary>
    internal void ListUncertain(PanelMatrix upper, RowBound bound, ActiveBatch destination, int blockFrom, int blockTo)
    {
        CheckBound(upper, bound, destination, blockFrom, blockTo);
        destination.CheckValues(destination.Values);
        ListUncertainCore(upper, bound, destination, blockFrom, blockTo);
    }

    internal abstract void ListUncertainCore(PanelMatrix upper, RowBound bound, ActiveBatch destination, int blockFrom, int blockTo);

    /// <summary>target[r, i] = value + slack[r] * sizes[i] for the listed elements.</summary>
    /// <param name="listed">Which elements.</param>
    /// <param name="values">In the order of <paramref name="listed"/>.</param>
    /// <param name="slack">One per row.</param>
    /// <param name="sizes">One per datum.</param>
    /// <param name="target">Neurons x data.</param>
    /// <param name="blockFrom">First block.</param>
    /// <param name="blockTo">One past the last block.</param>
    internal void SetListed(
        ActiveBatch listed, NativeBuffer<float> values, NativeBuffer<float> slack, NativeBuffer<float> sizes, PanelMatrix target, int blockFrom, int blockTo)
    {
        CheckSetListed(listed, values, slack, sizes, target, blockFrom, blockTo);
        SetListedCore(listed, values, slack, sizes, target, blockFrom, blockTo);
    }

    internal abstract void SetListedCore(
        ActiveBatch listed, NativeBuffer<float> values, NativeBuffer<float> slack, NativeBuffer<float> sizes, PanelMatrix target, int blockFrom, int blockTo);

    /// <summary>As <see cref="CountAbove"/>, among the rows that <paramref name="listed"/> names, whose sums lie in its order.</summary>
    internal void CountListedAbove(
        ActiveBatch listed, NativeBuffer<float> sums, NativeBuffer<float> thresholds, ActiveBatch destination, int blockFrom, int blockTo)
    {
        CheckListed(listed, sums, thresholds, destination, blockFrom, blockTo);
        CountListedAboveCore(listed, sums, thresholds, destination, blockFrom, blockTo);
    }

    internal abstract void CountListedAboveCore(
        ActiveBatch listed, NativeBuffer<float> sums, NativeBuffer<float> thresholds, ActiveBatch destination, int blockFrom, int blockTo);

    /// <summary>As <see cref="CompressAbove"/>, among those rows.</summary>
    internal void CompressListedAbove(
        ActiveBatch listed, NativeBuffer<float> sums, NativeBuffer<float> thresholds, float gain, ActiveBatch destination, int blockFrom, int blockTo)
    {
        CheckListed(listed, sums, thresholds, destination, blockFrom, blockTo);
        destination.CheckValues(destination.Values);
        CompressListedAboveCore(listed, sums, thresholds, gain, destination, blockFrom, blockTo);
    }

    internal abstract void CompressListedAboveCore(
        ActiveBatch listed, NativeBuffer<float> sums, NativeBuffer<float> thresholds, float gain, ActiveBatch destination, int blockFrom, int blockTo);

    /// <summary>
    /// Counts, for every datum, the elements of a column of <paramref name="matrix"/> (neurons x data) that are not zero; NaN is not. The
    /// padding holds zeros.
    /// </summary>
    internal void CountNonZero(PanelMatrix matrix, ActiveBatch destination, int blockFrom, int blockTo)
    {
        CheckLists(destination, matrix, blockFrom, blockTo);
        CountNonZeroCore(matrix, destination, blockFrom, blockTo);
    }

    internal abstract void CountNonZeroCore(PanelMatrix matrix, ActiveBatch destination, int blockFrom, int blockTo);

    /// <summary>Lists them.</summary>
    internal void ListNonZero(PanelMatrix matrix, ActiveBatch destination, int blockFrom, int blockTo)
    {
        CheckLists(destination, matrix, blockFrom, blockTo);
        destination.CheckValues(destination.Values);
        ListNonZeroCore(matrix, destination, blockFrom, blockTo);
    }

    internal abstract void ListNonZeroCore(PanelMatrix matrix, ActiveBatch destination, int blockFrom, int blockTo);
}
