using Subquad.Data;
using Subquad.Layers;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;

namespace Subquad.Engine;

/// <summary>
/// What direct weights add to the pass of the output layer, f = A^T h_L + B^T x. Nothing below them is trained, so they pull nothing back;
/// their step is a matrix, as A's is.
/// </summary>
internal sealed class DirectPart(TeamKernels kernels, DirectWeights direct) : IDisposable
{
    private readonly PanelMatrix _weights = direct.Matrix, _trial = new(1, 1), _pushed = new(1, 1);
    private ActiveBatch _rows = null!;
    private TransposedBatch _transposed = null!;

    /// <summary>Bytes of the part; 0 for a network without direct weights.</summary>
    /// <param name="network">The network.</param>
    /// <param name="count">Data of a step.</param>
    /// <param name="pushes">Whether tangents are pushed forward.</param>
    public static Int128 BytesOf(NetworkSize network, int count, bool pushes) => network.HasDirect
        ? 2 * PanelMatrix.BlockBytesOf(network.Outputs, network.Hidden[0].Inputs)
            + (pushes ? PanelMatrix.BlockBytesOf(network.Outputs, count) : 0)
        : 0;

    /// <summary>dB^T = t^2 sum over data of (cotangent) x^T, after <see cref="StageStep"/>: B's step is its negative.</summary>
    public PanelMatrix Step { get; } = new(direct.Matrix.Rows, direct.Matrix.Columns);

    /// <summary>t^2; 1 where the step is that of a gradient.</summary>
    public float StepScale { get; set; } = 1f;

    /// <summary>Takes the rows of a state.</summary>
    public void MoveTo(BatchState state) => (_rows, _transposed) = (state.Rows, state.TransposedRows!);

    /// <summary>Holds the step of the outputs' cotangents.</summary>
    public void StageStep(ActiveBatch cotangents)
    {
        Step.Clear();
        kernels.Scatter(Step, cotangents, cotangents.Values, _transposed, _transposed.Lists.Values, StepScale);
    }

    /// <summary>dB^T x; see <see cref="AddTangent"/>.</summary>
    public void PushForward() => kernels.Forward(Step, _rows, _pushed);

    /// <summary>df += dB^T x, after <see cref="PushForward"/>.</summary>
    public void AddTangent(OutputVector result)
    {
        for (int datum = 0; datum < result.Count; datum++)
        {
            Span<double> row = result[datum];
            for (int c = 0; c < row.Length; c++)
                row[c] += _pushed[c, datum];
        }
    }

    /// <summary>Readies <see cref="ForwardUnder"/>.</summary>
    public void StageTrial()
    {
        _trial.CopyFrom(_weights);
        for (int panel = 0; panel < _trial.Panels; panel++)
            kernels.Kernels.Axpy(-1f, Step.Panel(panel), _trial.Panel(panel));
    }

    /// <summary>Adds to the outputs of a state what the weights would add after the step.</summary>
    public void ForwardUnder(BatchState target) => target.AddDirect(_trial);

    /// <summary>Makes the step part of the weights.</summary>
    public void Commit() => _weights.CopyFrom(_trial);

    public void Dispose()
    {
        _trial.Dispose();
        _pushed.Dispose();
        Step.Dispose();
    }
}
