using System.Numerics;
using Subquad.Engine;
using Subquad.Layers;
using Subquad.Losses;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;

namespace Subquad.Optimizers;

/// <summary>How <see cref="Adam"/> trains.</summary>
/// <param name="TrainFrom">The first hidden layer that is trained, from 0.</param>
/// <param name="TrainsOutput">Whether the output matrix is trained.</param>
internal sealed record AdamSettings(int TrainFrom, bool TrainsOutput)
{
    /// <summary>eta, above 0.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>What a step keeps of the mean of gradients.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>What a step keeps of the mean of squared gradients.</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>Added to the root of the mean of squares.</summary>
    public double Epsilon { get; init; } = 1e-8;
}

/// <summary>
/// Adam (Kingma and Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015) in its lazy form: a weight whose gradient is exactly zero
/// keeps its value and its moments, as SparseAdam of PyTorch does. The loss is averaged over the data of the step.
/// </summary>
/// <remarks>
/// A layer's gradient is the sum over data of u v^T. It is never formed: a block's part of one column is summed over the data, then the
/// weights and moments are updated in one visit of the cache lines that were touched. So a step costs what fires. Blocks are independent,
/// and a sum is in the order of the data: results do not depend on threads.
/// </remarks>
internal sealed class Adam : FirstOrder
{
    /// <summary>Rows of a cache line. A block has as many lines as a mask of 32 bits has places.</summary>
    private const int LineRows = ActiveBatch.BlockSize / 32;

    private const int LinesOfPanel = PanelMatrix.PanelRows / LineRows;

    private readonly AdamSettings _settings;
    private readonly float _oneMinusBeta1, _oneMinusBeta2, _epsilon;
    private readonly Moments[] _hidden;
    private readonly Moments _output;
    private readonly Moments? _direct;
    private readonly float[][] _sums;
    private readonly Action<int, int> _updateBlock;
    private float _rate;
    private int _steps;
    private PanelMatrix _weights = null!;
    private Moments _moments = null!;
    private ActiveBatch _active = null!, _columns = null!;
    private NativeBuffer<float> _u = null!;

    /// <param name="kernels">Verbs.</param>
    /// <param name="layers">Parameters.</param>
    /// <param name="settings">How it trains.</param>
    /// <param name="loss">What is lowered.</param>
    /// <exception cref="InvalidOperationException">The weights of a trained layer are read-only, or bfloat16.</exception>
    public Adam(TeamKernels kernels, LayerStack layers, AdamSettings settings, Loss loss)
        : base(kernels, layers, settings.TrainFrom, settings.TrainsOutput, loss)
    {
        _settings = settings;
        (_oneMinusBeta1, _oneMinusBeta2) = ((float)(1 - settings.Beta1), (float)(1 - settings.Beta2));
        _epsilon = (float)settings.Epsilon;
        Layer[] trained = layers.Hidden[settings.TrainFrom..];
        if (trained.Any(layer => layer.LowRank.IsReadOnly || layer.Weights.Format != ElementFormat.Float32))
        {
            base.Dispose();
            throw new InvalidOperationException("expected float32 weights that may be written, found read-only or bfloat16 ones");
        }
        _hidden = [.. trained.Select(layer => new Moments(layer.Weights))];
        _output = new Moments(layers.Output);
        _direct = layers.Direct is { } direct ? new Moments(direct.Matrix) : null;
        _sums = [.. Enumerable.Range(0, kernels.Team.Degree).Select(_ => new float[ActiveBatch.BlockSize])];
        _updateBlock = UpdateBlock;
    }

    public override void Finish()
    {
    }

    public override void Dispose()
    {
        base.Dispose();
        _output.Dispose();
        _direct?.Dispose();
        foreach (Moments moments in _hidden)
            moments.Dispose();
    }

    protected override void StageStep() => Jacobian.Passes[^1].StageStep(hiddenStepScale: 1);

    protected override void Update(Tape tape)
    {
        _steps++;
        // The corrections of both moments for their start at zero.
        double first = 1 - Math.Pow(_settings.Beta1, _steps), second = 1 - Math.Pow(_settings.Beta2, _steps);
        _rate = (float)(_settings.LearningRate * Math.Sqrt(second) / first);
        for (int layer = _settings.TrainFrom; layer < Layers.Hidden.Length; layer++)
            Update(tape, layer);
        if (_settings.TrainsOutput)
            Update(Layers.Output, Jacobian.OutputStep, _output);
        if (Jacobian.Direct is { } direct)
            Update(Layers.Direct!.Matrix, direct.Step, _direct!);
    }

    private void Update(Tape tape, int layer)
    {
        TransposedBatch inputs = layer == _settings.TrainFrom ? tape.TransposedFeatures : tape.State.Of(layer - 1).Transposed;
        _weights = Layers.Weights[layer].BaseToChange(Kernels);
        _moments = _hidden[layer - _settings.TrainFrom];
        (_active, _u, _columns) = (tape.State.Of(layer).Sets.Active, Jacobian.CotangentOf(layer), inputs.Lists);
        Kernels.Team.Run(_active.Blocks, _updateBlock);
    }

    /// <summary>Walks a block of rows column by column, as a scatter does.</summary>
    private void UpdateBlock(int block, int worker)
    {
        Span<float> sums = _sums[worker];
        for (int column = 0; column < _columns.Count; column++)
            MoveColumn(block, column, AddColumn(block, column, sums), sums);
    }

    /// <summary>sums += the block's part of one column of the gradient. Returns the lines that it touched, a bit for each.</summary>
    private uint AddColumn(int block, int column, Span<float> sums)
    {
        uint lines = 0;
        foreach (ActiveSegment inputs in _columns.SegmentsOf(column))
        {
            ReadOnlySpan<float> values = inputs.Values;
            ReadOnlySpan<ushort> places = inputs.Offsets;
            for (int i = 0; i < values.Length; i++)
            {
                ActiveSegment outputs = _active.Segment(block, inputs.FirstNeuron + places[i]);
                ReadOnlySpan<ushort> offsets = outputs.Offsets;
                ReadOnlySpan<float> u = outputs.In(_u);
                for (int e = 0; e < u.Length; e++)
                {
                    sums[offsets[e]] += u[e] * values[i];
                    lines |= 1u << (offsets[e] / LineRows);
                }
            }
        }
        return lines;
    }

    /// <summary>Moves the column's weights in these lines, a run of neighbours at a time, and makes their sums zero.</summary>
    private void MoveColumn(int block, int column, uint lines, Span<float> sums)
    {
        while (lines != 0)
        {
            int first = BitOperations.TrailingZeroCount(lines), place = first % LinesOfPanel;
            // What a column has in the next panel lies elsewhere.
            int count = Math.Min(BitOperations.TrailingZeroCount(~(lines >> first)), LinesOfPanel - place);
            lines &= ~(((1u << count) - 1) << first);
            int panel = block * (ActiveBatch.BlockSize / PanelMatrix.PanelRows) + first / LinesOfPanel;
            Span<float> gradient = sums.Slice(first * LineRows, count * LineRows);
            Move(gradient, _weights, _moments, panel, column * PanelMatrix.PanelRows + place * LineRows);
            gradient.Clear();
        }
    }

    /// <summary>Column by column, without the padding: of a narrow matrix it is most of a column.</summary>
    private void Update(PanelMatrix weights, PanelMatrix gradientOf, Moments moments)
    {
        for (int firstRow = 0; firstRow < weights.Rows; firstRow += PanelMatrix.PanelRows)
        {
            int panel = firstRow / PanelMatrix.PanelRows, rows = Math.Min(PanelMatrix.PanelRows, weights.Rows - firstRow);
            ReadOnlySpan<float> gradients = gradientOf.Panel(panel);
            for (int start = 0; start < gradients.Length; start += PanelMatrix.PanelRows)
            {
                ReadOnlySpan<float> gradient = gradients.Slice(start, rows);
                // The weights and moments of a neuron that fires for no datum are not read.
                if (gradient.ContainsAnyExcept(0f))
                    Move(gradient, weights, moments, panel, start);
            }
        }
    }

    private void Move(ReadOnlySpan<float> gradient, PanelMatrix weights, Moments moments, int panel, int start) =>
        Kernels.Kernels.StepAdam(
            _rate, _oneMinusBeta1, _oneMinusBeta2, _epsilon, gradient, weights.Panel(panel).Slice(start, gradient.Length),
            moments.First.Panel(panel).Slice(start, gradient.Length), moments.Second.Panel(panel).Slice(start, gradient.Length));

    /// <summary>The moments of a matrix, which lie as it lies.</summary>
    private sealed class Moments(PanelMatrix weights) : IDisposable
    {
        /// <summary>The mean of gradients.</summary>
        public PanelMatrix First { get; } = new(weights.Rows, weights.Columns);

        /// <summary>The mean of squared gradients.</summary>
        public PanelMatrix Second { get; } = new(weights.Rows, weights.Columns);

        public void Dispose()
        {
            First.Dispose();
            Second.Dispose();
        }
    }
}
