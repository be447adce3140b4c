using Subquad.Simd.Dispatch;
using Subquad.Simd.Memory;

namespace Subquad.Perf.Kernels.Verbs;

/// <summary>Verbs that stream columns of weights: forward passes, norms, Gram matrices.</summary>
sealed class ForwardCases : IVerbCases
{
    const int Width = 4_096, Batch = 128, Dense = 1_024, Data = 512;
    const double Density = 0.05;

    readonly PanelMatrix _weights = Operands.Panels(Width, Width, 1), _sums = new(Width, Batch), _dense = Operands.Panels(Dense, Dense, 2), _rows = Operands.Panels(Batch, Dense, 3),
        _denseSums = new(Dense, Batch), _factor = new(Data, Width),
        _narrow = new(Width, Width, ElementFormat.BFloat16), _narrowDense = new(Dense, Dense, ElementFormat.BFloat16);
    readonly ActiveBatch _inputs = Operands.Lists(Batch, Width, Density, 4), _entries = Operands.Lists(Data, Width, Density, 5);
    readonly NativeBuffer<float> _norms = new(Width);
    readonly NativeBuffer<double> _gram = new((long)Data * Data);

    public IEnumerable<VerbCase> Cases()
    {
        double weightBytes = 4.0 * Width * Width, sumBytes = 4.0 * Width * Batch;
        string shape = $"m = {Width:#,0}, n = {Batch}, {Density:0 %}";
        yield return new("Accumulate", shape, set => set.Accumulate(_weights, _inputs, _sums, 0, _weights.Panels))
        {
            Flops = 2.0 * _inputs.Entries * Width,
            Bytes = weightBytes + sumBytes,
            Footprint = weightBytes,
        };
        yield return new("AccumulateDense", $"m = {Dense:#,0}, n = {Batch}", set => set.AccumulateDense(_dense, _rows, _denseSums, 0, _dense.Panels))
        {
            Flops = 2.0 * Dense * Dense * Batch,
            Bytes = 4.0 * Dense * (Dense + 2 * Batch),
            Footprint = 4.0 * Dense * (Dense + 2 * Batch),
        };
        KernelSets.Best.Round(_dense, _narrowDense, 0);
        yield return new("RoundBFloat16", $"m = {Width:#,0}", set => set.Round(_weights, _narrow, 0)) { Bytes = 1.5 * weightBytes, Footprint = 1.5 * weightBytes };
        yield return new("AccumulateBFloat16", shape, set => set.Accumulate(_narrow, _inputs, _sums, 0, _narrow.Panels))
        {
            Flops = 2.0 * _inputs.Entries * Width,
            Bytes = weightBytes / 2 + sumBytes,
            Footprint = weightBytes / 2,
        };
        yield return new("AccumulateDenseBFloat16", $"m = {Dense:#,0}, n = {Batch}", set => set.AccumulateDense(_narrowDense, _rows, _denseSums, 0, _narrowDense.Panels))
        {
            Flops = 2.0 * Dense * Dense * Batch,
            Bytes = 4.0 * Dense * (Dense / 2 + 2 * Batch),
            Footprint = 4.0 * Dense * (Dense / 2 + 2 * Batch),
        };
        yield return new("SupportNorms", shape, set => set.SupportNorms(_weights, _inputs, 1.001f, _sums, 0, _weights.Panels))
        {
            Flops = 2.0 * _inputs.Entries * Width,
            Bytes = weightBytes + sumBytes,
            Footprint = weightBytes,
        };
        yield return new("RowNorms", $"m = {Width:#,0}", set => set.RowNorms(_weights, 1.001f, _norms, 0, _weights.Panels))
        {
            Flops = 2.0 * Width * Width,
            Bytes = weightBytes,
            Footprint = weightBytes,
        };
        KernelSets.Best.Spread(_entries, _entries.Values, _factor, 0, _factor.Panels);
        yield return new("Gram", $"n = {Data}, m = {Width:#,0}, {Density:0 %}", set => set.Gram(_factor, _entries, _entries.Values, _gram, Data, 0, _factor.Panels))
        {
            Flops = 2.0 * Enumerable.Range(0, Data).Sum(datum => (double)_entries.CountOf(datum) * (datum / 128 + 1) * 128),
            Bytes = 4.0 * Data * Width,
            Footprint = 4.0 * Data * Width,
        };
    }

    public void Dispose()
    {
        foreach (IDisposable part in (IDisposable[])[_weights, _sums, _dense, _rows, _denseSums, _factor, _narrow, _narrowDense, _inputs, _entries, _norms, _gram])
            part.Dispose();
    }
}
