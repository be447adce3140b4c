using Subquad.Simd.Kernels;
using Subquad.Simd.Memory;

namespace Subquad.Simd.Dispatch;

/// <content>The forward pass of a layer.</content>
internal sealed unsafe partial class ManagedKernelSet<TSimd, TVec, TSimdDouble, TVecDouble>
{
    private protected override void AccumulateCore(
        PanelMatrix weights, ActiveBatch inputs, NativeBuffer<float> values, PanelMatrix sums, int panelFrom, int panelTo,
        int datumFrom, int datumTo)
    {
        if (weights.Format == ElementFormat.BFloat16)
            BFloat16Kernel<TSimd, TVec>.Run(weights.NarrowView, inputs.With(values), sums.View, panelFrom, panelTo, datumFrom, datumTo);
        else
            AccumulateKernel<TSimd, TVec, ChainedSums<TSimd, TVec>>.Run(
                weights.View, inputs.With(values), (byte*)sums.View.Data, sums.PanelStride, PanelMatrix.PanelRows, panelFrom,
                panelTo, lowerOnly: false, datumFrom, datumTo);
        KeepAlive(weights, inputs, values, sums);
    }

    private protected override void AccumulateDenseCore(
        PanelMatrix weights, PanelMatrix inputs, PanelMatrix sums, int panelFrom, int panelTo)
    {
        if (weights.Format == ElementFormat.BFloat16)
            DenseKernel<TSimd, TVec, BFloat16Pair<TSimd, TVec>>.Run(
                (float*)weights.NarrowView.Data, weights.NarrowView.Stride, weights.Columns, inputs.View, sums.View, panelFrom, panelTo);
        else
            DenseKernel<TSimd, TVec, SinglePair<TSimd, TVec>>.Run(
                weights.View.Data, weights.PanelStride, weights.Columns, inputs.View, sums.View, panelFrom, panelTo);
        KeepAlive(weights, inputs, sums);
    }

    private protected override void RoundCore(PanelMatrix source, PanelMatrix target, int panel)
    {
        RoundKernel<TSimd, TVec>.Run(source.View, target.NarrowView, source.Panels, panel);
        KeepAlive(source, target);
    }
}
