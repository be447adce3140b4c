using Subquad.Simd.Memory;

namespace Subquad.Simd.Interop;

/// <summary>
/// One instruction set of the C core: it serves the verbs that it is given (<see cref="ServedVerbs"/>) and hands the others to a managed
/// set. Checks views and ranges in Debug; the core gets pointers, and the owners are kept alive until it returns.
/// </summary>
internal sealed unsafe partial class NativeKernelSet : ForwardingKernelSet
{
    // SUBQUAD_CORE_ROUNDS_INPUTS.
    private const uint RoundsInputsBit = 4;

    private readonly CoreApi* _core;
    private readonly CoreVerbs _served;

    /// <param name="name">The set's name.</param>
    /// <param name="core">The core's table.</param>
    /// <param name="served">What the core serves.</param>
    /// <param name="managed">Serves the rest.</param>
    public NativeKernelSet(string name, CoreApi* core, CoreVerbs served, KernelSet managed) : base(managed)
    {
        _core = core;
        _served = served;
        Name = name;
    }

    public override string Name { get; }
    public override int Lanes => (int)_core->Lanes;
    public override bool IsFused => Managed.IsFused;
    public override bool RoundsInputs => Serves(CoreVerbs.AccumulateBFloat16) ? (_core->Capabilities & RoundsInputsBit) != 0 : Managed.RoundsInputs;

    internal override void AccumulateCore(
        PanelMatrix weights, ActiveBatch inputs, NativeBuffer<float> values, PanelMatrix sums, int panelFrom, int panelTo, int datumFrom, int datumTo)
    {
        bool isNarrow = weights.Format == ElementFormat.BFloat16;
        if (!Serves(isNarrow ? CoreVerbs.AccumulateBFloat16 : CoreVerbs.Accumulate))
        {
            base.AccumulateCore(weights, inputs, values, sums, panelFrom, panelTo, datumFrom, datumTo);
            return;
        }
        (ActiveView x, PanelView to) = (inputs.With(values), sums.View);
        if (isNarrow)
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

    internal override void AccumulateDenseCore(PanelMatrix weights, PanelMatrix inputs, PanelMatrix sums, int panelFrom, int panelTo)
    {
        bool isNarrow = weights.Format == ElementFormat.BFloat16;
        if (!Serves(isNarrow ? CoreVerbs.AccumulateDenseBFloat16 : CoreVerbs.AccumulateDense))
        {
            base.AccumulateDenseCore(weights, inputs, sums, panelFrom, panelTo);
            return;
        }
        (PanelView x, PanelView to) = (inputs.View, sums.View);
        if (isNarrow)
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

    internal override void RoundCore(PanelMatrix source, PanelMatrix target, int panel)
    {
        if (!Serves(CoreVerbs.RoundBFloat16))
        {
            base.RoundCore(source, target, panel);
            return;
        }
        PanelView from = source.View;
        BFloat16View to = target.NarrowView;
        _core->RoundBFloat16(&from, &to, source.Panels, panel);
        KeepAlive(source, target);
    }

    internal override void SupportNormsCore(PanelMatrix weights, ActiveBatch inputs, float raise, PanelMatrix norms, int panelFrom, int panelTo)
    {
        if (!Serves(CoreVerbs.SupportNorms))
        {
            base.SupportNormsCore(weights, inputs, raise, norms, panelFrom, panelTo);
            return;
        }
        (PanelView w, ActiveView x, PanelView to) = (weights.View, inputs.View, norms.View);
        _core->SupportNorms(&w, &x, raise, &to, panelFrom, panelTo);
        KeepAlive(weights, inputs, norms);
    }

    internal override void RowNormsCore(PanelMatrix weights, float raise, NativeBuffer<float> norms, int panelFrom, int panelTo)
    {
        if (!Serves(CoreVerbs.RowNorms))
        {
            base.RowNormsCore(weights, raise, norms, panelFrom, panelTo);
            return;
        }
        PanelView w = weights.View;
        _core->RowNorms(&w, raise, norms.Pointer, panelFrom, panelTo);
        KeepAlive(weights, norms);
    }

    internal override void GramCore(PanelMatrix rows, ActiveBatch entries, NativeBuffer<float> values, NativeBuffer<double> gram, int stride, int panelFrom, int panelTo)
    {
        if (!Serves(CoreVerbs.Gram))
        {
            base.GramCore(rows, entries, values, gram, stride, panelFrom, panelTo);
            return;
        }
        (PanelView u, ActiveView x) = (rows.View, entries.With(values));
        _core->Gram(&u, &x, gram.Pointer, stride, panelFrom, panelTo);
        KeepAlive(rows, entries, values, gram);
    }

    internal override void CountAboveCore(PanelMatrix sums, NativeBuffer<float> thresholds, ActiveBatch destination, int blockFrom, int blockTo)
    {
        if (!Serves(CoreVerbs.CountAbove))
        {
            base.CountAboveCore(sums, thresholds, destination, blockFrom, blockTo);
            return;
        }
        PanelView from = sums.View;
        _core->CountAbove(&from, thresholds.Pointer, destination.Starts, blockFrom, blockTo);
        KeepAlive(sums, thresholds, destination);
    }

    internal override void CompressAboveCore(PanelMatrix sums, NativeBuffer<float> thresholds, float gain, ActiveBatch destination, int blockFrom, int blockTo)
    {
        if (!Serves(CoreVerbs.CompressAbove))
        {
            base.CompressAboveCore(sums, thresholds, gain, destination, blockFrom, blockTo);
            return;
        }
        (PanelView from, ActiveView lists) = (sums.View, destination.View);
        _core->CompressAbove(&from, thresholds.Pointer, gain, &lists, blockFrom, blockTo);
        KeepAlive(sums, thresholds, destination);
    }

    internal override void GatherActiveCore(PanelMatrix sums, ActiveBatch entries, bool dataInRows, NativeBuffer<float> destination, int blockFrom, int blockTo)
    {
        if (!Serves(CoreVerbs.GatherActive))
        {
            base.GatherActiveCore(sums, entries, dataInRows, destination, blockFrom, blockTo);
            return;
        }
        (PanelView from, ActiveView lists) = (sums.View, entries.View);
        _core->GatherActive(&from, &lists, dataInRows ? 1 : 0, destination.Pointer, blockFrom, blockTo);
        KeepAlive(sums, entries, destination);
    }

    internal override void PullBackCore(
        PanelMatrix weights, ActiveBatch outputs, NativeBuffer<float> outputValues, TransposedBatch inputs, NativeBuffer<float> pulled, int inputFrom, int inputTo, Arena scratch)
    {
        if (!Serves(CoreVerbs.PullBack))
        {
            base.PullBackCore(weights, outputs, outputValues, inputs, pulled, inputFrom, inputTo, scratch);
            return;
        }
        (PanelView w, ActiveView u, TransposedView x) = (weights.View, outputs.With(outputValues), inputs.View);
        _core->PullBack(&w, &u, &x, pulled.Pointer, Take<int>(scratch, _core->PairScratch(&u)), inputFrom, inputTo);
        KeepAlive(weights, outputs, outputValues, inputs, pulled, scratch);
    }

    internal override void PushForwardCore(
        PanelMatrix weights, ActiveBatch outputs, NativeBuffer<float> pushed, TransposedBatch inputs, NativeBuffer<float> inputValues, int blockFrom, int blockTo, Arena scratch)
    {
        if (!Serves(CoreVerbs.PushForward))
        {
            base.PushForwardCore(weights, outputs, pushed, inputs, inputValues, blockFrom, blockTo, scratch);
            return;
        }
        (PanelView w, ActiveView u, TransposedView x) = (weights.View, outputs.With(pushed), inputs.With(inputValues));
        _core->PushForward(&w, &u, &x, pushed.Pointer, Take<int>(scratch, _core->PairScratch(&u)), blockFrom, blockTo);
        KeepAlive(weights, outputs, pushed, inputs, inputValues, scratch);
    }

    internal override void ScatterCore(
        PanelMatrix weights, ActiveBatch outputs, NativeBuffer<float> outputValues, TransposedBatch inputs, NativeBuffer<float> inputValues, float scale,
        int blockFrom, int blockTo, Arena scratch)
    {
        if (!Serves(CoreVerbs.Scatter))
        {
            base.ScatterCore(weights, outputs, outputValues, inputs, inputValues, scale, blockFrom, blockTo, scratch);
            return;
        }
        (PanelView w, ActiveView u, TransposedView x) = (weights.View, outputs.With(outputValues), inputs.With(inputValues));
        _core->Scatter(&w, &u, &x, scale, Take<int>(scratch, _core->PairScratch(&u)), blockFrom, blockTo);
        KeepAlive(weights, outputs, outputValues, inputs, inputValues, scratch);
    }

    internal override float DotCore(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        if (!Serves(CoreVerbs.Dot))
            return base.DotCore(x, y);
        fixed (float* a = x, b = y)
            return _core->Dot(a, b, (nuint)x.Length);
    }

    internal override void AxpyCore(float a, ReadOnlySpan<float> x, Span<float> y)
    {
        if (!Serves(CoreVerbs.Axpy))
        {
            base.AxpyCore(a, x, y);
            return;
        }
        fixed (float* from = x, to = y)
            _core->Axpy(a, from, to, (nuint)x.Length);
    }

    internal override double SquaredNormCore(ReadOnlySpan<float> x)
    {
        if (!Serves(CoreVerbs.SquaredNorm))
            return base.SquaredNormCore(x);
        fixed (float* a = x)
            return _core->SquaredNorm(a, (nuint)x.Length);
    }

    internal override void FillNormalCore(Span<float> destination, ulong seed, uint row, uint layer, double deviation)
    {
        if (!Serves(CoreVerbs.FillNormal))
        {
            base.FillNormalCore(destination, seed, row, layer, deviation);
            return;
        }
        fixed (float* to = destination)
            _core->FillNormal(to, (nuint)destination.Length, seed, row, layer, deviation);
    }

    private bool Serves(CoreVerbs verb) => (_served & verb) != 0;

    private static T* Take<T>(Arena scratch, long count) where T : unmanaged
    {
        scratch.Reserve(count * sizeof(T) + NativeBuffer<byte>.Alignment);
        return scratch.TakePointer<T>(count);
    }
}
