using Subquad.Data;
using Subquad.Layers;
using Subquad.Losses;
using Subquad.Simd;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;

namespace Subquad.Engine;

/// <summary>The workspace of one prediction at a time, on the caller's thread. A warm one allocates nothing.</summary>
internal sealed class Predictor : IDisposable
{
    private readonly WorkerTeam _team = new(1);
    private readonly BatchState _state;
    private readonly Loss _loss;
    private readonly ActiveBatch _rows = new();
    private readonly InputTransform _input;
    private readonly TargetTransform _target;
    private readonly float[] _row, _scores;

    // Of a sparse row: its entries, and all its numbers where the model standardises them.
    private int[] _columns = [];
    private float[] _values = [], _spread = [];

    public Predictor(KernelSet kernels, LayerStack layers, Loss loss, InputTransform input, TargetTransform target)
    {
        _loss = loss;
        _input = input;
        _target = target;
        _row = new float[input.Width];
        _scores = new float[target.Width];
        _state = new BatchState(new TeamKernels(kernels, _team), layers, 0) { Inputs = _rows };
    }

    /// <summary>The prediction of one raw row, in original units; false, with nothing written, when a feature is not finite.</summary>
    public bool TryRun(RawRow input, Span<float> output)
    {
        if (!(input.IsSparse ? TrySetSparse(input) : TrySetDense(input.Values)))
            return false;
        Run(output);
        _target.ToUnits(output);
        return true;
    }

    /// <summary>The prediction of one raw row of float64, see <see cref="TryRun(RawRow, Span{float})"/>.</summary>
    public bool TryRun(ReadOnlySpan<double> input, Span<double> output)
    {
        if (!_input.TryApply(input, _row))
            return false;
        _rows.SetNonZero(_row, 1, _row.Length);
        Run(_scores);
        _target.ToUnits(_scores, output);
        return true;
    }

    private bool TrySetDense(ReadOnlySpan<float> input)
    {
        if (!_input.TryApply(input, _row))
            return false;
        _rows.SetNonZero(_row, 1, _row.Length);
        return true;
    }

    private bool TrySetSparse(RawRow input)
    {
        int entries = input.Columns.Length;
        // One more for the constant.
        if (_columns.Length <= entries)
            (_columns, _values) = (new int[2 * (entries + 1)], new float[2 * (entries + 1)]);
        Span<int> columns = _columns.AsSpan(0, entries);
        Span<float> values = _values.AsSpan(0, entries);
        input.CopySorted(columns, values);
        if (_input.Standardises)
        {
            // A shift fills the zeros.
            _spread = _spread.Length > 0 ? _spread : new float[_input.RawWidth];
            InputRows.Spread(columns, values, _spread);
            return TrySetDense(_spread);
        }
        int total = entries + _input.Width - _input.RawWidth;
        if (!_input.TryApplyToEntries(values, _row.AsSpan(0, total)))
            return false;
        if (total > entries)
            _columns[entries] = _input.RawWidth;
        _rows.SetCsr(_row.Length, [0, total], _columns.AsSpan(0, total), _row.AsSpan(0, total));
        return true;
    }

    public void Dispose()
    {
        _state.Dispose();
        _rows.Dispose();
        _team.Dispose();
    }

    private void Run(Span<float> output)
    {
        _state.Forward();
        for (int c = 0; c < output.Length; c++)
            output[c] = _state.Outputs[c, 0];
        _loss.Link(output);
    }
}
