using Subquad.Simd.Memory;

namespace Subquad.Simd.Interop;

/// <content>Layouts, and packed active blocks.</content>
internal sealed unsafe partial class NativeKernelSet
{
    public override void Spread(ActiveBatch entries, NativeBuffer<float> values, PanelMatrix rows, int panelFrom, int panelTo)
    {
        if (!Serves(CoreVerbs.Spread))
        {
            base.Spread(entries, values, rows, panelFrom, panelTo);
            return;
        }
        HoldsRows(entries, values, rows, panelFrom, panelTo);
        (ActiveView from, PanelView to) = (entries.With(values), rows.View);
        _core->Spread(&from, &to, panelFrom, panelTo);
        KeepAlive(entries, values, rows);
    }

    public override void SubtractTransposed(PanelMatrix source, PanelMatrix turned, float scale, PanelMatrix target, int panelFrom, int panelTo)
    {
        if (!Serves(CoreVerbs.SubtractTransposed))
        {
            base.SubtractTransposed(source, turned, scale, target, panelFrom, panelTo);
            return;
        }
        HoldsTurned(source, turned, target, panelFrom, panelTo);
        (PanelView from, PanelView across, PanelView to) = (source.View, turned.View, target.View);
        _core->SubtractTransposed(&from, &across, scale, &to, panelFrom, panelTo);
        KeepAlive(source, turned, target);
    }

    public override void NarrowSymmetric(NativeBuffer<double> gram, int stride, PanelMatrix matrix, int panelFrom, int panelTo)
    {
        if (!Serves(CoreVerbs.NarrowSymmetric))
        {
            base.NarrowSymmetric(gram, stride, matrix, panelFrom, panelTo);
            return;
        }
        HoldsNarrow(gram, stride, matrix, panelFrom, panelTo);
        PanelView to = matrix.View;
        _core->NarrowSymmetric(gram.Pointer, stride, &to, panelFrom, panelTo);
        KeepAlive(gram, matrix);
    }

    public override void Pack(PanelMatrix weights, ActiveBatch outputs, TransposedBatch inputs, PackedBlocks packed, int inputFrom, int inputTo, Arena scratch)
    {
        if (!Serves(CoreVerbs.Pack))
        {
            base.Pack(weights, outputs, inputs, packed, inputFrom, inputTo, scratch);
            return;
        }
        HoldsPack(weights, outputs, inputs, packed, inputFrom, inputTo);
        (PanelView w, ActiveView u, TransposedView x, PackedView blocks) = (weights.View, outputs.View, inputs.View, packed.View);
        _core->Pack(&w, &u, &x, &blocks, Take<int>(scratch, _core->PairScratch(&u)), inputFrom, inputTo);
        KeepAlive(weights, outputs, inputs, packed, scratch);
    }

    public override void PullBackPacked(PackedBlocks packed, NativeBuffer<float> outputValues, NativeBuffer<float> pulled, int datumFrom, int datumTo, Arena scratch)
    {
        if (!Serves(CoreVerbs.PullBackPacked))
        {
            base.PullBackPacked(packed, outputValues, pulled, datumFrom, datumTo, scratch);
            return;
        }
        (ActiveBatch outputs, ActiveBatch inputs) = PlanOf(packed);
        HoldsValues(outputs, outputValues);
        HoldsValues(inputs, pulled);
        HoldsRange(datumFrom, datumTo, outputs.Count);
        (PackedView blocks, ActiveView u, ActiveView x) = (packed.View, outputs.With(outputValues), inputs.View);
        _core->PullBackPacked(&blocks, &u, &x, pulled.Pointer, Take<float>(scratch, _core->PackedScratch(&u, &x)), datumFrom, datumTo);
        KeepAlive(packed, outputs, inputs, outputValues, pulled, scratch);
    }

    public override void PushForwardPacked(PackedBlocks packed, NativeBuffer<float> inputValues, NativeBuffer<float> pushed, int datumFrom, int datumTo, Arena scratch)
    {
        if (!Serves(CoreVerbs.PushForwardPacked))
        {
            base.PushForwardPacked(packed, inputValues, pushed, datumFrom, datumTo, scratch);
            return;
        }
        (ActiveBatch outputs, ActiveBatch inputs) = PlanOf(packed);
        HoldsValues(inputs, inputValues);
        HoldsValues(outputs, pushed);
        HoldsRange(datumFrom, datumTo, outputs.Count);
        (PackedView blocks, ActiveView u, ActiveView x) = (packed.View, outputs.View, inputs.With(inputValues));
        _core->PushForwardPacked(&blocks, &u, &x, pushed.Pointer, Take<float>(scratch, _core->PackedScratch(&u, &x)), datumFrom, datumTo);
        KeepAlive(packed, outputs, inputs, inputValues, pushed, scratch);
    }
}
