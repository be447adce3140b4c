using Subquad.Activity;
using Subquad.Data;
using Subquad.Layers;
using Subquad.Losses;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;

namespace Subquad.Engine;

/// <summary>
/// The passes of one set of data: what enters the first trained layer, which is constant, the state at the present weights with its loss,
/// and the state under a trial step. Training data and held-out data have a tape each. It records no operations.
/// </summary>
internal sealed class Tape : IDisposable
{
    private readonly TeamKernels _kernels;
    private readonly Loss _loss;
    private readonly ActiveBatch _rows = new();
    private readonly Certificates? _certificates;
    private readonly BatchState? _lower;
    private readonly TransposedBatch _transposedFeatures = new();
    private readonly TransposedBatch? _transposedRows;
    private int? _firstBadBelow;
    private double? _squaredOutputs;

    /// <param name="kernels">Verbs.</param>
    /// <param name="layers">Parameters.</param>
    /// <param name="from">The first trained hidden layer, from 0.</param>
    /// <param name="loss">What is lowered.</param>
    /// <param name="finder">Finds the active sets of the first trained layer; null scans. Owned.</param>
    /// <param name="certificates">When given, trials of the same data are bounded from the pass of <see cref="Load"/> on.</param>
    public Tape(
        TeamKernels kernels, LayerStack layers, int from, Loss loss, IncrementalActiveSetFinder? finder = null,
        Certificates? certificates = null)
    {
        _certificates = certificates;
        if (certificates is not null)
            Certified = new CertifiedActivity?[layers.Hidden.Length];
        _kernels = kernels;
        _loss = loss;
        _lower = from > 0 ? new BatchState(kernels, layers.Below(from), 0) : null;
        if (layers.Direct is not null)
            _transposedRows = from > 0 ? new() : _transposedFeatures;
        State = NewState();
        Trial = NewState();
        State.Finder = Trial.Finder = finder;

        BatchState NewState() => new(kernels, layers, from) { Rows = _rows, TransposedRows = _transposedRows };
    }

    /// <summary>Bytes of the passes of a set of data.</summary>
    /// <param name="network">The network.</param>
    /// <param name="from">The first trained hidden layer, from 0.</param>
    /// <param name="count">Data.</param>
    /// <param name="isTrained">Whether steps are computed at these data.</param>
    /// <param name="steps">How many steps are tried on them.</param>
    /// <param name="strategy">How the active sets of the first trained layer are found.</param>
    /// <param name="certified">Which layers have certificates.</param>
    public static Int128 BytesOf(
        NetworkSize network, int from, int count, bool isTrained, int steps, ActivityStrategy strategy, Func<LayerSize, bool> certified)
    {
        if (count == 0)
            return 0;
        LayerSize first = network.Hidden[0], lowest = network.Hidden[from];
        int last = network.Hidden.Length;
        bool readsWeights = IncrementalActiveSetFinder.SearchesWeights(strategy), isCertified = network.Hidden[(from + 1)..].Any(certified);
        Int128 outputs = BatchState.OutputBytesOf(network, count);
        Int128 bytes = ActiveBatch.BytesOf(count, first.Inputs, first.InputEntriesOf(count))
            + BatchState.BytesOf(network, 0, from, count, computed: 0, hasSums: true, isTransposed: false)
            + (isTrained ? TransposedBatch.BytesOf(count, lowest.Inputs, lowest.InputEntriesOf(count)) : 0)
            + (isTrained && from > 0 && network.HasDirect ? TransposedBatch.BytesOf(count, first.Inputs, first.InputEntriesOf(count)) : 0)
            + IncrementalActiveSetFinder.BytesOf(strategy, lowest, count) + outputs
            + BatchState.BytesOf(network, from, last, count, readsWeights ? from + 1 : from, hasSums: false, isTrained);
        // A trial that was accepted is where the next step is computed. It never computes the pre-activations of the lowest layer anew.
        if (steps > 0)
            bytes += outputs + network.Sum(from + 1, layer => certified(layer) ? CertifiedActivity.BytesOf(layer, count) : 0)
                + BatchState.BytesOf(network, from, last, count, from + 1, !readsWeights, isCertified || isTrained && steps > 1);
        return bytes;
    }

    /// <summary>The state at the present weights.</summary>
    public BatchState State { get; private set; }

    /// <summary>The state under the trial step.</summary>
    public BatchState Trial { get; private set; }

    /// <summary>The certificates by layer; empty without any.</summary>
    public CertifiedActivity?[] Certified { get; } = [];

    /// <summary>The data; null before the first <see cref="Load"/>.</summary>
    public RowBatch Data { get; private set; } = null!;

    /// <summary>What enters the first trained layer.</summary>
    public ActiveBatch Features { get; private set; } = null!;

    /// <summary>The same, transposed.</summary>
    public TransposedBatch TransposedFeatures => _transposedFeatures;

    /// <summary>
    /// The loss of <see cref="State"/>, summed over the data; not a number before the first <see cref="Load"/>, 0 for data without targets.
    /// </summary>
    public double Loss { get; private set; } = double.NaN;

    /// <summary>The first hidden layer (from 0) of the present state that left behind what is not finite; null when none did.</summary>
    public int? FirstBadLayer => _firstBadBelow ?? FiniteCheck.FirstBadState(State);

    /// <summary>Takes data and runs them through all layers.</summary>
    /// <param name="data">The data.</param>
    /// <param name="isTrained">Whether steps are computed at these data, not only tried on them.</param>
    public void Load(RowBatch data, bool isTrained)
    {
        Data = data;
        data.Inputs.CopyTo(_rows);
        Features = _rows;
        if (_lower is not null)
        {
            _lower.Inputs = _rows;
            _lower.ForwardHidden();
            Features = _lower.Last.Sets.Active;
            _firstBadBelow = FiniteCheck.FirstBadState(_lower);
        }
        if (isTrained)
        {
            _transposedFeatures.Build(Features);
            if (_lower is not null)
                _transposedRows?.Build(_rows);
        }
        State.Inputs = Trial.Inputs = Features;
        Refresh();
    }

    /// <summary>Runs the same data through the trained layers again, after their weights changed.</summary>
    public void Refresh()
    {
        _squaredOutputs = null;
        State.Forward();
        _certificates?.Begin(State, Certified);
        Loss = LossOf(State);
    }

    /// <summary>The gradient of the loss by the outputs, at the present state.</summary>
    public void Cotangent(OutputVector cotangent) => _loss.Cotangent(State.Outputs, Data.Targets, cotangent);

    /// <summary>The loss of the trial state, summed over the data.</summary>
    public double TrialLoss() => LossOf(Trial);

    /// <summary>The loss of outputs that are all zero, summed over the data.</summary>
    public double LossAtZero() => _loss.ValueAtZero(Data.Targets, Data.Outputs);

    /// <summary>A loss of these data per datum and output.</summary>
    public double MeanOf(double loss) => loss / ((double)Data.Count * Data.Outputs);

    /// <summary>||f||^2 of the present state; computed once per state, for several trials may start from it.</summary>
    public double SquaredOutputs() => _squaredOutputs ??= MeasureOutputs();

    /// <summary>Makes the trial state, which has this loss, the present one.</summary>
    public void Accept(double loss)
    {
        (State, Trial) = (Trial, State);
        Loss = loss;
        _squaredOutputs = null;
        State.Finder?.Accept();
        foreach (CertifiedActivity? certificate in Certified)
            certificate?.Accept();
    }

    /// <summary>Neurons of a layer that fire in one of the two states only, over all data.</summary>
    public long FlipsOf(int layer)
    {
        ActiveBatch before = State.Of(layer).Sets.Active, after = Trial.Of(layer).Sets.Active;
        long common = 0;
        foreach (ActiveSegment segment in before.Segments())
            common += Common(segment.Offsets, after.Segment(segment.Block, segment.Datum).Offsets);
        return before.EntryCount + after.EntryCount - 2 * common;
    }

    public void Dispose()
    {
        _rows.Dispose();
        _lower?.Dispose();
        _transposedFeatures.Dispose();
        _transposedRows?.Dispose();
        State.Finder?.Dispose();
        State.Dispose();
        Trial.Dispose();
        foreach (CertifiedActivity? certificate in Certified)
            certificate?.Dispose();
    }

    private double MeasureOutputs()
    {
        double squares = 0;
        for (int datum = 0; datum < Data.Count; datum++)
            for (int c = 0; c < Data.Outputs; c++)
                squares += (double)State.Outputs[c, datum] * State.Outputs[c, datum];
        return squares;
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

    private double LossOf(BatchState state) => Data.Targets.Length == 0 ? 0 : _loss.Value(state.Outputs, Data.Targets);
}
