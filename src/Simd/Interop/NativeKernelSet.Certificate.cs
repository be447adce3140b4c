using Subquad.Simd.Memory;

namespace Subquad.Simd.Interop;

/// <content>The verbs of certified activity.</content>
internal sealed unsafe partial class NativeKernelSet
{
    private protected override void SupportNormsCore(
        PanelMatrix weights, ActiveBatch inputs, float raise, PanelMatrix norms, int panelFrom, int panelTo)
    {
        (PanelView w, ActiveView x, PanelView to) = (weights.View, inputs.View, norms.View);
        _core->SupportNorms(&w, &x, raise, &to, panelFrom, panelTo);
        KeepAlive(weights, inputs, norms);
    }

    private protected override void RowNormsCore(PanelMatrix weights, float raise, NativeBuffer<float> norms, int panelFrom, int panelTo)
    {
        PanelView w = weights.View;
        _core->RowNorms(&w, raise, norms.Pointer, panelFrom, panelTo);
        KeepAlive(weights, norms);
    }

    private protected override void RaiseCore(
        PanelMatrix source, NativeBuffer<float> slack, NativeBuffer<float> sizes, PanelMatrix target, int panelFrom, int panelTo)
    {
        (PanelView from, PanelView to) = (source.View, target.View);
        _core->Raise(&from, slack.Pointer, sizes.Pointer, &to, panelFrom, panelTo);
        KeepAlive(source, slack, sizes, target);
    }

    private protected override void RaiseAndCountUncertainCore(
        PanelMatrix upper, PanelMatrix support, RowBound bound, ActiveBatch destination, int blockFrom, int blockTo)
    {
        (PanelView raised, PanelView norms, BoundView parts) = (upper.View, support.View, bound.View);
        _core->RaiseAndCountUncertain(&raised, &norms, &parts, destination.Starts, blockFrom, blockTo);
        KeepAlive(upper, support, bound, destination);
    }

    private protected override void ListUncertainCore(
        PanelMatrix upper, RowBound bound, ActiveBatch destination, int blockFrom, int blockTo)
    {
        (PanelView raised, BoundView parts, ActiveView lists) = (upper.View, bound.View, destination.View);
        _core->ListUncertain(&raised, &parts, &lists, blockFrom, blockTo);
        KeepAlive(upper, bound, destination);
    }

    private protected override void SetListedCore(
        ActiveBatch listed, NativeBuffer<float> values, NativeBuffer<float> slack, NativeBuffer<float> sizes, PanelMatrix target,
        int blockFrom, int blockTo)
    {
        (ActiveView lists, PanelView to) = (listed.With(values), target.View);
        _core->SetListed(&lists, slack.Pointer, sizes.Pointer, &to, blockFrom, blockTo);
        KeepAlive(listed, values, slack, sizes, target);
    }

    private protected override void CountListedAboveCore(
        ActiveBatch listed, NativeBuffer<float> sums, NativeBuffer<float> thresholds, ActiveBatch destination, int blockFrom,
        int blockTo)
    {
        ActiveView all = listed.View;
        _core->CountListedAbove(&all, sums.Pointer, thresholds.Pointer, destination.Starts, blockFrom, blockTo);
        KeepAlive(listed, sums, thresholds, destination);
    }

    private protected override void CompressListedAboveCore(
        ActiveBatch listed, NativeBuffer<float> sums, NativeBuffer<float> thresholds, float gain, ActiveBatch destination,
        int blockFrom, int blockTo)
    {
        (ActiveView all, ActiveView lists) = (listed.View, destination.View);
        _core->CompressListedAbove(&all, sums.Pointer, thresholds.Pointer, gain, &lists, blockFrom, blockTo);
        KeepAlive(listed, sums, thresholds, destination);
    }

    private protected override void CountNonZeroCore(PanelMatrix matrix, ActiveBatch destination, int blockFrom, int blockTo)
    {
        PanelView from = matrix.View;
        _core->CountNonZero(&from, destination.Starts, blockFrom, blockTo);
        KeepAlive(matrix, destination);
    }

    private protected override void ListNonZeroCore(PanelMatrix matrix, ActiveBatch destination, int blockFrom, int blockTo)
    {
        (PanelView from, ActiveView lists) = (matrix.View, destination.View);
        _core->ListNonZero(&from, &lists, blockFrom, blockTo);
        KeepAlive(matrix, destination);
    }
}
