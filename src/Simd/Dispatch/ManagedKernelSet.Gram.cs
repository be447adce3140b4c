using Subquad.Simd.Kernels;
using Subquad.Simd.Memory;

namespace Subquad.Simd.Dispatch;

/// <content>Gram matrices and layouts.</content>
internal sealed unsafe partial class ManagedKernelSet<TSimd, TVec, TSimdDouble, TVecDouble>
{
    private protected override void GramCore(
        PanelMatrix rows, ActiveBatch entries, NativeBuffer<float> values, NativeBuffer<double> gram, int stride, int panelFrom,
        int panelTo)
    {
        AccumulateKernel<TSimd, TVec, WideSums<TSimd, TVec>>.Run(
            rows.View, entries.With(values), (byte*)gram.Pointer, PanelMatrix.PanelRows, stride, panelFrom, panelTo, lowerOnly: true);
        KeepAlive(rows, entries, values, gram);
    }

    private protected override void SpreadCore(
        ActiveBatch entries, NativeBuffer<float> values, PanelMatrix rows, int panelFrom, int panelTo)
    {
        LayoutKernel.Spread(entries.With(values), rows.View, panelFrom, panelTo);
        KeepAlive(entries, values, rows);
    }

    private protected override void SubtractTransposedCore(
        PanelMatrix source, PanelMatrix transposed, float scale, PanelMatrix target, int panelFrom, int panelTo)
    {
        LayoutKernel.SubtractTransposed(source.View, transposed.View, scale, target.View, panelFrom, panelTo);
        KeepAlive(source, transposed, target);
    }

    private protected override void NarrowSymmetricCore(
        NativeBuffer<double> gram, int stride, PanelMatrix matrix, int panelFrom, int panelTo)
    {
        LayoutKernel.NarrowSymmetric<TSimdDouble, TVecDouble>(gram.Pointer, stride, matrix.View, panelFrom, panelTo);
        KeepAlive(gram, matrix);
    }
}
