using Subquad.Data;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;

namespace Subquad.Engine;

/// <summary>The output layer's part of the Jacobian: f = A^T h_L, with the cotangents as lists in which every output is active.</summary>
internal sealed class OutputTangent(TeamKernels kernels, PanelMatrix output) : IDisposable
{
    private readonly ActiveBatch _cotangents = new();
    private readonly PanelMatrix _pushed = new(1, 1), _stepped = new(1, 1);
    private HiddenState _state = null!;

    /// <summary>dA^T = sum over data of (cotangent) h^T.</summary>
    public PanelMatrix Step { get; } = new(output.Rows, output.Columns);

    public void MoveTo(BatchState state)
    {
        _state = state.Last;
        if (_cotangents.Count != state.Count)
            _cotangents.FillDense(new float[checked(state.Count * output.Rows)], state.Count, output.Rows);
    }

    /// <summary>t = A a on the active sets of the last layer.</summary>
    public void PullBack(OutputVector cotangents, NativeBuffer<float> pulled)
    {
        Take(cotangents);
        kernels.PullBack(output, _cotangents, _cotangents.Values, _state.Transposed, pulled);
    }

    /// <summary>Keeps cotangents for <see cref="StageStep"/>.</summary>
    public void Take(OutputVector cotangents)
    {
        for (int datum = 0; datum < cotangents.Count; datum++)
        {
            Span<double> row = cotangents[datum];
            for (int block = 0; block < _cotangents.Blocks; block++)
            {
                (long start, int length) = _cotangents.Segment(block, datum);
                Span<float> values = _cotangents.Values.Slice(start, length);
                for (int i = 0; i < length; i++)
                    values[i] = (float)row[block * ActiveBatch.BlockSize + i];
            }
        }
    }

    /// <summary>Keeps dA of the cotangents last pulled back.</summary>
    public void StageStep()
    {
        Step.Clear();
        kernels.Scatter(Step, _cotangents, _cotangents.Values, _state.Transposed, _state.Transposed.Lists.Values, 1f);
    }

    /// <summary>df = A^T dh + dA^T h.</summary>
    public void PushForward(NativeBuffer<float> tangent, bool withStep, OutputVector result)
    {
        kernels.Forward(output, _state.Sets.Active, tangent, _pushed);
        if (withStep)
            kernels.Forward(Step, _state.Sets.Active, _stepped);
        for (int datum = 0; datum < result.Count; datum++)
        {
            Span<double> row = result[datum];
            for (int c = 0; c < row.Length; c++)
                row[c] = (double)_pushed[c, datum] + (withStep ? _stepped[c, datum] : 0f);
        }
    }

    public void Dispose()
    {
        _cotangents.Dispose();
        _pushed.Dispose();
        _stepped.Dispose();
        Step.Dispose();
    }
}
