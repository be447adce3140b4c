using Subquad.Simd.Memory;

namespace Subquad.Simd.Interop;

/// <content>Thresholds.</content>
internal sealed unsafe partial class NativeKernelSet
{
    private protected override void CountAboveCore(
        PanelMatrix sums, NativeBuffer<float> thresholds, ActiveBatch destination, int blockFrom, int blockTo)
    {
        PanelView from = sums.View;
        _core->CountAbove(&from, thresholds.Pointer, destination.Starts, blockFrom, blockTo);
        KeepAlive(sums, thresholds, destination);
    }

    private protected override void CompressAboveCore(
        PanelMatrix sums, NativeBuffer<float> thresholds, float gain, ActiveBatch destination, int blockFrom, int blockTo)
    {
        (PanelView from, ActiveView lists) = (sums.View, destination.View);
        _core->CompressAbove(&from, thresholds.Pointer, gain, &lists, blockFrom, blockTo);
        KeepAlive(sums, thresholds, destination);
    }

    private protected override void GatherActiveCore(
        PanelMatrix sums, ActiveBatch entries, bool dataInRows, NativeBuffer<float> destination, int blockFrom, int blockTo)
    {
        (PanelView from, ActiveView lists) = (sums.View, entries.View);
        _core->GatherActive(&from, &lists, dataInRows ? 1 : 0, destination.Pointer, blockFrom, blockTo);
        KeepAlive(sums, entries, destination);
    }
}
