using Subquad.Simd.Memory;

namespace Subquad.Simd.Interop;

/// <content>The forward pass of a layer.</content>
internal sealed unsafe partial class NativeKernelSet
{
    private protected override void AccumulateCore(
        PanelMatrix weights, ActiveBatch inputs, NativeBuffer<float> values, PanelMatrix sums, int panelFrom, int panelTo,
        int datumFrom, int datumTo)
    {
        (ActiveView x, PanelView to) = (inputs.With(values), sums.View);
        if (weights.Format == ElementFormat.BFloat16)
        {
            BFloat16View words = weights.NarrowView;
            _core->AccumulateBFloat16(&words, &x, &to, panelFrom, panelTo, datumFrom, datumTo);
        }
        else
        {
            PanelView w = weights.View;
            _core->Accumulate(&w, &x, &to, panelFrom, panelTo, datumFrom, datumTo);
        }
        KeepAlive(weights, inputs, values, sums);
    }

    private protected override void AccumulateDenseCore(
        PanelMatrix weights, PanelMatrix inputs, PanelMatrix sums, int panelFrom, int panelTo)
    {
        (PanelView x, PanelView to) = (inputs.View, sums.View);
        if (weights.Format == ElementFormat.BFloat16)
        {
            BFloat16View words = weights.NarrowView;
            _core->AccumulateDenseBFloat16(&words, &x, &to, panelFrom, panelTo);
        }
        else
        {
            PanelView w = weights.View;
            _core->AccumulateDense(&w, &x, &to, panelFrom, panelTo);
        }
        KeepAlive(weights, inputs, sums);
    }

    private protected override void RoundCore(PanelMatrix source, PanelMatrix target, int panel)
    {
        PanelView from = source.View;
        BFloat16View to = target.NarrowView;
        _core->RoundBFloat16(&from, &to, source.Panels, panel);
        KeepAlive(source, target);
    }
}
