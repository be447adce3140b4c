using Subquad.Simd.Memory;

namespace Subquad.Simd.Interop;

/// <content>Pairs of active outputs and inputs.</content>
internal sealed unsafe partial class NativeKernelSet
{
    private protected override void PullBackCore(
        PanelMatrix weights, ActiveBatch outputs, NativeBuffer<float> outputValues, TransposedBatch inputs,
        NativeBuffer<float> pulled, int inputFrom, int inputTo, Arena scratch)
    {
        (PanelView w, ActiveView u, TransposedView x) = (weights.View, outputs.With(outputValues), inputs.View);
        _core->PullBack(&w, &u, &x, pulled.Pointer, Take<int>(scratch, _core->PairScratch(&u)), inputFrom, inputTo);
        KeepAlive(weights, outputs, outputValues, inputs, pulled, scratch);
    }

    private protected override void PushForwardCore(
        PanelMatrix weights, ActiveBatch outputs, NativeBuffer<float> pushed, TransposedBatch inputs,
        NativeBuffer<float> inputValues, int blockFrom, int blockTo, Arena scratch)
    {
        (PanelView w, ActiveView u, TransposedView x) = (weights.View, outputs.With(pushed), inputs.With(inputValues));
        _core->PushForward(&w, &u, &x, pushed.Pointer, Take<int>(scratch, _core->PairScratch(&u)), blockFrom, blockTo);
        KeepAlive(weights, outputs, pushed, inputs, inputValues, scratch);
    }

    private protected override void ScatterCore(
        PanelMatrix weights, ActiveBatch outputs, NativeBuffer<float> outputValues, TransposedBatch inputs,
        NativeBuffer<float> inputValues, float scale, int blockFrom, int blockTo, Arena scratch)
    {
        (PanelView w, ActiveView u, TransposedView x) = (weights.View, outputs.With(outputValues), inputs.With(inputValues));
        _core->Scatter(&w, &u, &x, scale, Take<int>(scratch, _core->PairScratch(&u)), blockFrom, blockTo);
        KeepAlive(weights, outputs, outputValues, inputs, inputValues, scratch);
    }
}
