using Subquad.Simd.Memory;

namespace Subquad.Simd.Interop;

/// <content>Packed active blocks.</content>
internal sealed unsafe partial class NativeKernelSet
{
    private protected override void PackCore(
        PanelMatrix weights, ActiveBatch outputs, TransposedBatch inputs, PackedBlocks packed, int inputFrom, int inputTo,
        Arena scratch)
    {
        (PanelView w, ActiveView u, TransposedView x, PackedView blocks) = (weights.View, outputs.View, inputs.View, packed.View);
        _core->Pack(&w, &u, &x, &blocks, Take<int>(scratch, _core->PairScratch(&u)), inputFrom, inputTo);
        KeepAlive(weights, outputs, inputs, packed, scratch);
    }

    private protected override void PullBackPackedCore(
        PackedBlocks packed, NativeBuffer<float> outputValues, NativeBuffer<float> pulled, int datumFrom, int datumTo, Arena scratch)
    {
        (ActiveBatch outputs, ActiveBatch inputs) = PlanOf(packed);
        (PackedView blocks, ActiveView u, ActiveView x) = (packed.View, outputs.With(outputValues), inputs.View);
        _core->PullBackPacked(&blocks, &u, &x, pulled.Pointer, Take<float>(scratch, _core->PackedScratch(&u, &x)), datumFrom, datumTo);
        KeepAlive(packed, outputs, inputs, outputValues, pulled, scratch);
    }

    private protected override void PushForwardPackedCore(
        PackedBlocks packed, NativeBuffer<float> inputValues, NativeBuffer<float> pushed, int datumFrom, int datumTo, Arena scratch)
    {
        (ActiveBatch outputs, ActiveBatch inputs) = PlanOf(packed);
        (PackedView blocks, ActiveView u, ActiveView x) = (packed.View, outputs.View, inputs.With(inputValues));
        _core->PushForwardPacked(&blocks, &u, &x, pushed.Pointer, Take<float>(scratch, _core->PackedScratch(&u, &x)), datumFrom, datumTo);
        KeepAlive(packed, outputs, inputs, inputValues, pushed, scratch);
    }
}
