using Subquad.Simd.Dispatch;
using Subquad.Simd.Memory;

namespace Subquad.Perf.Kernels.Cases;

/// <summary>Verbs that stream columns of weights: forward passes, norms, Gram matrices.</summary>
sealed class ForwardCases : IVerbCases
{
    const int Width = 4_096, Batch = 128, Dense = 1_024, Data = 512;
    const double Density = 0.05;

    /// <summary>A layer that no cache holds, and rows that take turns, so that none meets its columns in a cache again.</summary>
    const int Wide = 8_192, Rows = 32;

    readonly PanelMatrix _weights = Operands.Panels(Width, Width, 1), _sums = new(Width, Batch), _dense = Operands.Panels(Dense, Dense, 2),
        _rows = Operands.Panels(Batch, Dense, 3),
        _denseSums = new(Dense, Batch), _factor = new(Data, Width),
        _narrow = new(Width, Width, ElementFormat.BFloat16), _narrowDense = new(Dense, Dense, ElementFormat.BFloat16),
        _wideSums = new(Wide, Rows), _manySums = new(Width, Data);
    readonly ActiveBatch _inputs = Operands.Lists(Batch, Width, Density, 4), _entries = Operands.Lists(Data, Width, Density, 5),
        _turns = Operands.Lists(Rows, Wide, Density, 7);
    readonly NativeBuffer<float> _norms = new(Width);
    readonly NativeBuffer<double> _gram = new((long)Data * Data);

    // Made by the first call that needs them: they take most of the memory, and a comparison by turns may leave their rows out.
    readonly Lazy<PanelMatrix> _wide = new(() => Operands.Panels(Wide, Wide, 6)), _narrowWide;

    int _turn;

    public ForwardCases() => _narrowWide = new(() =>
    {
        var narrow = new PanelMatrix(Wide, Wide, ElementFormat.BFloat16);
        KernelSets.Best.Round(_wide.Value, narrow, 0);
        return narrow;
    });

    public IEnumerable<VerbCase> Cases()
    {
        double weightBytes = 4.0 * Width * Width, sumBytes = 4.0 * Width * Batch;
        string shape = $"m = {Width:#,0}, n = {Batch}, {Density:0 %}";
        yield return Forward("Accumulate", _weights, _inputs, _sums);
        yield return Forward("Accumulate", _weights, _entries, _manySums);
        yield return OneRow("Accumulate", ElementFormat.Float32, _wide);
        yield return new(
            "AccumulateDense", $"m = {Dense:#,0}, n = {Batch}", set => set.AccumulateDense(_dense, _rows, _denseSums, 0, _dense.Panels))
        {
            Flops = 2.0 * Dense * Dense * Batch,
            Bytes = 4.0 * Dense * (Dense + 2 * Batch),
            Footprint = 4.0 * Dense * (Dense + 2 * Batch),
        };
        KernelSets.Best.Round(_dense, _narrowDense, 0);
        yield return new("RoundBFloat16", $"m = {Width:#,0}", set => set.Round(_weights, _narrow, 0))
        {
            Bytes = 1.5 * weightBytes,
            Footprint = 1.5 * weightBytes,
        };
        yield return Forward("AccumulateBFloat16", _narrow, _inputs, _sums);
        yield return Forward("AccumulateBFloat16", _narrow, _entries, _manySums);
        yield return OneRow("AccumulateBFloat16", ElementFormat.BFloat16, _narrowWide);
        yield return new(
            "AccumulateDenseBFloat16", $"m = {Dense:#,0}, n = {Batch}",
            set => set.AccumulateDense(_narrowDense, _rows, _denseSums, 0, _narrowDense.Panels))
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
        yield return new(
            "Gram", $"n = {Data}, m = {Width:#,0}, {Density:0 %}",
            set => set.Gram(_factor, _entries, _entries.Values, _gram, Data, 0, _factor.Panels))
        {
            Flops = 2.0 * Enumerable.Range(0, Data).Sum(datum => (double)_entries.CountOf(datum) * (datum / 128 + 1) * 128),
            Bytes = 4.0 * Data * Width,
            Footprint = 4.0 * Data * Width,
        };
    }

    static VerbCase Forward(string verb, PanelMatrix weights, ActiveBatch inputs, PanelMatrix sums)
    {
        double weightBytes = BytesOf(weights);
        return new(
            verb, $"m = {weights.Rows:#,0}, n = {inputs.Count}, {Density:0 %}",
            set => set.Accumulate(weights, inputs, sums, 0, weights.Panels))
        {
            Flops = 2.0 * inputs.Entries * weights.Rows,
            Bytes = weightBytes + 4.0 * sums.Rows * sums.Columns,
            Footprint = weightBytes,
        };
    }

    VerbCase OneRow(string verb, ElementFormat format, Lazy<PanelMatrix> weights)
    {
        double all = PanelMatrix.BytesOf(Wide, Wide, format), bytes = (double)_turns.Entries / Rows * all / Wide;
        return new(verb, $"m = {Wide:#,0}, n = 1, {Density:0 %}", set =>
        {
            _turn = (_turn + 1) % Rows;
            set.Accumulate(weights.Value, _turns, _turns.Values, _wideSums, 0, weights.Value.Panels, _turn, _turn + 1);
        })
        {
            Flops = 2.0 * _turns.Entries / Rows * Wide,
            Bytes = bytes + 4.0 * Wide,
            Footprint = all,
        };
    }

    static double BytesOf(PanelMatrix weights) => PanelMatrix.BytesOf(weights.Rows, weights.Columns, weights.Format);

    public void Dispose()
    {
        foreach (IDisposable part in (IDisposable[])[
            _weights, _sums, _dense, _rows, _denseSums, _factor, _narrow, _narrowDense, _inputs, _entries, _turns, _wideSums, _manySums,
            _norms, _gram])
            part.Dispose();
        foreach (Lazy<PanelMatrix> matrix in (Lazy<PanelMatrix>[])[_wide, _narrowWide])
            if (matrix.IsValueCreated)
                matrix.Value.Dispose();
    }
}
