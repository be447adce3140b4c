using Subquad.Simd.Memory;

namespace Subquad.Simd.Interop;

/// <content>Gram matrices and layouts.</content>
internal sealed unsafe partial class NativeKernelSet
{
    private protected override void GramCore(
        PanelMatrix rows, ActiveBatch entries, NativeBuffer<float> values, NativeBuffer<double> gram, int stride, int panelFrom,
        int panelTo)
    {
        (PanelView u, ActiveView x) = (rows.View, entries.With(values));
        _core->Gram(&u, &x, gram.Pointer, stride, panelFrom, panelTo);
        KeepAlive(rows, entries, values, gram);
    }

    private protected override void SpreadCore(
        ActiveBatch entries, NativeBuffer<float> values, PanelMatrix rows, int panelFrom, int panelTo)
    {
        (ActiveView from, PanelView to) = (entries.With(values), rows.View);
        _core->Spread(&from, &to, panelFrom, panelTo);
        KeepAlive(entries, values, rows);
    }

    private protected override void SubtractTransposedCore(
        PanelMatrix source, PanelMatrix transposed, float scale, PanelMatrix target, int panelFrom, int panelTo)
    {
        (PanelView from, PanelView across, PanelView to) = (source.View, transposed.View, target.View);
        _core->SubtractTransposed(&from, &across, scale, &to, panelFrom, panelTo);
        KeepAlive(source, transposed, target);
    }

    private protected override void NarrowSymmetricCore(
        NativeBuffer<double> gram, int stride, PanelMatrix matrix, int panelFrom, int panelTo)
    {
        PanelView to = matrix.View;
        _core->NarrowSymmetric(gram.Pointer, stride, &to, panelFrom, panelTo);
        KeepAlive(gram, matrix);
    }
}
