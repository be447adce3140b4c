using Subquad.Simd.Memory;

namespace Subquad.Simd;

/// <content>The forward pass of a layer, from sparse and from dense inputs, and the rounding of its weights.</content>
public abstract partial class KernelSet
{
    /// <summary>
    /// Forward: sums[r, i] = sum over j in S_i of W[r, j] x_i[j], for all rows of panels <paramref name="panelFrom"/> to
    /// <paramref name="panelTo"/> - 1.
    /// </summary>
    /// <param name="weights">W.</param>
    /// <param name="inputs">x: n sparse rows over W's columns.</param>
    /// <param name="sums">Rows of W x n; overwritten in these panels.</param>
    /// <param name="panelFrom">First panel, even.</param>
    /// <param name="panelTo">One past the last panel, even.</param>
    public void Accumulate(PanelMatrix weights, ActiveBatch inputs, PanelMatrix sums, int panelFrom, int panelTo)
    {
        using Use use1 = Use.Shared(inputs);
        Accumulate(weights, inputs, inputs.Values, sums, panelFrom, panelTo, 0, inputs.Count);
    }

    /// <summary>Forward with other values for the same entries: x in the order of <paramref name="inputs"/>.</summary>
    public void Accumulate(
        PanelMatrix weights, ActiveBatch inputs, NativeBuffer<float> values, PanelMatrix sums, int panelFrom, int panelTo)
    {
        using Use use1 = Use.Shared(inputs);
        Accumulate(weights, inputs, values, sums, panelFrom, panelTo, 0, inputs.Count);
    }

    /// <summary>
    /// Forward for the data <paramref name="datumFrom"/> to <paramref name="datumTo"/> - 1. Weights of <see cref="ElementFormat.BFloat16"/>
    /// give the bits of a float32 matrix of the same values: each is widened, which is exact, before its multiply-add. Sets that round
    /// inputs (<see cref="RoundsInputs"/>) say what differs there.
    /// </summary>
    public void Accumulate(
        PanelMatrix weights, ActiveBatch inputs, NativeBuffer<float> values, PanelMatrix sums, int panelFrom, int panelTo,
        int datumFrom, int datumTo)
    {
        using Use use1 = Use.Shared(weights), use2 = Use.Shared(inputs), use3 = Use.Shared(values), use4 = Use.Shared(sums);
        CheckAccumulate(weights, inputs, values, sums, panelFrom, panelTo, datumFrom, datumTo);
        AccumulateUnchecked(weights, inputs, values, sums, panelFrom, panelTo, datumFrom, datumTo);
    }

    internal static void CheckAccumulate(
        PanelMatrix weights, ActiveBatch inputs, NativeBuffer<float> values, PanelMatrix sums, int panelFrom, int panelTo,
        int datumFrom, int datumTo)
    {
        CheckForward(weights, inputs.Width, inputs.Count, sums, panelFrom, panelTo);
        CheckRange(datumFrom, datumTo, inputs.Count);
        inputs.CheckValues(values);
    }

    internal void AccumulateUnchecked(
        PanelMatrix weights, ActiveBatch inputs, NativeBuffer<float> values, PanelMatrix sums, int panelFrom, int panelTo,
        int datumFrom, int datumTo) =>
        Serving(weights.Format == ElementFormat.BFloat16 ? NativeVerb.AccumulateBFloat16 : NativeVerb.Accumulate)
            .AccumulateCore(weights, inputs, values, sums, panelFrom, panelTo, datumFrom, datumTo);

    private protected abstract void AccumulateCore(
        PanelMatrix weights, ActiveBatch inputs, NativeBuffer<float> values, PanelMatrix sums, int panelFrom, int panelTo,
        int datumFrom, int datumTo);

    /// <summary>
    /// Forward for inputs with a value in most places: the same sums as the sparse forward, for finite weights the same bits (but for the
    /// sign of a zero whose every term underflowed), in registers over four data at once.
    /// </summary>
    /// <param name="weights">W, of either format.</param>
    /// <param name="inputs">x as a panel matrix with data in rows (n x columns of W).</param>
    /// <param name="sums">Rows of W x n; overwritten in these panels.</param>
    /// <param name="panelFrom">First panel, even.</param>
    /// <param name="panelTo">One past the last panel, even.</param>
    public void AccumulateDense(PanelMatrix weights, PanelMatrix inputs, PanelMatrix sums, int panelFrom, int panelTo)
    {
        using Use use1 = Use.Shared(weights), use2 = Use.Shared(inputs), use3 = Use.Shared(sums);
        CheckAccumulateDense(weights, inputs, sums, panelFrom, panelTo);
        AccumulateDenseUnchecked(weights, inputs, sums, panelFrom, panelTo);
    }

    internal static void CheckAccumulateDense(PanelMatrix weights, PanelMatrix inputs, PanelMatrix sums, int panelFrom, int panelTo) =>
        CheckForward(weights, inputs.Columns, inputs.Rows, sums, panelFrom, panelTo);

    internal void AccumulateDenseUnchecked(PanelMatrix weights, PanelMatrix inputs, PanelMatrix sums, int panelFrom, int panelTo) =>
        Serving(weights.Format == ElementFormat.BFloat16 ? NativeVerb.AccumulateDenseBFloat16 : NativeVerb.AccumulateDense)
            .AccumulateDenseCore(weights, inputs, sums, panelFrom, panelTo);

    private protected abstract void AccumulateDenseCore(
        PanelMatrix weights, PanelMatrix inputs, PanelMatrix sums, int panelFrom, int panelTo);

    /// <summary>
    /// Rounds float32 panels into bfloat16: to nearest, ties to even, beyond the largest number infinity; a NaN stays one. The same bits on
    /// every set.
    /// </summary>
    /// <param name="source">Float32; all its panels are read, padding included.</param>
    /// <param name="target">Bfloat16, as many columns; its panels from <paramref name="panel"/> on are overwritten.</param>
    /// <param name="panel">The target's first panel.</param>
    public void Round(PanelMatrix source, PanelMatrix target, int panel)
    {
        using Use use1 = Use.Shared(source), use2 = Use.Shared(target);
        CheckRound(source, target, panel);
        Serving(NativeVerb.RoundBFloat16).RoundCore(source, target, panel);
    }

    private static void CheckRound(PanelMatrix source, PanelMatrix target, int panel)
    {
        CheckWritable(target);
        Expect.That(source.Columns == target.Columns, $"expected a target of {source.Columns} columns, found {target.Columns}");
        Expect.That(
            0 <= panel && panel <= target.Panels - source.Panels,
            $"expected a target with room for {source.Panels} panels from panel {panel} on, found {target.Panels} panels");
    }

    private protected abstract void RoundCore(PanelMatrix source, PanelMatrix target, int panel);

    private static void CheckForward(PanelMatrix weights, int width, int count, PanelMatrix sums, int panelFrom, int panelTo)
    {
        Expect.That(weights.Columns == width, $"expected inputs of width {weights.Columns}, the columns of the weights, found {width}");
        Expect.That(
            sums.Rows == weights.Rows && sums.Columns == count,
            $"expected sums of {weights.Rows} outputs x {count} data, found {sums.Rows} x {sums.Columns}");
        CheckPairsOfPanels(panelFrom, panelTo);
        CheckRange(panelFrom, panelTo, weights.Panels);
        CheckWritable(sums);
    }
}
