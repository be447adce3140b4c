using Subquad.Data;
using Subquad.Layers;
using Subquad.Simd;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;

namespace Subquad.Engine;

/// <summary>
/// The workspace that computes the features of the output layer for one raw row at a time, on the caller's thread: h of the last hidden
/// layer, then t x with direct weights from the input x. A warm one allocates nothing.
/// </summary>
internal sealed class FeatureExtractor : IDisposable
{
    private readonly WorkerTeam _team = new(1);
    private readonly BatchState _state;
    private readonly ActiveBatch _rows = new();
    private readonly InputTransform _input;
    private readonly float[] _row;
    private readonly int _hidden;

    public FeatureExtractor(KernelSet kernels, LayerStack layers, InputTransform input)
    {
        _input = input;
        _row = new float[input.Width];
        _hidden = layers.Output.Columns;
        if (layers.Direct is { } direct)
            DirectScale = direct.StepScale > 0 ? MathF.Sqrt(direct.StepScale) : 1;
        _state = new BatchState(new TeamKernels(kernels, _team), layers, 0) { Inputs = _rows };
    }

    /// <summary>t: what multiplies x among the features, 1 before a training chose it; 0 without direct weights.</summary>
    public float DirectScale { get; }

    /// <summary>Features of a row, zeros included.</summary>
    public int Width => _hidden + (DirectScale > 0 ? _row.Length : 0);

    /// <summary>Computes the features of a raw row; false, with nothing computed, when a number is not finite.</summary>
    /// <param name="input">The row.</param>
    /// <param name="ids">Room for <see cref="Width"/> ids: the features that are not zero, ascending.</param>
    /// <param name="values">As much room: their values.</param>
    /// <param name="count">How many there are.</param>
    public bool TryRun(ReadOnlySpan<float> input, Span<int> ids, Span<float> values, out int count)
    {
        count = 0;
        if (!_input.TryApply(input, _row))
            return false;
        count = Run(ids, values);
        return true;
    }

    /// <summary>Computes the features of a row that is transformed already; returns how many there are.</summary>
    /// <inheritdoc cref="TryRun"/>
    public int Run(InputRows rows, int row, Span<int> ids, Span<float> values)
    {
        rows.CopyRow(row, _row);
        return Run(ids, values);
    }

    public void Dispose()
    {
        _state.Dispose();
        _rows.Dispose();
        _team.Dispose();
    }

    private int Run(Span<int> ids, Span<float> values)
    {
        _rows.SetNonZero(_row, 1, _row.Length);
        _state.ForwardHidden();
        int count = _state.Last.Sets.Active.CopyDatum(0, ids, values);
        for (int i = _hidden; i < Width; i++)
            if (_row[i - _hidden] != 0)
                (ids[count], values[count++]) = (i, DirectScale * _row[i - _hidden]);
        return count;
    }
}
