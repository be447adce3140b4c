using Subquad.Simd.Kernels;
using Subquad.Simd.Memory;

namespace Subquad.Simd.Dispatch;

/// <content>Thresholds.</content>
internal sealed unsafe partial class ManagedKernelSet<TSimd, TVec, TSimdDouble, TVecDouble>
{
    private protected override void CountAboveCore(
        PanelMatrix sums, NativeBuffer<float> thresholds, ActiveBatch destination, int blockFrom, int blockTo)
    {
        RowListKernel<TSimd, TVec, AboveTest<TSimd, TVec>>.Count(
            sums.View, new(sums.View.Data, thresholds.Pointer), destination.Starts, destination.Count, blockFrom, blockTo);
        KeepAlive(sums, thresholds, destination);
    }

    private protected override void CompressAboveCore(
        PanelMatrix sums, NativeBuffer<float> thresholds, float gain, ActiveBatch destination, int blockFrom, int blockTo)
    {
        ThresholdKernel<TSimd, TVec>.Compress(sums.View, thresholds.Pointer, gain, destination.View, blockFrom, blockTo);
        KeepAlive(sums, thresholds, destination);
    }

    private protected override void GatherActiveCore(
        PanelMatrix sums, ActiveBatch entries, bool dataInRows, NativeBuffer<float> destination, int blockFrom, int blockTo)
    {
        LayoutKernel.GatherActive(sums.View, entries.View, dataInRows, destination.Pointer, blockFrom, blockTo);
        KeepAlive(sums, entries, destination);
    }
}
