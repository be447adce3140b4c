using Subquad.Data;
using Subquad.Layers;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;

namespace Subquad.Engine;

/// <summary>
/// The pass of the output layer, f = A^T h_L, with direct weights f = A^T h_L + B^T x: cotangents are lists in which every output is
/// active, and the step is a matrix, for A is narrow.
/// </summary>
/// <param name="kernels">Verbs.</param>
/// <param name="layers">Parameters.</param>
/// <param name="isTrained">Whether A is trained.</param>
internal sealed class OutputPass(TeamKernels kernels, LayerStack layers, bool isTrained) : LayerPass
{
    private readonly PanelMatrix _output = layers.Output, _trial = new(1, 1), _pushed = new(1, 1), _stepped = new(1, 1);
    private readonly ActiveBatch _cotangents = new();
    private readonly DirectPart? _direct = layers.Direct is { } direct ? new(kernels, direct) : null;
    private HiddenState _last = null!;

    /// <summary>Bytes of the pass: four matrices and a list that grow with the outputs.</summary>
    /// <param name="network">The network.</param>
    /// <param name="count">Data of a step.</param>
    /// <param name="isTrained">Whether A is trained.</param>
    /// <param name="pushes">Whether tangents are pushed forward.</param>
    public static Int128 BytesOf(NetworkSize network, int count, bool isTrained, bool pushes)
    {
        int outputs = network.Outputs, matrices = isTrained ? 2 : 1;
        return matrices * PanelMatrix.BlockBytesOf(outputs, network.Last.Width)
            + (pushes ? matrices * PanelMatrix.BlockBytesOf(outputs, count) : 0)
            + ActiveBatch.BytesOf(count, outputs, (Int128)count * outputs) + DirectPart.BytesOf(network, count, pushes);
    }

    /// <summary>dA^T = sum over data of (cotangent) h^T, after <see cref="StageStep"/>: A's step is its negative.</summary>
    public PanelMatrix Step { get; } = new(layers.Output.Rows, layers.Output.Columns);

    /// <summary>The part of direct weights, which are trained whether A is or not; null without any.</summary>
    public DirectPart? Direct => _direct;

    public override void MoveTo(BatchState state)
    {
        _last = state.Last;
        _direct?.MoveTo(state);
        _cotangents.SetDense(state.Count, _output.Rows);
    }

    /// <summary>Takes the cotangents of the outputs.</summary>
    public void Take(OutputVector cotangents)
    {
        for (int datum = 0; datum < cotangents.Count; datum++)
        {
            Span<double> row = cotangents[datum];
            foreach (ActiveSegment segment in _cotangents.SegmentsOf(datum))
            {
                Span<float> values = segment.Values;
                for (int i = 0; i < values.Length; i++)
                    values[i] = (float)row[segment.FirstNeuron + i];
            }
        }
    }

    public override void PullBack(HiddenPass below)
    {
        kernels.PullBack(_output, _cotangents, _cotangents.Values, _last.Transposed, below.Cotangent);
        below.CompleteCotangent();
    }

    public override void StageStep(float hiddenStepScale)
    {
        _direct?.StageStep(_cotangents);
        if (!isTrained)
            return;
        Step.Clear();
        kernels.Scatter(Step, _cotangents, _cotangents.Values, _last.Transposed, _last.Transposed.Lists.Values, 1f);
    }

    public override void StageScaledStep(float hiddenStepScale, OutputVector factors)
    {
        if (!isTrained && _direct is null)
            return;
        // The cotangent that was pulled back is 1.
        Take(factors);
        StageStep(hiddenStepScale);
    }

    /// <summary>df = A^T dh + dA^T h + dB^T x; see <see cref="CopyTangent"/>.</summary>
    public override void PushForward(HiddenPass? below, float hiddenStepScale)
    {
        kernels.Forward(_output, _last.Sets.Active, below!.Tangent, _pushed);
        if (isTrained)
            kernels.Forward(Step, _last.Sets.Active, _stepped);
        _direct?.PushForward();
    }

    /// <summary>Copies df after <see cref="PushForward"/>.</summary>
    public void CopyTangent(OutputVector result)
    {
        for (int datum = 0; datum < result.Count; datum++)
        {
            Span<double> row = result[datum];
            for (int c = 0; c < row.Length; c++)
                row[c] = (double)_pushed[c, datum] + (isTrained ? _stepped[c, datum] : 0f);
        }
        _direct?.AddTangent(result);
    }

    public override void StageTrial()
    {
        _direct?.StageTrial();
        if (!isTrained)
            return;
        _trial.CopyFrom(_output);
        for (int panel = 0; panel < _trial.Panels; panel++)
            kernels.Kernels.Axpy(-1f, Step.Panel(panel), _trial.Panel(panel));
    }

    public override void ForwardUnder(in Trial trial)
    {
        kernels.Forward(isTrained ? _trial : _output, trial.Target.Last.Sets.Active, trial.Target.Outputs);
        _direct?.ForwardUnder(trial.Target);
    }

    public override void Commit(BatchState state, TransposedBatch constantInputs, FlushPolicy flush)
    {
        if (isTrained)
            _output.CopyFrom(_trial);
        _direct?.Commit();
    }

    public override void Finish(FlushPolicy flush)
    {
    }

    public override void Dispose()
    {
        _cotangents.Dispose();
        _pushed.Dispose();
        _stepped.Dispose();
        _trial.Dispose();
        Step.Dispose();
        _direct?.Dispose();
    }
}
