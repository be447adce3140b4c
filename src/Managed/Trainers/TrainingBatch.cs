using Subquad.Activity;
using Subquad.Data;
using Subquad.Engine;
using Subquad.Evaluation;
using Subquad.Layers;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;

namespace Subquad.Trainers;

/// <summary>
/// One set of data that a trainer follows: its constant features (what enters the first trained layer), the state at the present weights and the state under a trial step.
/// Serves for the training data and for held-out data alike.
/// </summary>
internal sealed class TrainingBatch : IDisposable
{
    private readonly TeamKernels _kernels;
    private readonly TargetTransform _target;
    private readonly ActiveBatch _rows = new();
    private readonly Certificates? _certificates;
    private readonly BatchState? _lower;
    private readonly TransposedBatch _turnedFeatures = new();
    private int? _firstBadBelow;

    /// <param name="kernels">Verbs.</param>
    /// <param name="layers">Parameters.</param>
    /// <param name="from">The first trained hidden layer, from 0.</param>
    /// <param name="target">The targets' transform.</param>
    /// <param name="lowest">Finds the active sets of the first trained layer; null scans. Owned.</param>
    /// <param name="certificates">When given, trials of the same data are bounded from the pass of <see cref="Load"/> on.</param>
    public TrainingBatch(TeamKernels kernels, LayerStack layers, int from, TargetTransform target, LowestActivity? lowest = null, Certificates? certificates = null)
    {
        _certificates = certificates;
        if (certificates is not null)
            Certified = new CertifiedActivity?[layers.Hidden.Length];
        _kernels = kernels;
        _target = target;
        _lower = from > 0 ? new BatchState(kernels, layers.Below(from), 0) : null;
        State = new BatchState(kernels, layers, from);
        Trial = new BatchState(kernels, layers, from);
        State.Lowest = Trial.Lowest = lowest;
    }

    /// <summary>The state at the present weights.</summary>
    public BatchState State { get; private set; }

    /// <summary>The state under the trial step.</summary>
    public BatchState Trial { get; private set; }

    /// <summary>The certificates by layer; empty without any.</summary>
    public CertifiedActivity?[] Certified { get; } = [];

    public PreparedData Data { get; private set; } = null!;

    /// <summary>What enters the first trained layer.</summary>
    public ActiveBatch Features { get; private set; } = null!;

    /// <summary>The same, turned round.</summary>
    public TransposedBatch TurnedFeatures => _turnedFeatures;

    /// <summary>The score of <see cref="State"/>; not a number before the first <see cref="Load"/>.</summary>
    public Score Score { get; private set; } = new(double.NaN, double.NaN, double.NaN, double.NaN);

    /// <summary>The first hidden layer (from 0) of the present state that left behind what is not finite; null when none did.</summary>
    public int? FirstBadLayer => _firstBadBelow ?? FiniteCheck.FirstBadState(State);

    /// <summary>Takes data and runs them through all layers.</summary>
    /// <param name="data">The data.</param>
    /// <param name="isTrained">Whether steps are computed at these data, not only tried on them.</param>
    public void Load(PreparedData data, bool isTrained)
    {
        Data = data;
        _rows.SetNonZero(data.Inputs, data.Count, data.Width);
        Features = _rows;
        if (_lower is not null)
        {
            _lower.Inputs = _rows;
            _lower.ForwardHidden();
            Features = _lower.Last.Sets.Active;
            _firstBadBelow = FiniteCheck.FirstBadState(_lower);
        }
        if (isTrained)
            _turnedFeatures.Build(Features);
        State.Inputs = Trial.Inputs = Features;
        State.Forward();
        _certificates?.Begin(State, Certified);
        Score = ScoreOf(State);
    }

    /// <summary>r = f - y of the present state.</summary>
    public void Residual(OutputVector residual)
    {
        for (int datum = 0; datum < Data.Count; datum++)
        {
            Span<double> row = residual[datum];
            for (int c = 0; c < row.Length; c++)
                row[c] = (double)State.Outputs[c, datum] - Data.Targets[datum * Data.Outputs + c];
        }
    }

    /// <summary>The score of the trial state.</summary>
    public Score TrialScore() => ScoreOf(Trial);

    /// <summary>Makes the trial state the present one.</summary>
    public void Accept(Score score)
    {
        (State, Trial) = (Trial, State);
        Score = score;
        State.Lowest?.Accept();
        foreach (CertifiedActivity? certificate in Certified)
            certificate?.Accept();
    }

    /// <summary>Neurons of a layer that fire in one of the two states only, over all data.</summary>
    public long FlipsOf(int layer)
    {
        ActiveBatch before = State.Of(layer).Sets.Active, after = Trial.Of(layer).Sets.Active;
        long common = 0;
        for (int block = 0; block < before.Blocks; block++)
            for (int datum = 0; datum < before.Count; datum++)
            {
                (long start, int length) = before.Run(block, datum);
                (long otherStart, int otherLength) = after.Run(block, datum);
                common += Common(before.OffsetsAt(start, length), after.OffsetsAt(otherStart, otherLength));
            }
        return before.EntryCount + after.EntryCount - 2 * common;
    }

    public void Dispose()
    {
        _rows.Dispose();
        _lower?.Dispose();
        _turnedFeatures.Dispose();
        State.Lowest?.Dispose();
        State.Dispose();
        Trial.Dispose();
        foreach (CertifiedActivity? certificate in Certified)
            certificate?.Dispose();
    }

    private static long Common(ReadOnlySpan<ushort> a, ReadOnlySpan<ushort> b)
    {
        long common = 0;
        for (int i = 0, j = 0; i < a.Length && j < b.Length;)
        {
            if (a[i] == b[j])
                common++;
            (i, j) = a[i] == b[j] ? (i + 1, j + 1) : a[i] < b[j] ? (i + 1, j) : (i, j + 1);
        }
        return common;
    }

    private Score ScoreOf(BatchState state) => Data.Targets.Length == 0 ? default : Score.Of(state.Outputs, Data, _target);
}
