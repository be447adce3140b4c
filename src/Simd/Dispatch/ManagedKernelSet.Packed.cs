using Subquad.Simd.Kernels;
using Subquad.Simd.Memory;

namespace Subquad.Simd.Dispatch;

/// <content>Packed active blocks.</content>
internal sealed unsafe partial class ManagedKernelSet<TSimd, TVec, TSimdDouble, TVecDouble>
{
    private protected override void PackCore(
        PanelMatrix weights, ActiveBatch outputs, TransposedBatch inputs, PackedBlocks packed, int inputFrom, int inputTo,
        Arena scratch)
    {
        ActiveView view = outputs.View;
        ActivePairsKernel<TSimd, TVec, PackVisit<TSimd, TVec>>.Run(
            weights.View, view, inputs.View, new(packed.View), 0, outputs.Blocks, inputFrom, inputTo, Addresses(view, scratch));
        KeepAlive(weights, outputs, inputs, packed, scratch);
    }

    private protected override void PullBackPackedCore(
        PackedBlocks packed, NativeBuffer<float> outputValues, NativeBuffer<float> pulled, int datumFrom, int datumTo, Arena scratch)
    {
        (ActiveBatch outputs, ActiveBatch inputs) = PlanOf(packed);
        scratch.Reserve(PackedBlocks.ScratchOf(outputs.Width, inputs.Width));
        PackedKernel<TSimd, TVec>.PullBack(
            packed.View, outputs.View, inputs.View, outputValues.Pointer, pulled.Pointer, datumFrom, datumTo, scratch);
        KeepAlive(packed, outputs, inputs, outputValues, pulled, scratch);
    }

    private protected override void PushForwardPackedCore(
        PackedBlocks packed, NativeBuffer<float> inputValues, NativeBuffer<float> pushed, int datumFrom, int datumTo, Arena scratch)
    {
        (ActiveBatch outputs, ActiveBatch inputs) = PlanOf(packed);
        scratch.Reserve(PackedBlocks.ScratchOf(outputs.Width, inputs.Width));
        PackedKernel<TSimd, TVec>.PushForward(
            packed.View, outputs.View, inputs.View, inputValues.Pointer, pushed.Pointer, datumFrom, datumTo, scratch);
        KeepAlive(packed, outputs, inputs, inputValues, pushed, scratch);
    }
}
