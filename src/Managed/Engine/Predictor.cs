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
    public bool TryRun(ReadOnlySpan<float> input, Span<float> output)
    {
        if (!_input.TryApply(input, _row))
            return false;
        Run(output);
        _target.ToUnits(output);
        return true;
    }

    /// <inheritdoc cref="TryRun(ReadOnlySpan{float}, Span{float})"/>
    public bool TryRun(ReadOnlySpan<double> input, Span<double> output)
    {
        if (!_input.TryApply(input, _row))
            return false;
        Run(_scores);
        _target.ToUnits(_scores, output);
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
        _rows.SetNonZero(_row, 1, _row.Length);
        _state.Forward();
        for (int c = 0; c < output.Length; c++)
            output[c] = _state.Outputs[c, 0];
        _loss.Link(output);
    }
}
