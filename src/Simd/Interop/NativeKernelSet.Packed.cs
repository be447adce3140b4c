using Subquad.Simd.Memory;

namespace Subquad.Simd.Interop;

/// <content>Layouts, and packed active blocks.</content>
internal sealed unsafe partial class NativeKernelSet
{
    internal override void SpreadCore(ActiveBatch entries, NativeBuffer<float> values, PanelMatrix rows, int panelFrom, int panelTo)
    {
        if (!Serves(CoreVerbs.Spread))
        {
            base.SpreadCore(entries, values, rows, panelFrom, panelTo);
            return;
        }
        (ActiveView from, PanelView to) = (entries.With(values), rows.View);
        _core->Spread(&from, &to, panelFrom, panelTo);
        KeepAlive(entries, values, rows);
    }

    internal override void SubtractTransposedCore(PanelMatrix source, PanelMatrix transposed, float scale, PanelMatrix target, int panelFrom, int panelTo)
    {
        if (!Serves(CoreVerbs.SubtractTransposed))
        {
            base.SubtractTransposedCore(source, transposed, scale, target, panelFrom, panelTo);
            return;
        }
        (PanelView from, PanelView across, PanelView to) = (source.View, transposed.View, target.View);
        _core->SubtractTransposed(&from, &across, scale, &to, panelFrom, panelTo);
        KeepAlive(source, transposed, target);
    }

    internal override void NarrowSymmetricCore(NativeBuffer<double> gram, int stride, PanelMatrix matrix, int panelFrom, int panelTo)
    {
        if (!Serves(CoreVerbs.NarrowSymmetric))
        {
            base.NarrowSymmetricCore(gram, stride, matrix, panelFrom, panelTo);
            return;
        }
        PanelView to = matrix.View;
        _core->NarrowSymmetric(gram.Pointer, stride, &to, panelFrom, panelTo);
        KeepAlive(gram, matrix);
    }

    internal override void PackCore(PanelMatrix weights, ActiveBatch outputs, TransposedBatch inputs, PackedBlocks packed, int inputFrom, int inputTo, Arena scratch)
    {
        if (!Serves(CoreVerbs.Pack))
        {
            base.PackCore(weights, outputs, inputs, packed, inputFrom, inputTo, scratch);
            return;
        }
        (PanelView w, ActiveView u, TransposedView x, PackedView blocks) = (weights.View, outputs.View, inputs.View, packed.View);
        _core->Pack(&w, &u, &x, &blocks, Take<int>(scratch, _core->PairScratch(&u)), inputFrom, inputTo);
        KeepAlive(weights, outputs, inputs, packed, scratch);
    }

    internal override void PullBackPackedCore(PackedBlocks packed, NativeBuffer<float> outputValues, NativeBuffer<float> pulled, int datumFrom, int datumTo, Arena scratch)
    {
        if (!Serves(CoreVerbs.PullBackPacked))
        {
            base.PullBackPackedCore(packed, outputValues, pulled, datumFrom, datumTo, scratch);
            return;
        }
        (ActiveBatch outputs, ActiveBatch inputs) = PlanOf(packed);
        (PackedView blocks, ActiveView u, ActiveView x) = (packed.View, outputs.With(outputValues), inputs.View);
        _core->PullBackPacked(&blocks, &u, &x, pulled.Pointer, Take<float>(scratch, _core->PackedScratch(&u, &x)), datumFrom, datumTo);
        KeepAlive(packed, outputs, inputs, outputValues, pulled, scratch);
    }

    internal override void PushForwardPackedCore(PackedBlocks packed, NativeBuffer<float> inputValues, NativeBuffer<float> pushed, int datumFrom, int datumTo, Arena scratch)
    {
        if (!Serves(CoreVerbs.PushForwardPacked))
        {
            base.PushForwardPackedCore(packed, inputValues, pushed, datumFrom, datumTo, scratch);
            return;
        }
        (ActiveBatch outputs, ActiveBatch inputs) = PlanOf(packed);
        (PackedView blocks, ActiveView u, ActiveView x) = (packed.View, outputs.View, inputs.With(inputValues));
        _core->PushForwardPacked(&blocks, &u, &x, pushed.Pointer, Take<float>(scratch, _core->PackedScratch(&u, &x)), datumFrom, datumTo);
        KeepAlive(packed, outputs, inputs, inputValues, pushed, scratch);
    }
}
