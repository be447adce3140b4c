using Subquad.Simd.Memory;
using Subquad.Simd.Threading;

namespace Subquad.Simd.Search;

/// <summary>
/// Correlation trees of equal size in one block, over keys sum - threshold of pre-activations: one per datum over the neurons (a DTree) or
/// one per neuron over the data (a WTree). A report at 0 gives the neurons strictly above their thresholds exactly, for a float32
/// difference with gradual underflow is positive just when its first term is the greater. Trees are shared among the workers of a team;
/// results do not depend on how many there are. Warm calls allocate nothing. One call at a time: a second one beside it throws.
/// </summary>
/// <remarks>As with <see cref="CorrelationTree"/> a key that would be NaN is -infinity.</remarks>
public sealed class CorrelationForest : IDisposable, INativeOwner
{
    private const int TreesAtOnce = PanelMatrix.PanelRows;

    private readonly KernelSet _kernels;
    private readonly WorkerTeam _team;
    private readonly TournamentTrees _trees;
    private readonly Action<int, int> _build, _update, _count, _compress;

    private PanelMatrix _sums = null!;
    private NativeBuffer<float> _thresholds = null!;
    private ActiveBatch _lists = null!;
    private float _gain;
    private int _chunk;
    private UseCount _uses;

    /// <summary>An empty forest.</summary>
    /// <param name="kernels">The set that everything runs on.</param>
    /// <param name="team">The workers that share the trees; must outlive the forest.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public CorrelationForest(KernelSet kernels, WorkerTeam team)
    {
        ArgumentNullException.ThrowIfNull(kernels);
        ArgumentNullException.ThrowIfNull(team);
        (_kernels, _team, _trees) = (kernels, team, new TournamentTrees());
        _build = (chunk, _) => _kernels.BuildTournamentsUnchecked(_sums, _thresholds, OverData, _trees, From(chunk), From(chunk + 1));
        _update = (chunk, worker) => _kernels.UpdateTournamentsUnchecked(
            _sums, _thresholds, OverData, _lists, _trees, From(chunk), From(chunk + 1), CorrelationTree.MostPaths(Leaves),
            _team.Scratch(worker));
        _count = (chunk, _) => _kernels.CountPositiveUnchecked(_trees, _lists, From(chunk), From(chunk + 1));
        _compress = (chunk, _) => _kernels.CompressPositiveUnchecked(_trees, _gain, _lists, From(chunk), From(chunk + 1));
    }

    /// <summary>Trees.</summary>
    public int Count => _trees.Trees;

    /// <summary>Leaves of each.</summary>
    public int Leaves => _trees.Leaves;

    /// <summary>Whether a tree belongs to a neuron and its leaves are data.</summary>
    public bool OverData { get; private set; }

    ref UseCount INativeOwner.Uses => ref _uses;

    internal TournamentTrees Trees => _trees;

    /// <summary>Bytes of the trees over the neurons, or over the data when there are more of them.</summary>
    internal static Int128 BytesOf(int neurons, int data) =>
        TournamentTrees.BytesOf(Math.Min(neurons, data), Math.Max(neurons, data));

    /// <summary>Builds one tree per datum over the neurons, or one per neuron over the data.</summary>
    /// <param name="sums">Pre-activations: neurons x data.</param>
    /// <param name="thresholds">One per row of sums, +infinity for the rows of its padding.</param>
    /// <param name="overData">Which of the two.</param>
    /// <exception cref="ArgumentException">There are not as many thresholds.</exception>
    /// <exception cref="ObjectDisposedException">The forest, its team or an operand was disposed.</exception>
    /// <exception cref="InvalidOperationException">Another call is using the forest, or the matrix does not hold float32.</exception>
    public void Build(PanelMatrix sums, NativeBuffer<float> thresholds, bool overData = false)
    {
        using Use use = Use.Alone(this), use1 = Use.Shared(sums), use2 = Use.Shared(thresholds);
        CheckThresholds(sums, thresholds);
        OverData = overData;
        _trees.Reshape(overData ? sums.Rows : sums.Columns, overData ? sums.Columns : sums.Rows);
        (_sums, _thresholds) = (sums, thresholds);
        ShareWhole(_build);
    }

    /// <summary>
    /// Reads the changed leaves anew, and no other; the levels of a tree follow path by path when few of its leaves changed.
    /// </summary>
    /// <param name="sums">Shaped as when the trees were built.</param>
    /// <param name="thresholds">As for <see cref="Build"/>.</param>
    /// <param name="changed">Row i lists the changed leaves of tree i.</param>
    /// <exception cref="ArgumentException">A shape is another.</exception>
    /// <exception cref="ObjectDisposedException">The forest, its team or an operand was disposed.</exception>
    /// <exception cref="InvalidOperationException">Another call is using the forest.</exception>
    public void Update(PanelMatrix sums, NativeBuffer<float> thresholds, ActiveBatch changed)
    {
        using Use use = Use.Alone(this), use1 = Use.Shared(sums), use2 = Use.Shared(thresholds), use3 = Use.Shared(changed);
        (int neurons, int data) = OverData ? (Count, Leaves) : (Leaves, Count);
        if (sums.Rows != neurons || sums.Columns != data)
            throw new ArgumentException(
                $"expected sums of {neurons} neurons x {data} data, found {sums.Rows} x {sums.Columns}", nameof(sums));
        CheckThresholds(sums, thresholds);
        if (changed.Count != Count || changed.Width != Leaves)
            throw new ArgumentException(
                $"expected changes of {Count} trees of {Leaves} leaves, found {changed.Count} of {changed.Width}", nameof(changed));
        (_sums, _thresholds, _lists) = (sums, thresholds, changed);
        ShareWhole(_update);
    }

    /// <summary>
    /// Lists, for every tree, the leaves with a positive key and gain * key for each: over neurons the very bits of
    /// <see cref="TeamKernels.Threshold"/>, over data the same transposed.
    /// </summary>
    /// <param name="gain">Multiplies every key.</param>
    /// <param name="destination">Reshaped to trees x leaves.</param>
    /// <exception cref="ObjectDisposedException">The forest, its team or the destination was disposed.</exception>
    /// <exception cref="InvalidOperationException">Another call is using the forest or the destination.</exception>
    public void Report(float gain, ActiveBatch destination)
    {
        using Use use = Use.Alone(this), use1 = Use.Alone(destination);
        destination.SetEmpty(Count, Leaves);
        bool isWhole = false;
        try
        {
            (_lists, _gain) = (destination, gain);
            Share(_count);
            destination.SumCountsAndReserve();
            Share(_compress);
            isWhole = true;
        }
        finally
        {
            // Counts that nobody compressed are no lists.
            if (!isWhole)
                destination.SetEmpty(0, 0);
        }
    }

    /// <summary>Gives the memory back. Calling it again does nothing.</summary>
    public void Dispose() => _uses.Close(this);

    void INativeOwner.Free() => _trees.Dispose();

    /// <summary>Leaves no trees behind where some of them could not be brought up to date: a walk relies on every level.</summary>
    private void ShareWhole(Action<int, int> body)
    {
        bool isWhole = false;
        try
        {
            Share(body);
            isWhole = true;
        }
        finally
        {
            if (!isWhole)
                _trees.Reshape(0, 0);
        }
    }

    private void Share(Action<int, int> body)
    {
        // A panel's worth at a time over data, for they share its lines; else small enough to even out.
        _chunk = OverData ? TreesAtOnce : Math.Clamp(Count / (4 * _team.Degree), 1, TreesAtOnce);
        _team.Run((int)(((long)Count + _chunk - 1) / _chunk), body);
    }

    private int From(int chunk) => (int)Math.Min(Count, (long)chunk * _chunk);

    private static void CheckThresholds(PanelMatrix sums, NativeBuffer<float> thresholds)
    {
        sums.RequireFloat32();
        if (thresholds.Length < (long)sums.Panels * PanelMatrix.PanelRows)
            throw new ArgumentException(
                $"expected {(long)sums.Panels * PanelMatrix.PanelRows} thresholds, padding included, found {thresholds.Length}",
                nameof(thresholds));
    }
}
