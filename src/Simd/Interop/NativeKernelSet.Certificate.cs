using Subquad.Simd.Memory;

namespace Subquad.Simd.Interop;

/// <content>The verbs of certified activity.</content>
internal sealed unsafe partial class NativeKernelSet
{
    public override void Raise(PanelMatrix source, NativeBuffer<float> slack, NativeBuffer<float> sizes, PanelMatrix target, int panelFrom, int panelTo)
    {
        if (!Serves(CoreVerbs.Raise))
        {
            base.Raise(source, slack, sizes, target, panelFrom, panelTo);
            return;
        }
        HoldsRaise(source, slack, sizes, target, panelFrom, panelTo);
        (PanelView from, PanelView to) = (source.View, target.View);
        _core->Raise(&from, slack.Pointer, sizes.Pointer, &to, panelFrom, panelTo);
        KeepAlive(source, slack, sizes, target);
    }

    public override void RaiseAndCountUncertain(PanelMatrix upper, PanelMatrix support, RowBound bound, ActiveBatch destination, int blockFrom, int blockTo)
    {
        if (!Serves(CoreVerbs.RaiseAndCountUncertain))
        {
            base.RaiseAndCountUncertain(upper, support, bound, destination, blockFrom, blockTo);
            return;
        }
        HoldsSupport(upper, support);
        HoldsBound(upper, bound, destination, blockFrom, blockTo);
        (PanelView raised, PanelView norms, BoundView parts) = (upper.View, support.View, bound.View);
        _core->RaiseAndCountUncertain(&raised, &norms, &parts, destination.Starts, blockFrom, blockTo);
        KeepAlive(upper, support, bound, destination);
    }

    public override void ListUncertain(PanelMatrix upper, RowBound bound, ActiveBatch destination, int blockFrom, int blockTo)
    {
        if (!Serves(CoreVerbs.ListUncertain))
        {
            base.ListUncertain(upper, bound, destination, blockFrom, blockTo);
            return;
        }
        HoldsBound(upper, bound, destination, blockFrom, blockTo);
        HoldsValues(destination, destination.Values);
        (PanelView raised, BoundView parts, ActiveView lists) = (upper.View, bound.View, destination.View);
        _core->ListUncertain(&raised, &parts, &lists, blockFrom, blockTo);
        KeepAlive(upper, bound, destination);
    }

    public override void SetListed(ActiveBatch listed, NativeBuffer<float> values, NativeBuffer<float> slack, NativeBuffer<float> sizes, PanelMatrix target, int blockFrom, int blockTo)
    {
        if (!Serves(CoreVerbs.SetListed))
        {
            base.SetListed(listed, values, slack, sizes, target, blockFrom, blockTo);
            return;
        }
        HoldsSetListed(listed, values, slack, sizes, target, blockFrom, blockTo);
        (ActiveView lists, PanelView to) = (listed.With(values), target.View);
        _core->SetListed(&lists, slack.Pointer, sizes.Pointer, &to, blockFrom, blockTo);
        KeepAlive(listed, values, slack, sizes, target);
    }

    public override void CountListedAbove(ActiveBatch listed, NativeBuffer<float> sums, NativeBuffer<float> thresholds, ActiveBatch destination, int blockFrom, int blockTo)
    {
        if (!Serves(CoreVerbs.CountListedAbove))
        {
            base.CountListedAbove(listed, sums, thresholds, destination, blockFrom, blockTo);
            return;
        }
        HoldsListed(listed, sums, thresholds, destination, blockFrom, blockTo);
        ActiveView all = listed.View;
        _core->CountListedAbove(&all, sums.Pointer, thresholds.Pointer, destination.Starts, blockFrom, blockTo);
        KeepAlive(listed, sums, thresholds, destination);
    }

    public override void CompressListedAbove(
        ActiveBatch listed, NativeBuffer<float> sums, NativeBuffer<float> thresholds, float gain, ActiveBatch destination, int blockFrom, int blockTo)
    {
        if (!Serves(CoreVerbs.CompressListedAbove))
        {
            base.CompressListedAbove(listed, sums, thresholds, gain, destination, blockFrom, blockTo);
            return;
        }
        HoldsListed(listed, sums, thresholds, destination, blockFrom, blockTo);
        HoldsValues(destination, destination.Values);
        (ActiveView all, ActiveView lists) = (listed.View, destination.View);
        _core->CompressListedAbove(&all, sums.Pointer, thresholds.Pointer, gain, &lists, blockFrom, blockTo);
        KeepAlive(listed, sums, thresholds, destination);
    }

    public override void CountNonZero(PanelMatrix matrix, ActiveBatch destination, int blockFrom, int blockTo)
    {
        if (!Serves(CoreVerbs.CountNonZero))
        {
            base.CountNonZero(matrix, destination, blockFrom, blockTo);
            return;
        }
        HoldsLists(destination, matrix, blockFrom, blockTo);
        PanelView from = matrix.View;
        _core->CountNonZero(&from, destination.Starts, blockFrom, blockTo);
        KeepAlive(matrix, destination);
    }

    public override void ListNonZero(PanelMatrix matrix, ActiveBatch destination, int blockFrom, int blockTo)
    {
        if (!Serves(CoreVerbs.ListNonZero))
        {
            base.ListNonZero(matrix, destination, blockFrom, blockTo);
            return;
        }
        HoldsLists(destination, matrix, blockFrom, blockTo);
        HoldsValues(destination, destination.Values);
        (PanelView from, ActiveView lists) = (matrix.View, destination.View);
        _core->ListNonZero(&from, &lists, blockFrom, blockTo);
        KeepAlive(matrix, destination);
    }
}
