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
        Contract.Holds(norms.Length >= (long)weights.Panels * PanelMatrix.PanelRows, "a norm for every row, padding included");
        NormKernel<TSimd, TVec>.OfRows(weights.View, raise, norms.Pointer, panelFrom, panelTo);
        KeepAlive(weights, norms);
    }

    public override void Raise(PanelMatrix source, NativeBuffer<float> slack, NativeBuffer<float> sizes, PanelMatrix target, int panelFrom, int panelTo)
    {
        Contract.Holds(source.Rows == target.Rows && source.Columns == target.Columns, "equal shapes");
        Contract.Holds(slack.Length >= (long)source.Panels * PanelMatrix.PanelRows && sizes.Length >= source.Columns, "an allowance for every row and a size for every datum");
        LayoutKernel.Raise(source.View, slack.Pointer, sizes.Pointer, target.View, panelFrom, panelTo);
        KeepAlive(source, slack, sizes, target);
    }

    public override void CountUncertain(PanelMatrix upper, PanelMatrix support, RowBound bound, ActiveBatch destination, int blockFrom, int blockTo)
    {
        HoldsBound(upper, support, bound, destination);
        RowListKernel<TSimd, TVec, UncertainTest<TSimd, TVec>>.Count(
            upper.View, new(upper.View.Data, support.View.Data, bound.View), destination.Starts, destination.Count, blockFrom, blockTo);
        KeepAlive(upper, support, bound, destination);
    }

    public override void ListUncertain(PanelMatrix upper, PanelMatrix support, RowBound bound, ActiveBatch destination, int blockFrom, int blockTo)
    {
        HoldsBound(upper, support, bound, destination);
        RowListKernel<TSimd, TVec, UncertainTest<TSimd, TVec>>.List(
            upper.View, new(upper.View.Data, support.View.Data, bound.View), destination.View, blockFrom, blockTo);
        KeepAlive(upper, support, bound, destination);
    }

    public override void CountListedAbove(ActiveBatch listed, NativeBuffer<float> sums, NativeBuffer<float> thresholds, ActiveBatch destination, int blockFrom, int blockTo)
    {
        HoldsListed(listed, sums, thresholds, destination);
        ThresholdKernel<TSimd, TVec>.CountListed(listed.View, sums.Pointer, thresholds.Pointer, destination.Starts, blockFrom, blockTo);
        KeepAlive(listed, sums, thresholds, destination);
    }

    public override void CompressListedAbove(
        ActiveBatch listed, NativeBuffer<float> sums, NativeBuffer<float> thresholds, float gain, ActiveBatch destination, int blockFrom, int blockTo)
    {
        HoldsListed(listed, sums, thresholds, destination);
        ThresholdKernel<TSimd, TVec>.CompressListed(listed.View, sums.Pointer, thresholds.Pointer, gain, destination.View, blockFrom, blockTo);
        KeepAlive(listed, sums, thresholds, destination);
    }

    public override void CountNonZero(PanelMatrix matrix, ActiveBatch destination, int blockFrom, int blockTo)
    {
        Contract.Holds(destination.Width == matrix.Rows && destination.Count == matrix.Columns, "lists shaped like the matrix");
        RowListKernel<TSimd, TVec, NonZeroTest<TSimd, TVec>>.Count(matrix.View, new(matrix.View.Data), destination.Starts, destination.Count, blockFrom, blockTo);
        KeepAlive(matrix, destination);
    }

    public override void ListNonZero(PanelMatrix matrix, ActiveBatch destination, int blockFrom, int blockTo)
    {
        Contract.Holds(destination.Width == matrix.Rows && destination.Count == matrix.Columns, "lists shaped like the matrix");
        RowListKernel<TSimd, TVec, NonZeroTest<TSimd, TVec>>.List(matrix.View, new(matrix.View.Data), destination.View, blockFrom, blockTo);
        KeepAlive(matrix, destination);
    }

    private static void HoldsBound(PanelMatrix upper, PanelMatrix support, RowBound bound, ActiveBatch destination)
    {
        long rows = (long)upper.Panels * PanelMatrix.PanelRows;
        Contract.Holds(support.Rows == upper.Rows && support.Columns == upper.Columns, "equal shapes");
        Contract.Holds(destination.Width == upper.Rows && destination.Count == upper.Columns, "lists shaped like the bounds");
        Contract.Holds(bound.Limits.Length >= rows && bound.On.Length >= upper.Columns, "a limit for every row, padding included, and a distance for every datum");
    }

    private static void HoldsListed(ActiveBatch listed, NativeBuffer<float> sums, NativeBuffer<float> thresholds, ActiveBatch destination)
    {
        Contract.Holds(sums.Length >= listed.Entries && thresholds.Length >= listed.Width, "a sum for every entry and a threshold for every row");
        Contract.Holds(destination.Width == listed.Width && destination.Count == listed.Count, "lists shaped alike");
    }
}
