using Subquad.Simd.Memory;

namespace Subquad.Perf.Kernels.Cases;

/// <summary>Verbs on active pairs W[T_i, S_i]: in place, and packed.</summary>
sealed class PairCases : IVerbCases
{
    const int Width = 4_096, Batch = 128;
    const double Density = 0.05;

    readonly PanelMatrix _weights = Operands.Panels(Width, Width, 1);
    readonly ActiveBatch _inputs = Operands.Lists(Batch, Width, Density, 2), _outputs = Operands.Lists(Batch, Width, Density, 3);
    readonly TransposedBatch _transposed = new();
    readonly PackedBlocks _packed = new();
    readonly Arena _scratch = new();
    readonly NativeBuffer<float> _pulled, _pushed;

    public PairCases()
    {
        _transposed.Build(_inputs);
        _packed.Plan(_outputs, _inputs);
        (_pulled, _pushed) = (new(_inputs.Entries), new(_outputs.Entries));
    }

    public IEnumerable<VerbCase> Cases()
    {
        double flops = 2 * Operands.Pairs(_outputs, _inputs), lines = Operands.PairLineBytes(_outputs, _transposed),
            packed = 4.0 * _packed.Elements;
        string shape = $"m = {Width:#,0}, n = {Batch}, {Density:0 %}";
        yield return new("PullBack", shape, set =>
        {
            _pulled.Clear();
            set.PullBack(_weights, _outputs, _outputs.Values, _transposed, _pulled, 0, Width, _scratch);
        })
        {
            Flops = flops,
            Bytes = lines,
            Footprint = lines,
        };
        yield return new("PushForward", shape, set =>
        {
            _pushed.Clear();
            set.PushForward(_weights, _outputs, _pushed, _transposed, _transposed.Lists.Values, 0, _outputs.Blocks, _scratch);
        })
        {
            Flops = flops,
            Bytes = lines,
            Footprint = lines,
        };
        // A tiny scale: the weights must stay finite over any number of calls.
        yield return new("Scatter", shape, set => set.Scatter(
            _weights, _outputs, _outputs.Values, _transposed, _transposed.Lists.Values, 1e-9f, 0, _outputs.Blocks, _scratch))
        {
            Flops = flops,
            Bytes = 2 * lines,
            Footprint = lines,
        };
        yield return new("Pack", shape, set => set.Pack(_weights, _outputs, _transposed, _packed, 0, Width, _scratch))
        {
            Bytes = lines + packed,
            Footprint = lines + packed,
        };
        yield return new("PullBackPacked", shape, set => set.PullBackPacked(_packed, _outputs.Values, _pulled, 0, Batch, _scratch))
        {
            Flops = flops,
            Bytes = packed,
            Footprint = packed,
        };
        yield return new("PushForwardPacked", shape, set => set.PushForwardPacked(_packed, _inputs.Values, _pushed, 0, Batch, _scratch))
        {
            Flops = flops,
            Bytes = packed,
            Footprint = packed,
        };
    }

    public void Dispose()
    {
        foreach (IDisposable part in (IDisposable[])[_weights, _inputs, _outputs, _transposed, _packed, _scratch, _pulled, _pushed])
            part.Dispose();
    }
}
