using Subquad.Simd.Memory;

namespace Subquad.Simd.Interop;

/// <content>The verbs of certified activity.</content>
internal sealed unsafe partial class NativeKernelSet
{
    internal override void RaiseCore(PanelMatrix source, NativeBuffer<float> slack, NativeBuffer<float> sizes, PanelMatrix target, int panelFrom, int panelTo)
    {
        if (!Serves(CoreVerbs.Raise))
        {
            base.RaiseCore(source, slack, sizes, target, panelFrom, panelTo);
            return;
        }
        (PanelView from, PanelView to) = (source.View, target.View);
        _core->Raise(&from, slack.Pointer, sizes.Pointer, &to, panelFrom, panelTo);
        KeepAlive(source, slack, sizes, target);
    }

    internal override void RaiseAndCountUncertainCore(PanelMatrix upper, PanelMatrix support, RowBound bound, ActiveBatch destination, int blockFrom, int blockTo)
    {
        if (!Serves(CoreVerbs.RaiseAndCountUncertain))
        {
            base.RaiseAndCountUncertainCore(upper, support, bound, destination, blockFrom, blockTo);
            return;
        }
        (PanelView raised, PanelView norms, BoundView parts) = (upper.View, support.View, bound.View);
        _core->RaiseAndCountUncertain(&raised, &norms, &parts, destination.Starts, blockFrom, blockTo);
        KeepAlive(upper, support, bound, destination);
    }

    internal override void ListUncertainCore(PanelMatrix upper, RowBound bound, ActiveBatch destination, int blockFrom, int blockTo)
    {
        if (!Serves(CoreVerbs.ListUncertain))
        {
            base.ListUncertainCore(upper, bound, destination, blockFrom, blockTo);
            return;
        }
        (PanelView raised, BoundView parts, ActiveView lists) = (upper.View, bound.View, destination.View);
        _core->ListUncertain(&raised, &parts, &lists, blockFrom, blockTo);
        KeepAlive(upper, bound, destination);
    }

    internal override void SetListedCore(ActiveBatch listed, NativeBuffer<float> values, NativeBuffer<float> slack, NativeBuffer<float> sizes, PanelMatrix target, int blockFrom, int blockTo)
    {
        if (!Serves(CoreVerbs.SetListed))
        {
            base.SetListedCore(listed, values, slack, sizes, target, blockFrom, blockTo);
            return;
        }
        (ActiveView lists, PanelView to) = (listed.With(values), target.View);
        _core->SetListed(&lists, slack.Pointer, sizes.Pointer, &to, blockFrom, blockTo);
        KeepAlive(listed, values, slack, sizes, target);
    }

    internal override void CountListedAboveCore(ActiveBatch listed, NativeBuffer<float> sums, NativeBuffer<float> thresholds, ActiveBatch destination, int blockFrom, int blockTo)
    {
        if (!Serves(CoreVerbs.CountListedAbove))
        {
            base.CountListedAboveCore(listed, sums, thresholds, destination, blockFrom, blockTo);
            return;
        }
        ActiveView all = listed.View;
        _core->CountListedAbove(&all, sums.Pointer, thresholds.Pointer, destination.Starts, blockFrom, blockTo);
        KeepAlive(listed, sums, thresholds, destination);
    }

    internal override void CompressListedAboveCore(
        ActiveBatch listed, NativeBuffer<float> sums, NativeBuffer<float> thresholds, float gain, ActiveBatch destination, int blockFrom, int blockTo)
    {
        if (!Serves(CoreVerbs.CompressListedAbove))
        {
            base.CompressListedAboveCore(listed, sums, thresholds, gain, destination, blockFrom, blockTo);
            return;
        }
        (ActiveView all, ActiveView lists) = (listed.View, destination.View);
        _core->CompressListedAbove(&all, sums.Pointer, thresholds.Pointer, gain, &lists, blockFrom, blockTo);
        KeepAlive(listed, sums, thresholds, destination);
    }

    internal override void CountNonZeroCore(PanelMatrix matrix, ActiveBatch destination, int blockFrom, int blockTo)
    {
        if (!Serves(CoreVerbs.CountNonZero))
        {
            base.CountNonZeroCore(matrix, destination, blockFrom, blockTo);
            return;
        }
        PanelView from = matrix.View;
        _core->CountNonZero(&from, destination.Starts, blockFrom, blockTo);
        KeepAlive(matrix, destination);
    }

    internal override void ListNonZeroCore(PanelMatrix matrix, ActiveBatch destination, int blockFrom, int blockTo)
    {
        if (!Serves(CoreVerbs.ListNonZero))
        {
            base.ListNonZeroCore(matrix, destination, blockFrom, blockTo);
            return;
        }
        (PanelView from, ActiveView lists) = (matrix.View, destination.View);
        _core->ListNonZero(&from, &lists, blockFrom, blockTo);
        KeepAlive(matrix, destination);
    }
}
