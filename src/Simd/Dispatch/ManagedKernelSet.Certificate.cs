using Subquad.Simd.Kernels;
using Subquad.Simd.Memory;

namespace Subquad.Simd.Dispatch;

/// <content>The verbs of certified activity.</content>
internal sealed unsafe partial class ManagedKernelSet<TSimd, TVec, TSimdDouble, TVecDouble>
{
    private protected override void SupportNormsCore(
        PanelMatrix weights, ActiveBatch inputs, float raise, PanelMatrix norms, int panelFrom, int panelTo)
    {
        NormKernel<TSimd, TVec>.OnSupports(weights.View, inputs.View, raise, norms.View, panelFrom, panelTo);
        KeepAlive(weights, inputs, norms);
    }

    private protected override void RowNormsCore(PanelMatrix weights, float raise, NativeBuffer<float> norms, int panelFrom, int panelTo)
    {
        NormKernel<TSimd, TVec>.OfRows(weights.View, raise, norms.Pointer, panelFrom, panelTo);
        KeepAlive(weights, norms);
    }

    private protected override void RaiseCore(
        PanelMatrix source, NativeBuffer<float> slack, NativeBuffer<float> sizes, PanelMatrix target, int panelFrom, int panelTo)
    {
        LayoutKernel.Raise<TSimd, TVec>(source.View, slack.Pointer, sizes.Pointer, target.View, panelFrom, panelTo);
        KeepAlive(source, slack, sizes, target);
    }

    private protected override void RaiseAndCountUncertainCore(
        PanelMatrix upper, PanelMatrix support, RowBound bound, ActiveBatch destination, int blockFrom, int blockTo)
    {
        RowListKernel<TSimd, TVec, RaisedTest<TSimd, TVec>>.Count(
            upper.View, new(upper.View.Data, support.View.Data, bound.View), destination.Starts, destination.Count, blockFrom, blockTo);
        KeepAlive(upper, support, bound, destination);
    }

    private protected override void ListUncertainCore(
        PanelMatrix upper, RowBound bound, ActiveBatch destination, int blockFrom, int blockTo)
    {
        RowListKernel<TSimd, TVec, UncertainTest<TSimd, TVec>>.List(
            upper.View, new(upper.View.Data, bound.View), destination.View, blockFrom, blockTo);
        KeepAlive(upper, bound, destination);
    }

    private protected override void SetListedCore(
        ActiveBatch listed, NativeBuffer<float> values, NativeBuffer<float> slack, NativeBuffer<float> sizes, PanelMatrix target,
        int blockFrom, int blockTo)
    {
        LayoutKernel.SetListed(listed.With(values), slack.Pointer, sizes.Pointer, target.View, blockFrom, blockTo);
        KeepAlive(listed, values, slack, sizes, target);
    }

    private protected override void CountListedAboveCore(
        ActiveBatch listed, NativeBuffer<float> sums, NativeBuffer<float> thresholds, ActiveBatch destination, int blockFrom,
        int blockTo)
    {
        ThresholdKernel<TSimd, TVec>.CountListed(listed.View, sums.Pointer, thresholds.Pointer, destination.Starts, blockFrom, blockTo);
        KeepAlive(listed, sums, thresholds, destination);
    }

    private protected override void CompressListedAboveCore(
        ActiveBatch listed, NativeBuffer<float> sums, NativeBuffer<float> thresholds, float gain, ActiveBatch destination,
        int blockFrom, int blockTo)
    {
        ThresholdKernel<TSimd, TVec>.CompressListed(
            listed.View, sums.Pointer, thresholds.Pointer, gain, destination.View, blockFrom, blockTo);
        KeepAlive(listed, sums, thresholds, destination);
    }

    private protected override void CountNonZeroCore(PanelMatrix matrix, ActiveBatch destination, int blockFrom, int blockTo)
    {
        RowListKernel<TSimd, TVec, NonZeroTest<TSimd, TVec>>.Count(
            matrix.View, new(matrix.View.Data), destination.Starts, destination.Count, blockFrom, blockTo);
        KeepAlive(matrix, destination);
    }

    private protected override void ListNonZeroCore(PanelMatrix matrix, ActiveBatch destination, int blockFrom, int blockTo)
    {
        RowListKernel<TSimd, TVec, NonZeroTest<TSimd, TVec>>.List(matrix.View, new(matrix.View.Data), destination.View, blockFrom, blockTo);
        KeepAlive(matrix, destination);
    }
}
