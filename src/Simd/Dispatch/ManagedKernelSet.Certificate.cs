using Subquad.Simd.Kernels;
using Subquad.Simd.Memory;

namespace Subquad.Simd.Dispatch;

/// <content>The verbs of certified activity.</content>
internal sealed unsafe partial class ManagedKernelSet<TSimd, TVec, TSimdDouble, TVecDouble>
{
    public override void SupportNorms(PanelMatrix weights, ActiveBatch inputs, float raise, PanelMatrix norms, int panelFrom, int panelTo)
    {
        HoldsForward(weights, inputs.Width, inputs.Count, norms, panelFrom, panelTo);
        NormKernel<TSimd, TVec>.OnSupports(weights.View, inputs.View, raise, norms.View, panelFrom, panelTo);
        KeepAlive(weights, inputs, norms);
    }

    public override void RowNorms(PanelMatrix weights, float raise, NativeBuffer<float> norms, int panelFrom, int panelTo)
    {
        HoldsRowNorms(weights, norms, panelFrom, panelTo);
        NormKernel<TSimd, TVec>.OfRows(weights.View, raise, norms.Pointer, panelFrom, panelTo);
        KeepAlive(weights, norms);
    }

    public override void Raise(PanelMatrix source, NativeBuffer<float> slack, NativeBuffer<float> sizes, PanelMatrix target, int panelFrom, int panelTo)
    {
        HoldsRaise(source, slack, sizes, target, panelFrom, panelTo);
        LayoutKernel.Raise<TSimd, TVec>(source.View, slack.Pointer, sizes.Pointer, target.View, panelFrom, panelTo);
        KeepAlive(source, slack, sizes, target);
    }

    public override void RaiseAndCountUncertain(PanelMatrix upper, PanelMatrix support, RowBound bound, ActiveBatch destination, int blockFrom, int blockTo)
    {
        HoldsSupport(upper, support);
        HoldsBound(upper, bound, destination, blockFrom, blockTo);
        RowListKernel<TSimd, TVec, RaisedTest<TSimd, TVec>>.Count(
            upper.View, new(upper.View.Data, support.View.Data, bound.View), destination.Starts, destination.Count, blockFrom, blockTo);
        KeepAlive(upper, support, bound, destination);
    }

    public override void ListUncertain(PanelMatrix upper, RowBound bound, ActiveBatch destination, int blockFrom, int blockTo)
    {
        HoldsBound(upper, bound, destination, blockFrom, blockTo);
        HoldsValues(destination, destination.Values);
        RowListKernel<TSimd, TVec, UncertainTest<TSimd, TVec>>.List(upper.View, new(upper.View.Data, bound.View), destination.View, blockFrom, blockTo);
        KeepAlive(upper, bound, destination);
    }

    public override void SetListed(ActiveBatch listed, NativeBuffer<float> values, NativeBuffer<float> slack, NativeBuffer<float> sizes, PanelMatrix target, int blockFrom, int blockTo)
    {
        HoldsSetListed(listed, values, slack, sizes, target, blockFrom, blockTo);
        LayoutKernel.SetListed(listed.With(values), slack.Pointer, sizes.Pointer, target.View, blockFrom, blockTo);
        KeepAlive(listed, values, slack, sizes, target);
    }

    public override void CountListedAbove(ActiveBatch listed, NativeBuffer<float> sums, NativeBuffer<float> thresholds, ActiveBatch destination, int blockFrom, int blockTo)
    {
        HoldsListed(listed, sums, thresholds, destination, blockFrom, blockTo);
        ThresholdKernel<TSimd, TVec>.CountListed(listed.View, sums.Pointer, thresholds.Pointer, destination.Starts, blockFrom, blockTo);
        KeepAlive(listed, sums, thresholds, destination);
    }

    public override void CompressListedAbove(
        ActiveBatch listed, NativeBuffer<float> sums, NativeBuffer<float> thresholds, float gain, ActiveBatch destination, int blockFrom, int blockTo)
    {
        HoldsListed(listed, sums, thresholds, destination, blockFrom, blockTo);
        HoldsValues(destination, destination.Values);
        ThresholdKernel<TSimd, TVec>.CompressListed(listed.View, sums.Pointer, thresholds.Pointer, gain, destination.View, blockFrom, blockTo);
        KeepAlive(listed, sums, thresholds, destination);
    }

    public override void CountNonZero(PanelMatrix matrix, ActiveBatch destination, int blockFrom, int blockTo)
    {
        HoldsLists(destination, matrix, blockFrom, blockTo);
        RowListKernel<TSimd, TVec, NonZeroTest<TSimd, TVec>>.Count(matrix.View, new(matrix.View.Data), destination.Starts, destination.Count, blockFrom, blockTo);
        KeepAlive(matrix, destination);
    }

    public override void ListNonZero(PanelMatrix matrix, ActiveBatch destination, int blockFrom, int blockTo)
    {
        HoldsLists(destination, matrix, blockFrom, blockTo);
        HoldsValues(destination, destination.Values);
        RowListKernel<TSimd, TVec, NonZeroTest<TSimd, TVec>>.List(matrix.View, new(matrix.View.Data), destination.View, blockFrom, blockTo);
        KeepAlive(matrix, destination);
    }
}
