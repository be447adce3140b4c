using Subquad.Simd.Kernels;
using Subquad.Simd.Memory;

namespace Subquad.Simd.Dispatch;

/// <content>Pairs of active outputs and inputs.</content>
internal sealed unsafe partial class ManagedKernelSet<TSimd, TVec, TSimdDouble, TVecDouble>
{
    private protected override void PullBackCore(
        PanelMatrix weights, ActiveBatch outputs, NativeBuffer<float> outputValues, TransposedBatch inputs,
        NativeBuffer<float> pulled, int inputFrom, int inputTo, Arena scratch)
    {
        ActiveView view = outputs.With(outputValues);
        ActivePairsKernel<TSimd, TVec, PullBackVisit<TSimd, TVec>>.Run(
            weights.View, view, inputs.View, new(outputValues.Pointer, pulled.Pointer), 0, outputs.Blocks, inputFrom, inputTo,
            Addresses(view, scratch));
        KeepAlive(weights, outputs, outputValues, inputs, pulled, scratch);
    }

    private protected override void PushForwardCore(
        PanelMatrix weights, ActiveBatch outputs, NativeBuffer<float> pushed, TransposedBatch inputs,
        NativeBuffer<float> inputValues, int blockFrom, int blockTo, Arena scratch)
    {
        ActiveView view = outputs.With(pushed);
        ActivePairsKernel<TSimd, TVec, PushForwardVisit<TSimd, TVec>>.Run(
            weights.View, view, inputs.View, new(inputValues.Pointer, pushed.Pointer), blockFrom, blockTo, 0, weights.Columns,
            Addresses(view, scratch));
        KeepAlive(weights, outputs, pushed, inputs, inputValues, scratch);
    }

    private protected override void ScatterCore(
        PanelMatrix weights, ActiveBatch outputs, NativeBuffer<float> outputValues, TransposedBatch inputs,
        NativeBuffer<float> inputValues, float scale, int blockFrom, int blockTo, Arena scratch)
    {
        ActiveView view = outputs.With(outputValues);
        ActivePairsKernel<TSimd, TVec, ScatterVisit<TSimd, TVec>>.Run(
            weights.View, view, inputs.View, new(outputValues.Pointer, inputValues.Pointer, scale), blockFrom, blockTo, 0,
            weights.Columns, Addresses(view, scratch));
        KeepAlive(weights, outputs, outputValues, inputs, inputValues, scratch);
    }

    private static int* Addresses(ActiveView outputs, Arena scratch)
    {
        long most = ActivePairsKernel<TSimd, TVec, PullBackVisit<TSimd, TVec>>.AddressesOf(outputs);
        scratch.Reserve(most * sizeof(int) + 128);
        return scratch.TakePointer<int>(most);
    }
}
