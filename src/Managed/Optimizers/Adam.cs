using Subquad.Data;
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
/// weights and moments of the touched rows are updated in one visit. So a step costs what fires. Blocks are independent, and a sum is in
/// the order of the data: results do not depend on threads.
/// </remarks>
internal sealed class Adam : IOptimizer
{
    private readonly TeamKernels _kernels;
    private readonly LayerStack _layers;
    private readonly AdamSettings _settings;
    private readonly Loss _loss;
    private readonly Jacobian _jacobian;
    private readonly Moments[] _hidden;
    private readonly Moments _output;
    private readonly OutputVector _cotangent;
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
    {
        (_kernels, _layers, _settings, _loss) = (kernels, layers, settings, loss);
        HiddenLayer[] trained = layers.Hidden[settings.TrainFrom..];
        if (trained.Any(layer => layer.LowRank.IsReadOnly || layer.Weights.Format != ElementFormat.Float32))
            throw new InvalidOperationException("expected float32 weights that may be written, found read-only or bfloat16 ones");
        Clock = new StageClock(kernels);
        // There is one pull-back a step, so packing the active blocks does not pay.
        _jacobian = new Jacobian(kernels, layers, settings.TrainFrom, settings.TrainsOutput, packedLimit: -1);
        _hidden = [.. trained.Select(layer => new Moments(layer.Weights))];
        _output = new Moments(layers.Output);
        _cotangent = new OutputVector();
        _sums = [.. Enumerable.Range(0, kernels.Team.Degree).Select(_ => new float[ActiveBatch.BlockSize])];
        _updateBlock = UpdateBlock;
    }

    public StageClock Clock { get; }

    public Tape NewTape() => new(_kernels, _layers, _settings.TrainFrom, _loss);

    public void KeepData(Tape tape)
    {
    }

    public void MoveToOtherData()
    {
    }

    public StepOutcome Step(int number, Tape tape, Tape? heldOut)
    {
        Clock.Start(Stage.PullBack);
        PullBack(tape);
        // The weights change whole or not at all, and the tapes with them.
        using var shield = new CancellationShield(_kernels.Team);
        Clock.Start(Stage.Update);
        _steps++;
        double first = 1 - Math.Pow(_settings.Beta1, _steps), second = 1 - Math.Pow(_settings.Beta2, _steps);
        _rate = (float)(_settings.LearningRate * Math.Sqrt(second) / first);
        for (int layer = _settings.TrainFrom; layer < _layers.Hidden.Length; layer++)
            Update(tape, layer);
        if (_settings.TrainsOutput)
            UpdateOutput();
        Clock.Start(Stage.Forward);
        tape.Refresh();
        Clock.Start(Stage.Validation);
        heldOut?.Refresh();
        Clock.Stop();
        return new(IsTaken: true, IsAccepted: true);
    }

    public StepReport Complete(StepReport common, Tape tape) => common;

    public void Finish()
    {
    }

    public void Dispose()
    {
        _jacobian.Dispose();
        _cotangent.Dispose();
        _output.Dispose();
        foreach (Moments moments in _hidden)
            moments.Dispose();
    }

    private void PullBack(Tape tape)
    {
        _cotangent.Reshape(tape.Data.Count, tape.Data.Outputs);
        tape.Cotangent(_cotangent);
        foreach (ref double value in _cotangent.Span)
            value /= tape.Data.Count;
        _jacobian.MoveTo(tape.State);
        _jacobian.PullBack(_cotangent);
        _jacobian.Passes[^1].StageStep(hiddenStepScale: 1);
    }

    private void Update(Tape tape, int layer)
    {
        TransposedBatch inputs = layer == _settings.TrainFrom ? tape.TransposedFeatures : tape.State.Of(layer - 1).Transposed;
        _weights = _layers.Weights[layer].BaseToChange(_kernels);
        _moments = _hidden[layer - _settings.TrainFrom];
        (_active, _u, _columns) = (tape.State.Of(layer).Sets.Active, _jacobian.CotangentOf(layer), inputs.Lists);
        _kernels.Team.Run(_active.Blocks, _updateBlock);
    }

    /// <summary>Walks a block of rows column by column, as a scatter does.</summary>
    private void UpdateBlock(int block, int worker)
    {
        float[] sums = _sums[worker];
        int firstRow = block * ActiveBatch.BlockSize, rows = Math.Min(ActiveBatch.BlockSize, _active.Width - firstRow);
        for (int column = 0; column < _columns.Count; column++)
        {
            if (!Sum(block, column, sums))
                continue;
            for (int offset = 0; offset < rows; offset++)
            {
                float gradient = sums[offset];
                if (gradient == 0f)
                    continue;
                sums[offset] = 0f;
                int row = firstRow + offset;
                Move(gradient, ref _weights[row, column], ref _moments.First[row, column], ref _moments.Second[row, column]);
            }
        }
    }

    /// <summary>sums += the block's part of one column of the gradient; false when no datum has both.</summary>
    private bool Sum(int block, int column, float[] sums)
    {
        bool isTouched = false;
        for (int data = 0; data < _columns.Blocks; data++)
        {
            (long start, int length) = _columns.Segment(data, column);
            ReadOnlySpan<float> values = _columns.Values.Slice(start, length);
            ReadOnlySpan<ushort> places = _columns.OffsetsAt(start, length);
            for (int i = 0; i < length; i++)
            {
                (long entry, int entries) = _active.Segment(block, data * ActiveBatch.BlockSize + places[i]);
                ReadOnlySpan<ushort> offsets = _active.OffsetsAt(entry, entries);
                ReadOnlySpan<float> u = _u.Slice(entry, entries);
                isTouched |= entries > 0;
                for (int e = 0; e < entries; e++)
                    sums[offsets[e]] += u[e] * values[i];
            }
        }
        return isTouched;
    }

    private void UpdateOutput()
    {
        for (int panel = 0; panel < _layers.Output.Panels; panel++)
        {
            ReadOnlySpan<float> gradients = _jacobian.OutputStep.Panel(panel);
            Span<float> weights = _layers.Output.Panel(panel);
            Span<float> first = _output.First.Panel(panel), second = _output.Second.Panel(panel);
            for (int i = 0; i < gradients.Length; i++)
                if (gradients[i] != 0f)
                    Move(gradients[i], ref weights[i], ref first[i], ref second[i]);
        }
    }

    /// <summary>The corrections of both moments for their start at zero are in the rate of the step.</summary>
    private void Move(float gradient, ref float weight, ref float first, ref float second)
    {
        float beta1 = (float)_settings.Beta1, beta2 = (float)_settings.Beta2;
        first += (1 - beta1) * (gradient - first);
        second += (1 - beta2) * (gradient * gradient - second);
        weight -= _rate * first / (MathF.Sqrt(second) + (float)_settings.Epsilon);
    }

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
