using Subquad.Simd.Memory;

namespace Subquad.Simd.Interop;

/// <summary>
/// One instruction set of the C core: it serves the verbs that it is given (<see cref="ServedVerbs"/>) and hands the others to a managed set. Checks views and ranges in Debug; the core gets
/// pointers, and the owners are kept alive until it returns.
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

    public override void Accumulate(
        PanelMatrix weights, ActiveBatch inputs, NativeBuffer<float> values, PanelMatrix sums, int panelFrom, int panelTo, int datumFrom, int datumTo)
    {
        bool isNarrow = weights.Format == ElementFormat.BFloat16;
        if (!Serves(isNarrow ? CoreVerbs.AccumulateBFloat16 : CoreVerbs.Accumulate))
        {
            base.Accumulate(weights, inputs, values, sums, panelFrom, panelTo, datumFrom, datumTo);
            return;
        }
        HoldsForward(weights, inputs.Width, inputs.Count, sums, panelFrom, panelTo);
        HoldsRange(datumFrom, datumTo, inputs.Count);
        HoldsValues(inputs, values);
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

    public override void AccumulateDense(PanelMatrix weights, PanelMatrix inputs, PanelMatrix sums, int panelFrom, int panelTo)
    {
        bool isNarrow = weights.Format == ElementFormat.BFloat16;
        if (!Serves(isNarrow ? CoreVerbs.AccumulateDenseBFloat16 : CoreVerbs.AccumulateDense))
        {
            base.AccumulateDense(weights, inputs, sums, panelFrom, panelTo);
            return;
        }
        HoldsForward(weights, inputs.Columns, inputs.Rows, sums, panelFrom, panelTo);
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

    public override void Round(PanelMatrix source, PanelMatrix target, int panel)
    {
        if (!Serves(CoreVerbs.RoundBFloat16))
        {
            base.Round(source, target, panel);
            return;
        }
        HoldsRound(source, target, panel);
        PanelView from = source.View;
        BFloat16View to = target.NarrowView;
        _core->RoundBFloat16(&from, &to, source.Panels, panel);
        KeepAlive(source, target);
    }

    public override void SupportNorms(PanelMatrix weights, ActiveBatch inputs, float raise, PanelMatrix norms, int panelFrom, int panelTo)
    {
        if (!Serves(CoreVerbs.SupportNorms))
        {
            base.SupportNorms(weights, inputs, raise, norms, panelFrom, panelTo);
            return;
        }
        HoldsForward(weights, inputs.Width, inputs.Count, norms, panelFrom, panelTo);
        (PanelView w, ActiveView x, PanelView to) = (weights.View, inputs.View, norms.View);
        _core->SupportNorms(&w, &x, raise, &to, panelFrom, panelTo);
        KeepAlive(weights, inputs, norms);
    }

    public override void RowNorms(PanelMatrix weights, float raise, NativeBuffer<float> norms, int panelFrom, int panelTo)
    {
        if (!Serves(CoreVerbs.RowNorms))
        {
            base.RowNorms(weights, raise, norms, panelFrom, panelTo);
            return;
        }
        HoldsRowNorms(weights, norms, panelFrom, panelTo);
        PanelView w = weights.View;
        _core->RowNorms(&w, raise, norms.Pointer, panelFrom, panelTo);
        KeepAlive(weights, norms);
    }

    public override void Gram(PanelMatrix rows, ActiveBatch entries, NativeBuffer<float> values, NativeBuffer<double> gram, int stride, int panelFrom, int panelTo)
    {
        if (!Serves(CoreVerbs.Gram))
        {
            base.Gram(rows, entries, values, gram, stride, panelFrom, panelTo);
            return;
        }
        HoldsGram(rows, entries, values, gram, stride, panelFrom, panelTo);
        (PanelView u, ActiveView x) = (rows.View, entries.With(values));
        _core->Gram(&u, &x, gram.Pointer, stride, panelFrom, panelTo);
        KeepAlive(rows, entries, values, gram);
    }

    public override void CountAbove(PanelMatrix sums, NativeBuffer<float> thresholds, ActiveBatch destination, int blockFrom, int blockTo)
    {
        if (!Serves(CoreVerbs.CountAbove))
        {
            base.CountAbove(sums, thresholds, destination, blockFrom, blockTo);
            return;
        }
        HoldsThresholds(sums, thresholds, destination, blockFrom, blockTo);
        PanelView from = sums.View;
        _core->CountAbove(&from, thresholds.Pointer, destination.Starts, blockFrom, blockTo);
        KeepAlive(sums, thresholds, destination);
    }

    public override void CompressAbove(PanelMatrix sums, NativeBuffer<float> thresholds, float gain, ActiveBatch destination, int blockFrom, int blockTo)
    {
        if (!Serves(CoreVerbs.CompressAbove))
        {
            base.CompressAbove(sums, thresholds, gain, destination, blockFrom, blockTo);
            return;
        }
        HoldsThresholds(sums, thresholds, destination, blockFrom, blockTo);
        HoldsValues(destination, destination.Values);
        (PanelView from, ActiveView lists) = (sums.View, destination.View);
        _core->CompressAbove(&from, thresholds.Pointer, gain, &lists, blockFrom, blockTo);
        KeepAlive(sums, thresholds, destination);
    }

    public override void GatherActive(PanelMatrix sums, ActiveBatch entries, bool dataInRows, NativeBuffer<float> destination, int blockFrom, int blockTo)
    {
        if (!Serves(CoreVerbs.GatherActive))
        {
            base.GatherActive(sums, entries, dataInRows, destination, blockFrom, blockTo);
            return;
        }
        HoldsGather(sums, entries, dataInRows, destination, blockFrom, blockTo);
        (PanelView from, ActiveView lists) = (sums.View, entries.View);
        _core->GatherActive(&from, &lists, dataInRows ? 1 : 0, destination.Pointer, blockFrom, blockTo);
        KeepAlive(sums, entries, destination);
    }

    public override void PullBack(
        PanelMatrix weights, ActiveBatch outputs, NativeBuffer<float> outputValues, TransposedBatch inputs, NativeBuffer<float> pulled, int inputFrom, int inputTo, Arena scratch)
    {
        if (!Serves(CoreVerbs.PullBack))
        {
            base.PullBack(weights, outputs, outputValues, inputs, pulled, inputFrom, inputTo, scratch);
            return;
        }
        HoldsPairs(weights, outputs, inputs);
        HoldsValues(outputs, outputValues);
        HoldsValues(inputs.Lists, pulled);
        HoldsRange(inputFrom, inputTo, weights.Columns);
        (PanelView w, ActiveView u, TransposedView x) = (weights.View, outputs.With(outputValues), inputs.View);
        _core->PullBack(&w, &u, &x, pulled.Pointer, Take<int>(scratch, _core->PairScratch(&u)), inputFrom, inputTo);
        KeepAlive(weights, outputs, outputValues, inputs, pulled, scratch);
    }

    public override void PushForward(
        PanelMatrix weights, ActiveBatch outputs, NativeBuffer<float> pushed, TransposedBatch inputs, NativeBuffer<float> inputValues, int blockFrom, int blockTo, Arena scratch)
    {
        if (!Serves(CoreVerbs.PushForward))
        {
            base.PushForward(weights, outputs, pushed, inputs, inputValues, blockFrom, blockTo, scratch);
            return;
        }
        HoldsPairs(weights, outputs, inputs);
        HoldsValues(outputs, pushed);
        HoldsValues(inputs.Lists, inputValues);
        HoldsRange(blockFrom, blockTo, outputs.Blocks);
        (PanelView w, ActiveView u, TransposedView x) = (weights.View, outputs.With(pushed), inputs.With(inputValues));
        _core->PushForward(&w, &u, &x, pushed.Pointer, Take<int>(scratch, _core->PairScratch(&u)), blockFrom, blockTo);
        KeepAlive(weights, outputs, pushed, inputs, inputValues, scratch);
    }

    public override void Scatter(
        PanelMatrix weights, ActiveBatch outputs, NativeBuffer<float> outputValues, TransposedBatch inputs, NativeBuffer<float> inputValues, float scale,
        int blockFrom, int blockTo, Arena scratch)
    {
        if (!Serves(CoreVerbs.Scatter))
        {
            base.Scatter(weights, outputs, outputValues, inputs, inputValues, scale, blockFrom, blockTo, scratch);
            return;
        }
        Contract.Holds(!weights.IsReadOnly, "weights that may be written");
        HoldsPairs(weights, outputs, inputs);
        HoldsValues(outputs, outputValues);
        HoldsValues(inputs.Lists, inputValues);
        HoldsRange(blockFrom, blockTo, outputs.Blocks);
        (PanelView w, ActiveView u, TransposedView x) = (weights.View, outputs.With(outputValues), inputs.With(inputValues));
        _core->Scatter(&w, &u, &x, scale, Take<int>(scratch, _core->PairScratch(&u)), blockFrom, blockTo);
        KeepAlive(weights, outputs, outputValues, inputs, inputValues, scratch);
    }

    public override float Dot(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        if (!Serves(CoreVerbs.Dot))
            return base.Dot(x, y);
        Contract.Holds(x.Length == y.Length, "equal lengths");
        fixed (float* a = x, b = y)
            return _core->Dot(a, b, (nuint)x.Length);
    }

    public override void Axpy(float a, ReadOnlySpan<float> x, Span<float> y)
    {
        if (!Serves(CoreVerbs.Axpy))
        {
            base.Axpy(a, x, y);
            return;
        }
        Contract.Holds(x.Length == y.Length, "equal lengths");
        fixed (float* from = x, to = y)
            _core->Axpy(a, from, to, (nuint)x.Length);
    }

    public override double SquaredNorm(ReadOnlySpan<float> x)
    {
        if (!Serves(CoreVerbs.SquaredNorm))
            return base.SquaredNorm(x);
        fixed (float* a = x)
            return _core->SquaredNorm(a, (nuint)x.Length);
    }

    public override void FillNormal(Span<float> destination, ulong seed, uint row, uint layer, double deviation)
    {
        if (!Serves(CoreVerbs.FillNormal))
        {
            base.FillNormal(destination, seed, row, layer, deviation);
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
