using Subquad.Simd.Memory;

namespace Subquad.Simd;

/// <summary>
/// The contract: every verb that a machine computes for us. A set runs one instruction set; all sets of a machine live side by side and
/// give the same results within rounding (elementwise 4 ULP; reductions scaled with their length). One set gives the same bits for any
/// partition of a verb's range over threads.
/// </summary>
/// <remarks>
/// Notation: W is a weight matrix (outputs x inputs), n the data of the batch, S_i the active inputs of datum i, T_i its active outputs.
/// <b>Order of summation</b>: each element of a result is one chain of multiply-adds in ascending id, from zero, vectorised across results,
/// never across terms. So a result does not depend on tiles, threads, or on whether its inputs were held dense or sparse. <b>Safety.</b> A
/// public verb checks shapes, ranges and lifetimes in every build, and keeps its operands from being disposed or reshaped until it returns.
/// The cores check nothing and are internal, as are the verbs whose second pass relies on what the first one counted. Thread-safe: several
/// calls may write disjoint parts of one result.
/// </remarks>
public abstract partial class KernelSet
{
    private protected KernelSet()
    {
    }

    /// <summary>
    /// The name that forces this set: simd512, simd256, simd128 or scalar; native-avx512bf16, native-avx512, native-avx2, native-neon or
    /// native-scalar; both with a plus between them for the default set that was measured.
    /// </summary>
    public abstract string Name { get; }

    /// <summary>Floats in a vector.</summary>
    public abstract int Lanes { get; }

    /// <summary>Whether multiply-add rounds once.</summary>
    public abstract bool IsFused { get; }

    /// <summary>
    /// Whether forward passes with weights of <see cref="ElementFormat.BFloat16"/> round inputs to bfloat16 too, and take denormal operands
    /// and sums for zero (the instruction VDPBF16PS). The sums are then the chains of rounded inputs, sparse and dense alike; other fused
    /// sets give those of the inputs as they are.
    /// </summary>
    public virtual bool RoundsInputs => false;

    /// <inheritdoc/>
    public sealed override string ToString() => Name;

    // ---- weights and active lists

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
    public void Accumulate(PanelMatrix weights, ActiveBatch inputs, NativeBuffer<float> values, PanelMatrix sums, int panelFrom, int panelTo)
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
        PanelMatrix weights, ActiveBatch inputs, NativeBuffer<float> values, PanelMatrix sums, int panelFrom, int panelTo, int datumFrom, int datumTo)
    {
        using Use use1 = Use.Shared(weights), use2 = Use.Shared(inputs), use3 = Use.Shared(values), use4 = Use.Shared(sums);
        CheckForward(weights, inputs.Width, inputs.Count, sums, panelFrom, panelTo);
        CheckRange(datumFrom, datumTo, inputs.Count);
        inputs.CheckValues(values);
        AccumulateCore(weights, inputs, values, sums, panelFrom, panelTo, datumFrom, datumTo);
    }

    internal abstract void AccumulateCore(
        PanelMatrix weights, ActiveBatch inputs, NativeBuffer<float> values, PanelMatrix sums, int panelFrom, int panelTo, int datumFrom, int datumTo);

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
        CheckForward(weights, inputs.Columns, inputs.Rows, sums, panelFrom, panelTo);
        AccumulateDenseCore(weights, inputs, sums, panelFrom, panelTo);
    }

    internal abstract void AccumulateDenseCore(PanelMatrix weights, PanelMatrix inputs, PanelMatrix sums, int panelFrom, int panelTo);

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
        RoundCore(source, target, panel);
    }

    internal abstract void RoundCore(PanelMatrix source, PanelMatrix target, int panel);

    /// <summary>
    /// Pull-back: t_i[j] = sum over r in T_i of W[r, j] u_i[r] for j in S_i, for the inputs <paramref name="inputFrom"/> to
    /// <paramref name="inputTo"/> - 1.
    /// </summary>
    /// <param name="weights">W.</param>
    /// <param name="outputs">The active outputs T.</param>
    /// <param name="outputValues">u, in the order of <paramref name="outputs"/>.</param>
    /// <param name="inputs">The active inputs S, transposed.</param>
    /// <param name="pulled">t is added to it: zeroed, in the order of the batch that <paramref name="inputs"/> was built from.</param>
    /// <param name="inputFrom">First input.</param>
    /// <param name="inputTo">One past the last input.</param>
    /// <param name="scratch">Emptied; grows to the largest block of outputs.</param>
    internal void PullBack(
        PanelMatrix weights, ActiveBatch outputs, NativeBuffer<float> outputValues, TransposedBatch inputs, NativeBuffer<float> pulled, int inputFrom, int inputTo, Arena scratch)
    {
        CheckPairs(weights, outputs, inputs);
        outputs.CheckValues(outputValues);
        inputs.Lists.CheckValues(pulled);
        CheckRange(inputFrom, inputTo, weights.Columns);
        PullBackCore(weights, outputs, outputValues, inputs, pulled, inputFrom, inputTo, scratch);
    }

    internal abstract void PullBackCore(
        PanelMatrix weights, ActiveBatch outputs, NativeBuffer<float> outputValues, TransposedBatch inputs, NativeBuffer<float> pulled, int inputFrom, int inputTo, Arena scratch);

    /// <summary>
    /// Push-forward: g_i[r] = sum over j in S_i of W[r, j] x_i[j] for r in T_i only, for the blocks of outputs <paramref name="blockFrom"/>
    /// to <paramref name="blockTo"/> - 1.
    /// </summary>
    /// <param name="weights">W.</param>
    /// <param name="outputs">The active outputs T.</param>
    /// <param name="pushed">g is added to it: zeroed, in the order of <paramref name="outputs"/>.</param>
    /// <param name="inputs">The active inputs S, transposed.</param>
    /// <param name="inputValues">x, in the transposed order.</param>
    /// <param name="blockFrom">First block of outputs.</param>
    /// <param name="blockTo">One past the last block.</param>
    /// <param name="scratch">Emptied; grows to the largest block of outputs.</param>
    internal void PushForward(
        PanelMatrix weights, ActiveBatch outputs, NativeBuffer<float> pushed, TransposedBatch inputs, NativeBuffer<float> inputValues, int blockFrom, int blockTo, Arena scratch)
    {
        CheckPairs(weights, outputs, inputs);
        outputs.CheckValues(pushed);
        inputs.Lists.CheckValues(inputValues);
        CheckRange(blockFrom, blockTo, outputs.Blocks);
        PushForwardCore(weights, outputs, pushed, inputs, inputValues, blockFrom, blockTo, scratch);
    }

    internal abstract void PushForwardCore(
        PanelMatrix weights, ActiveBatch outputs, NativeBuffer<float> pushed, TransposedBatch inputs, NativeBuffer<float> inputValues, int blockFrom, int blockTo, Arena scratch);

    /// <summary>
    /// Scatter: W[r, j] += scale * sum over i of u_i[r] x_i[j], in datum order, for the blocks of outputs <paramref name="blockFrom"/> to
    /// <paramref name="blockTo"/> - 1.
    /// </summary>
    /// <param name="weights">W, updated in place.</param>
    /// <param name="outputs">The active outputs T.</param>
    /// <param name="outputValues">u, in the order of <paramref name="outputs"/>.</param>
    /// <param name="inputs">The active inputs S, transposed.</param>
    /// <param name="inputValues">x, in the transposed order.</param>
    /// <param name="scale">Multiplies every term.</param>
    /// <param name="blockFrom">First block of outputs.</param>
    /// <param name="blockTo">One past the last block.</param>
    /// <param name="scratch">Emptied; grows to the largest block of outputs.</param>
    internal void Scatter(
        PanelMatrix weights, ActiveBatch outputs, NativeBuffer<float> outputValues, TransposedBatch inputs, NativeBuffer<float> inputValues, float scale, int blockFrom, int blockTo, Arena scratch)
    {
        CheckWritable(weights);
        CheckPairs(weights, outputs, inputs);
        outputs.CheckValues(outputValues);
        inputs.Lists.CheckValues(inputValues);
        CheckRange(blockFrom, blockTo, outputs.Blocks);
        ScatterCore(weights, outputs, outputValues, inputs, inputValues, scale, blockFrom, blockTo, scratch);
    }

    internal abstract void ScatterCore(
        PanelMatrix weights, ActiveBatch outputs, NativeBuffer<float> outputValues, TransposedBatch inputs, NativeBuffer<float> inputValues, float scale, int blockFrom, int blockTo, Arena scratch);

    /// <summary>
    /// Pack: copies W[T_i, S_i] of every datum side by side, for the inputs <paramref name="inputFrom"/> to <paramref name="inputTo"/> - 1.
    /// </summary>
    /// <param name="weights">W.</param>
    /// <param name="outputs">The active outputs T.</param>
    /// <param name="inputs">The active inputs S, transposed.</param>
    /// <param name="packed">Planned for these outputs and inputs.</param>
    /// <param name="inputFrom">First input.</param>
    /// <param name="inputTo">One past the last input.</param>
    /// <param name="scratch">Emptied; grows to the largest block of outputs.</param>
    internal void Pack(PanelMatrix weights, ActiveBatch outputs, TransposedBatch inputs, PackedBlocks packed, int inputFrom, int inputTo, Arena scratch)
    {
        CheckPack(weights, outputs, inputs, packed, inputFrom, inputTo);
        PackCore(weights, outputs, inputs, packed, inputFrom, inputTo, scratch);
    }

    internal abstract void PackCore(
        PanelMatrix weights, ActiveBatch outputs, TransposedBatch inputs, PackedBlocks packed, int inputFrom, int inputTo, Arena scratch);

    /// <summary>
    /// The pull-back of <see cref="PullBack"/> from packed blocks, for the data <paramref name="datumFrom"/> to <paramref name="datumTo"/>
    /// - 1. Sums run over lanes: other bits, same bound.
    /// </summary>
    internal void PullBackPacked(PackedBlocks packed, NativeBuffer<float> outputValues, NativeBuffer<float> pulled, int datumFrom, int datumTo, Arena scratch)
    {
        CheckPacked(packed, outputValues, pulled, datumFrom, datumTo);
        PullBackPackedCore(packed, outputValues, pulled, datumFrom, datumTo, scratch);
    }

    internal abstract void PullBackPackedCore(
        PackedBlocks packed, NativeBuffer<float> outputValues, NativeBuffer<float> pulled, int datumFrom, int datumTo, Arena scratch);

    /// <summary>
    /// The push-forward of <see cref="PushForward"/> from packed blocks, for the data <paramref name="datumFrom"/> to
    /// <paramref name="datumTo"/> - 1: the same bits. Here the inputs' values are in the order of their own batch, not transposed.
    /// </summary>
    internal void PushForwardPacked(PackedBlocks packed, NativeBuffer<float> inputValues, NativeBuffer<float> pushed, int datumFrom, int datumTo, Arena scratch)
    {
        CheckPacked(packed, pushed, inputValues, datumFrom, datumTo);
        PushForwardPackedCore(packed, inputValues, pushed, datumFrom, datumTo, scratch);
    }

    internal abstract void PushForwardPackedCore(
        PackedBlocks packed, NativeBuffer<float> inputValues, NativeBuffer<float> pushed, int datumFrom, int datumTo, Arena scratch);

    // ---- thresholds

    /// <summary>
    /// Counts, for every datum, the rows of <paramref name="sums"/> that are strictly above their threshold, one place late in the starts
    /// of <paramref name="destination"/>, for blocks of neurons.
    /// </summary>
    /// <param name="sums">Pre-activations: neurons x data.</param>
    /// <param name="thresholds">One per row; rows of padding are not looked at.</param>
    /// <param name="destination">Shaped (data, neurons).</param>
    /// <param name="blockFrom">First block.</param>
    /// <param name="blockTo">One past the last block.</param>
    internal void CountAbove(PanelMatrix sums, NativeBuffer<float> thresholds, ActiveBatch destination, int blockFrom, int blockTo)
    {
        CheckThresholds(sums, thresholds, destination, blockFrom, blockTo);
        CountAboveCore(sums, thresholds, destination, blockFrom, blockTo);
    }

    internal abstract void CountAboveCore(PanelMatrix sums, NativeBuffer<float> thresholds, ActiveBatch destination, int blockFrom, int blockTo);

    /// <summary>
    /// Compress: writes ids and gain * (sum - threshold) of the rows strictly above their threshold, after <see cref="CountAbove"/> and
    /// <see cref="ActiveBatch.SumCountsAndReserve"/>.
    /// </summary>
    internal void CompressAbove(PanelMatrix sums, NativeBuffer<float> thresholds, float gain, ActiveBatch destination, int blockFrom, int blockTo)
    {
        CheckThresholds(sums, thresholds, destination, blockFrom, blockTo);
        destination.CheckValues(destination.Values);
        CompressAboveCore(sums, thresholds, gain, destination, blockFrom, blockTo);
    }

    internal abstract void CompressAboveCore(PanelMatrix sums, NativeBuffer<float> thresholds, float gain, ActiveBatch destination, int blockFrom, int blockTo);

    /// <summary>Reads sums[id, i] for every entry of <paramref name="entries"/>, for blocks of neurons.</summary>
    /// <param name="sums">Neurons x data, or data x neurons when <paramref name="dataInRows"/>.</param>
    /// <param name="entries">Which elements.</param>
    /// <param name="dataInRows">Whether sums holds data in rows.</param>
    /// <param name="destination">In the order of <paramref name="entries"/>.</param>
    /// <param name="blockFrom">First block.</param>
    /// <param name="blockTo">One past the last block.</param>
    public void GatherActive(PanelMatrix sums, ActiveBatch entries, bool dataInRows, NativeBuffer<float> destination, int blockFrom, int blockTo)
    {
        using Use use1 = Use.Shared(sums), use2 = Use.Shared(entries), use3 = Use.Shared(destination);
        CheckGather(sums, entries, dataInRows, destination, blockFrom, blockTo);
        GatherActiveCore(sums, entries, dataInRows, destination, blockFrom, blockTo);
    }

    internal abstract void GatherActiveCore(
        PanelMatrix sums, ActiveBatch entries, bool dataInRows, NativeBuffer<float> destination, int blockFrom, int blockTo);

    // ---- Gram matrices

    /// <summary>
    /// Gram: gram[i, j] = sum over r of U[j, r] u_i[r] for i at or after row j's panel pair, i.e. the lower triangle and the diagonal
    /// blocks. Chains of float32 are widened into float64 at least every 64 terms.
    /// </summary>
    /// <param name="rows">U: data in rows (n x width), zeros where inactive.</param>
    /// <param name="entries">The structure of u.</param>
    /// <param name="values">u, in the order of <paramref name="entries"/>; may differ from U's (then gram is not symmetric and only its
    /// lower part is given).</param>
    /// <param name="gram">n x stride, row-major.</param>
    /// <param name="stride">At least the padded rows of U.</param>
    /// <param name="panelFrom">First panel of U, even.</param>
    /// <param name="panelTo">One past the last panel, even.</param>
    public void Gram(PanelMatrix rows, ActiveBatch entries, NativeBuffer<float> values, NativeBuffer<double> gram, int stride, int panelFrom, int panelTo)
    {
        using Use use1 = Use.Shared(rows), use2 = Use.Shared(entries), use3 = Use.Shared(values), use4 = Use.Shared(gram);
        CheckGram(rows, entries, values, gram, stride, panelFrom, panelTo);
        GramCore(rows, entries, values, gram, stride, panelFrom, panelTo);
    }

    internal abstract void GramCore(
        PanelMatrix rows, ActiveBatch entries, NativeBuffer<float> values, NativeBuffer<double> gram, int stride, int panelFrom, int panelTo);

    /// <summary>
    /// Spreads sparse rows into a zeroed panel matrix with data in rows, for data of panels <paramref name="panelFrom"/> to
    /// <paramref name="panelTo"/> - 1.
    /// </summary>
    public void Spread(ActiveBatch entries, NativeBuffer<float> values, PanelMatrix rows, int panelFrom, int panelTo)
    {
        using Use use1 = Use.Shared(entries), use2 = Use.Shared(values), use3 = Use.Shared(rows);
        CheckRows(entries, values, rows, panelFrom, panelTo);
        CheckWritable(rows);
        SpreadCore(entries, values, rows, panelFrom, panelTo);
    }

    internal abstract void SpreadCore(ActiveBatch entries, NativeBuffer<float> values, PanelMatrix rows, int panelFrom, int panelTo);

    /// <summary>
    /// target[r, i] = source[r, i] - scale * transposed[i, r]: takes a matrix with data in rows from one with data in columns, for panels
    /// of target.
    /// </summary>
    public void SubtractTransposed(PanelMatrix source, PanelMatrix transposed, float scale, PanelMatrix target, int panelFrom, int panelTo)
    {
        using Use use1 = Use.Shared(source), use2 = Use.Shared(transposed), use3 = Use.Shared(target);
        CheckTransposed(source, transposed, target, panelFrom, panelTo);
        SubtractTransposedCore(source, transposed, scale, target, panelFrom, panelTo);
    }

    internal abstract void SubtractTransposedCore(PanelMatrix source, PanelMatrix transposed, float scale, PanelMatrix target, int panelFrom, int panelTo);

    /// <summary>
    /// matrix[i, j] = matrix[j, i] = the narrowed lower triangle of <paramref name="gram"/>, for panels of matrix (n x n).
    /// </summary>
    public void NarrowSymmetric(NativeBuffer<double> gram, int stride, PanelMatrix matrix, int panelFrom, int panelTo)
    {
        using Use use1 = Use.Shared(gram), use2 = Use.Shared(matrix);
        CheckNarrow(gram, stride, matrix, panelFrom, panelTo);
        NarrowSymmetricCore(gram, stride, matrix, panelFrom, panelTo);
    }

    internal abstract void NarrowSymmetricCore(NativeBuffer<double> gram, int stride, PanelMatrix matrix, int panelFrom, int panelTo);

    // ---- float64 linear algebra

    /// <summary>The dot product of two float64 vectors.</summary>
    public double Dot(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        CheckLengths(x.Length, y.Length);
        return DotCore(x, y);
    }

    internal abstract double DotCore(ReadOnlySpan<double> x, ReadOnlySpan<double> y);

    /// <summary>y += a x.</summary>
    public void Axpy(double a, ReadOnlySpan<double> x, Span<double> y)
    {
        CheckLengths(x.Length, y.Length);
        AxpyCore(a, x, y);
    }

    internal abstract void AxpyCore(double a, ReadOnlySpan<double> x, Span<double> y);

    /// <summary>z += a * x * y, element by element (a Hadamard product).</summary>
    public void AddProduct(double a, ReadOnlySpan<double> x, ReadOnlySpan<double> y, Span<double> z)
    {
        CheckLengths(x.Length, y.Length);
        CheckLengths(x.Length, z.Length);
        AddProductCore(a, x, y, z);
    }

    internal abstract void AddProductCore(double a, ReadOnlySpan<double> x, ReadOnlySpan<double> y, Span<double> z);

    // ---- float32 vectors

    /// <summary>The dot product of two float32 vectors, in lanes.</summary>
    public float Dot(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        CheckLengths(x.Length, y.Length);
        return DotCore(x, y);
    }

    internal abstract float DotCore(ReadOnlySpan<float> x, ReadOnlySpan<float> y);

    /// <summary>y += a x.</summary>
    public void Axpy(float a, ReadOnlySpan<float> x, Span<float> y)
    {
        CheckLengths(x.Length, y.Length);
        AxpyCore(a, x, y);
    }

    internal abstract void AxpyCore(float a, ReadOnlySpan<float> x, Span<float> y);

    /// <summary>The sum of squares, widened to float64.</summary>
    public double SquaredNorm(ReadOnlySpan<float> x) => SquaredNormCore(x);

    internal abstract double SquaredNormCore(ReadOnlySpan<float> x);

    // ---- random weights

    /// <summary>
    /// Independent normal numbers of mean 0, bit-identical on every machine and set: Philox4x32-10 with key = seed and counter = (row,
    /// column / 4, layer, 0), and a Box-Muller transform in float64 by our own polynomials in + - * / sqrt, rounded once.
    /// </summary>
    /// <param name="destination">Columns 0 and following of the row.</param>
    /// <param name="seed">The key.</param>
    /// <param name="row">The row.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="deviation">Standard deviation.</param>
    public void FillNormal(Span<float> destination, ulong seed, uint row, uint layer, double deviation) => FillNormalCore(destination, seed, row, layer, deviation);

    internal abstract void FillNormalCore(Span<float> destination, ulong seed, uint row, uint layer, double deviation);
}
