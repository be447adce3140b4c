using Subquad.Data;
using Subquad.Layers;
using Subquad.Simd;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;

namespace Subquad.Engine;

/// <summary>
/// The workspace that computes h of the last hidden layer for one raw row at a time, on the caller's thread. A warm one allocates nothing.
/// </summary>
internal sealed class FeatureExtractor : IDisposable
{
    private readonly WorkerTeam _team = new(1);
    private readonly BatchState _state;
    private readonly ActiveBatch _rows = new();
    private readonly InputTransform _input;
    private readonly float[] _row;

    public FeatureExtractor(KernelSet kernels, LayerStack layers, InputTransform input)
    {
        _input = input;
        _row = new float[input.Width];
        _state = new BatchState(new TeamKernels(kernels, _team), layers, 0) { Inputs = _rows };
    }

    /// <summary>Computes the features of a raw row; false, with nothing computed, when a number is not finite.</summary>
    /// <param name="input">The row.</param>
    /// <param name="ids">Room for the neurons of the last hidden layer: those that fire, ascending.</param>
    /// <param name="values">As much room: their values.</param>
    /// <param name="count">How many fire.</param>
    public bool TryRun(ReadOnlySpan<float> input, Span<int> ids, Span<float> values, out int count)
    {
        count = 0;
        if (!_input.TryApply(input, _row))
            return false;
        _rows.SetNonZero(_row, 1, _row.Length);
        _state.ForwardHidden();
        count = _state.Last.Sets.Active.CopyDatum(0, ids, values);
        return true;
    }

    public void Dispose()
    {
        _state.Dispose();
        _rows.Dispose();
        _team.Dispose();
    }
}
