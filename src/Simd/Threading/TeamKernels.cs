using Subquad.Simd.Memory;

namespace Subquad.Simd.Threading;

/// <summary>
/// The verbs of a <see cref="KernelSet"/> over their whole range, shared among the workers of a team. Threads own outputs (forward,
/// scatter), inputs (pull-back) or data (packed), never parts of a sum, so results do not depend on the number of workers. Arguments wait
/// in fields and bodies are made once: a call allocates nothing. Not reentrant.
/// </summary>
internal sealed partial class TeamKernels
{
    /// <summary>
    /// Above this density a forward pass runs dense. Sparse columns reach two thirds of the dense kernel's rate on 512 bits (35 against 52
    /// GFLOP/s on one Zen 4 core); the narrower sets gain nothing from the dense path below that either.
    /// </summary>
    public const double ForwardBreakEven = 0.7;

    private const int RowChunk = 64;

    private readonly Action<int, int> _accumulate, _accumulateDense, _pullBack, _pushForward, _scatter;
    private readonly Action<int, int> _pack, _pullBackPacked, _pushForwardPacked;
    private readonly Action<int, int> _count, _compress, _gatherActive, _gram, _spread, _subtract, _narrow, _solveBelow, _updateTrailing;

    private PanelMatrix _weights = null!, _sums = null!, _target = null!;
    private ActiveBatch _lists = null!;
    private TransposedBatch _transposed = null!;
    private NativeBuffer<float> _outputValues = null!, _inputValues = null!, _floats = null!;
    private NativeBuffer<double> _matrix = null!, _panel = null!;
    private PackedBlocks _packed = null!;
    private float _scale;
    private bool _dataInRows;
    private int _stride, _column, _order, _first, _chunks;

    /// <summary>The verbs of <paramref name="kernels"/> on <paramref name="team"/>.</summary>
    public TeamKernels(KernelSet kernels, WorkerTeam team)
    {
        Kernels = kernels;
        Team = team;
        _accumulate = (pair, _) =>
            Kernels.AccumulateUnchecked(_weights, _lists, _inputValues, _sums, 2 * pair, 2 * pair + 2, 0, _lists.Count);
        _accumulateDense = (pair, _) => Kernels.AccumulateDenseUnchecked(_weights, _target, _sums, 2 * pair, 2 * pair + 2);
        _pullBack = (chunk, worker) => Kernels.PullBackUnchecked(
            _weights, _lists, _outputValues, _transposed, _floats, From(chunk, _weights.Columns), From(chunk + 1, _weights.Columns),
            Team.Scratch(worker));
        _pushForward = (block, worker) => Kernels.PushForwardUnchecked(
            _weights, _lists, _floats, _transposed, _inputValues, block, block + 1, Team.Scratch(worker));
        _scatter = (block, worker) => Kernels.ScatterUnchecked(
            _weights, _lists, _outputValues, _transposed, _inputValues, _scale, block, block + 1, Team.Scratch(worker));
        _pack = (chunk, worker) => Kernels.PackUnchecked(
            _weights, _lists, _transposed, _packed, From(chunk, _weights.Columns), From(chunk + 1, _weights.Columns), Team.Scratch(worker));
        _pullBackPacked = (chunk, worker) => Kernels.PullBackPackedUnchecked(
            _packed, _outputValues, _floats, From(chunk, _order), From(chunk + 1, _order), Team.Scratch(worker));
        _pushForwardPacked = (chunk, worker) => Kernels.PushForwardPackedUnchecked(
            _packed, _inputValues, _floats, From(chunk, _order), From(chunk + 1, _order), Team.Scratch(worker));
        _count = (block, _) => Kernels.CountAboveUnchecked(_sums, _floats, _lists, block, block + 1);
        _compress = (block, _) => Kernels.CompressAboveUnchecked(_sums, _floats, _scale, _lists, block, block + 1);
        _gatherActive = (block, _) => Kernels.GatherActiveUnchecked(_sums, _lists, _dataInRows, _floats, block, block + 1);
        _gram = (pair, _) => Kernels.GramUnchecked(_weights, _lists, _floats, _matrix, _stride, 2 * pair, 2 * pair + 2);
        _spread = (panel, _) => Kernels.SpreadUnchecked(_lists, _floats, _sums, panel, panel + 1);
        _subtract = (panel, _) => Kernels.SubtractTransposedUnchecked(_weights, _sums, _scale, _target, panel, panel + 1);
        _narrow = (panel, _) => Kernels.NarrowSymmetricUnchecked(_matrix, _stride, _weights, panel, panel + 1);
        _solveBelow = (chunk, _) =>
            Kernels.SolveBelowDiagonalUnchecked(_matrix, _stride, _column, _order, _panel, Row(chunk), Row(chunk + 1));
        // The last rows have the longest part of the triangle: they go first.
        _updateTrailing = (chunk, _) =>
            Kernels.UpdateTrailingUnchecked(_matrix, _stride, _column, _order, _panel, Row(_chunks - 1 - chunk), Row(_chunks - chunk));
    }

    /// <summary>The set the verbs run on.</summary>
    public KernelSet Kernels { get; }

    /// <summary>The workers.</summary>
    public WorkerTeam Team { get; }

    /// <summary>Whether touched lines are counted; each verb then takes a further pass over its lists.</summary>
    public bool CountsLines { get; set; }

    /// <summary>Multiply-adds of the verbs on active lists so far.</summary>
    public long MultiplyAdds { get; internal set; }

    /// <summary>
    /// 64-byte lines of weights that the verbs on active lists touched so far, once per tile visit; 0 while they are not counted.
    /// </summary>
    public long TouchedLines { get; internal set; }

    /// <summary>sums = W x; the forward verb.</summary>
    /// <param name="weights">W.</param>
    /// <param name="inputs">x.</param>
    /// <param name="sums">Reshaped to rows of W x data.</param>
    /// <param name="dense">Room for x spread out, used above <see cref="ForwardBreakEven"/>; null keeps to the sparse path. Both give the
    /// same bits.</param>
    public void Forward(PanelMatrix weights, ActiveBatch inputs, PanelMatrix sums, PanelMatrix? dense = null)
    {
        if (inputs.Count == 0)
            return;
        if (dense is null || inputs.GetDensity() < ForwardBreakEven)
        {
            Forward(weights, inputs, inputs.Values, sums);
            return;
        }
        sums.SetShape(weights.Rows, inputs.Count);
        MultiplyAdds += (long)inputs.Count * weights.Columns * weights.Rows;
        TouchedLines += CountsLines ? (long)weights.Panels * weights.Columns * LineCounter.LinesOf(weights) : 0;
        Spread(inputs, inputs.Values, dense);
        KernelSet.CheckAccumulateDense(weights, dense, sums, 0, weights.Panels);
        (_weights, _target, _sums) = (weights, dense, sums);
        Team.Run(weights.Panels / 2, _accumulateDense);
    }

    /// <summary>sums = W x for other values of the same entries.</summary>
    public void Forward(PanelMatrix weights, ActiveBatch inputs, NativeBuffer<float> values, PanelMatrix sums)
    {
        if (CountsLines)
            TouchedLines += LineCounter.OfForward(weights, inputs);
        sums.SetShape(weights.Rows, inputs.Count);
        MultiplyAdds += inputs.EntryCount * weights.Rows;
        KernelSet.CheckAccumulate(weights, inputs, values, sums, 0, weights.Panels, 0, inputs.Count);
        (_weights, _lists, _inputValues, _sums) = (weights, inputs, values, sums);
        RunAccumulate();
    }

    /// <summary>pulled = the pull-back of <paramref name="outputValues"/>; see <see cref="KernelSet.PullBack"/>.</summary>
    public void PullBack(
        PanelMatrix weights, ActiveBatch outputs, NativeBuffer<float> outputValues, TransposedBatch inputs,
        NativeBuffer<float> pulled)
    {
        pulled.Clear(inputs.Lists.EntryCount);
        KernelSet.CheckPullBack(weights, outputs, outputValues, inputs, pulled, 0, weights.Columns);
        CountPairs(outputs, inputs);
        (_weights, _lists, _outputValues, _transposed, _floats) = (weights, outputs, outputValues, inputs, pulled);
        Team.Run(Chunks(weights.Columns), _pullBack);
    }

    /// <summary>
    /// pushed = the push-forward of <paramref name="inputValues"/> (in the transposed order); see <see cref="KernelSet.PushForward"/>.
    /// </summary>
    public void PushForward(
        PanelMatrix weights, ActiveBatch outputs, NativeBuffer<float> pushed, TransposedBatch inputs,
        NativeBuffer<float> inputValues)
    {
        pushed.Clear(outputs.EntryCount);
        KernelSet.CheckPushForward(weights, outputs, pushed, inputs, inputValues, 0, outputs.Blocks);
        CountPairs(outputs, inputs);
        (_weights, _lists, _floats, _transposed, _inputValues) = (weights, outputs, pushed, inputs, inputValues);
        Team.Run(outputs.Blocks, _pushForward);
    }

    /// <summary>W += scale * U^T X; see <see cref="KernelSet.Scatter"/>.</summary>
    public void Scatter(
        PanelMatrix weights, ActiveBatch outputs, NativeBuffer<float> outputValues, TransposedBatch inputs,
        NativeBuffer<float> inputValues, float scale)
    {
        KernelSet.CheckScatter(weights, outputs, outputValues, inputs, inputValues, 0, outputs.Blocks);
        CountPairs(outputs, inputs);
        (_weights, _lists, _outputValues, _transposed, _inputValues, _scale) = (weights, outputs, outputValues, inputs, inputValues, scale);
        Team.Run(outputs.Blocks, _scatter);
    }

    /// <summary>Fills planned blocks; see <see cref="KernelSet.Pack"/>.</summary>
    public void Pack(PanelMatrix weights, ActiveBatch outputs, TransposedBatch inputs, PackedBlocks packed)
    {
        if (CountsLines)
            TouchedLines += LineCounter.OfPairs(outputs, inputs);
        KernelSet.CheckPack(weights, outputs, inputs, packed, 0, weights.Columns);
        (_weights, _lists, _transposed, _packed) = (weights, outputs, inputs, packed);
        Team.Run(Chunks(weights.Columns), _pack);
    }

    /// <summary>The pull-back from packed blocks.</summary>
    public void PullBack(PackedBlocks packed, NativeBuffer<float> outputValues, NativeBuffer<float> pulled)
    {
        KernelSet.CheckPacked(packed, outputValues, pulled, 0, 0);
        MultiplyAdds += packed.Elements;
        (_packed, _outputValues, _floats, _order) = (packed, outputValues, pulled, packed.Outputs!.Count);
        Team.Run(Chunks(_order), _pullBackPacked);
    }

    /// <summary>The push-forward from packed blocks; <paramref name="inputValues"/> in the inputs' own order.</summary>
    public void PushForward(PackedBlocks packed, NativeBuffer<float> inputValues, NativeBuffer<float> pushed)
    {
        KernelSet.CheckPacked(packed, pushed, inputValues, 0, 0);
        MultiplyAdds += packed.Elements;
        (_packed, _inputValues, _floats, _order) = (packed, inputValues, pushed, packed.Outputs!.Count);
        Team.Run(Chunks(_order), _pushForwardPacked);
    }

    /// <summary>The rows above their thresholds, and gain * (sum - threshold) for each.</summary>
    public void Threshold(PanelMatrix sums, NativeBuffer<float> thresholds, float gain, ActiveBatch destination)
    {
        destination.SetShape(sums.Columns, sums.Rows);
        KernelSet.CheckThresholds(sums, thresholds, destination, 0, destination.Blocks);
        (_sums, _floats, _lists, _scale) = (sums, thresholds, destination, gain);
        Team.Run(destination.Blocks, _count);
        destination.SumCountsAndReserve();
        Team.Run(destination.Blocks, _compress);
    }

    /// <summary>destination[entry] = the element of <paramref name="sums"/> that the entry names.</summary>
    public void GatherActive(PanelMatrix sums, ActiveBatch entries, bool dataInRows, NativeBuffer<float> destination)
    {
        KernelSet.CheckGather(sums, entries, dataInRows, destination, 0, entries.Blocks);
        (_sums, _lists, _dataInRows, _floats) = (sums, entries, dataInRows, destination);
        Team.Run(entries.Blocks, _gatherActive);
    }

    /// <summary>The lower triangle of U U^T; see <see cref="KernelSet.Gram"/>.</summary>
    /// <param name="rows">Scratch for U, spread out.</param>
    /// <param name="entries">U's structure.</param>
    /// <param name="values">U's values.</param>
    /// <param name="gram">data x stride.</param>
    /// <param name="stride">At least the data, padded to 128.</param>
    public void Gram(PanelMatrix rows, ActiveBatch entries, NativeBuffer<float> values, NativeBuffer<double> gram, int stride)
    {
        Spread(entries, values, rows);
        MultiplyAdds += entries.EntryCount * entries.Count / 2;
        KernelSet.CheckGram(rows, entries, values, gram, stride, 0, rows.Panels);
        (_weights, _lists, _floats, _matrix, _stride) = (rows, entries, values, gram, stride);
        Team.Run(rows.Panels / 2, _gram);
    }

    /// <summary>rows = the entries as a dense matrix with data in rows.</summary>
    public void Spread(ActiveBatch entries, NativeBuffer<float> values, PanelMatrix rows)
    {
        rows.SetShape(entries.Count, entries.Width);
        KernelSet.CheckSpread(entries, values, rows, 0, rows.Panels);
        (_lists, _floats, _sums) = (entries, values, rows);
        Team.Run(rows.Panels, _spread);
    }

    /// <summary>target = source - scale * transposed^T; source and target may be the same.</summary>
    public void SubtractTransposed(PanelMatrix source, PanelMatrix transposed, float scale, PanelMatrix target)
    {
        target.SetShape(source.Rows, source.Columns);
        KernelSet.CheckTransposed(source, transposed, target, 0, target.Panels);
        (_weights, _sums, _scale, _target) = (source, transposed, scale, target);
        Team.Run(target.Panels, _subtract);
    }

    /// <summary>matrix = the lower triangle of <paramref name="gram"/>, mirrored and narrowed to float32.</summary>
    public void NarrowSymmetric(NativeBuffer<double> gram, int stride, int n, PanelMatrix matrix)
    {
        matrix.SetShape(n, n);
        KernelSet.CheckNarrow(gram, stride, matrix, 0, matrix.Panels);
        (_matrix, _stride, _weights) = (gram, stride, matrix);
        Team.Run(matrix.Panels, _narrow);
    }

    /// <summary>Cholesky: the lower triangle becomes L; false when a pivot is not above zero.</summary>
    /// <param name="matrix">n x stride, row-major.</param>
    /// <param name="stride">A multiple of 16.</param>
    /// <param name="n">Order.</param>
    /// <param name="panel">Scratch: at least (n + 16) * <see cref="KernelSet.CholeskyBlock"/> elements.</param>
    public bool Factor(NativeBuffer<double> matrix, int stride, int n, NativeBuffer<double> panel)
    {
        KernelSet.CheckGroups(stride);
        KernelSet.CheckSquare(matrix, stride, n);
        KernelSet.CheckPanel(panel, n);
        (_matrix, _stride, _order, _panel) = (matrix, stride, n, panel);
        for (_column = 0; _column < n; _column += KernelSet.CholeskyBlock)
        {
            if (!Kernels.FactorDiagonalUnchecked(matrix, stride, _column, n))
                return false;
            _first = _column + KernelSet.CholeskyBlock;
            if (_first >= n)
                break;
            _chunks = (n - _first + RowChunk - 1) / RowChunk;
            Team.Run(_chunks, _solveBelow);
            Team.Run(_chunks, _updateTrailing);
        }
        return true;
    }

    private void CountPairs(ActiveBatch outputs, TransposedBatch inputs)
    {
        if (CountsLines)
            TouchedLines += LineCounter.OfPairs(outputs, inputs);
        for (int datum = 0; datum < outputs.Count; datum++)
            MultiplyAdds += (long)outputs.LengthOf(datum) * inputs.LengthOf(datum);
    }

    // A few chunks per worker even out unequal ones; each chunk costs one pass over the lists, so no more than that.
    private int Chunks(int items) => _chunks = Math.Min(items, Team.Degree == 1 ? 1 : 4 * Team.Degree);

    private int From(int chunk, int items) => (int)((long)items * chunk / _chunks);

    private int Row(int chunk) => Math.Min(_order, _first + chunk * RowChunk);
}
