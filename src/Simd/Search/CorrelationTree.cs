using Subquad.Simd.Memory;

namespace Subquad.Simd.Search;

/// <summary>
/// Answers "which keys exceed a threshold?" and "which are the largest?" in time that grows with the answer: a max-tournament of fan-out 16
/// (algorithm of Alman, Liang, Song, Zhang and Zhuo, NeurIPS 2023, who use binary trees). A query compares 16 children at a time and enters
/// only nodes whose largest key qualifies. Warm calls allocate nothing. Queries may run on several threads at once; a change beside another
/// call throws.
/// </summary>
/// <remarks>A NaN key is held as -infinity: it is never reported, and hides no other. Nor is a key of -infinity ever reported.</remarks>
public sealed class CorrelationTree : IDisposable, INativeOwner
{
    /// <summary>
    /// Up to one changed leaf in so many, changes go path by path, above level by level: of 16,384 leaves 256 take as long as all levels do
    /// (perf/Kernels, TournamentUpdateCases).
    /// </summary>
    internal const int LeavesPerPath = 64;

    private readonly KernelSet _kernels;
    private readonly TournamentTrees _trees;
    private int[] _leaves = [];
    private float[] _keys = [];
    private UseCount _uses;

    /// <summary>A tree without keys.</summary>
    /// <param name="kernels">The set that the queries run on.</param>
    /// <exception cref="ArgumentNullException">There is no set.</exception>
    public CorrelationTree(KernelSet kernels)
    {
        ArgumentNullException.ThrowIfNull(kernels);
        _kernels = kernels;
        _trees = new TournamentTrees();
        Build([]);
    }

    /// <summary>Keys.</summary>
    public int Count => _trees.Leaves;

    /// <summary>Copies the keys as they are held.</summary>
    /// <param name="keys">Room for Count keys.</param>
    /// <exception cref="ArgumentException">There is less room.</exception>
    /// <exception cref="ObjectDisposedException">The tree was disposed.</exception>
    public void CopyKeys(Span<float> keys)
    {
        using Use use = Use.Shared(this);
        Expect.That(keys.Length >= Count, $"expected room for {Count} keys, found {keys.Length}");
        Keys.CopyTo(keys);
    }

    ref UseCount INativeOwner.Uses => ref _uses;

    internal ReadOnlySpan<float> Keys => _trees.LeavesOf(0);

    internal ReadOnlySpan<float> Levels => _trees.LevelsOf(0);

    /// <summary>Up to how many changed leaves of a tree go path by path.</summary>
    internal static int MostPaths(int leaves) => leaves / LeavesPerPath;

    /// <summary>Takes other keys, any number of them. One pass; takes memory only when there are more than ever before.</summary>
    /// <exception cref="ObjectDisposedException">The tree was disposed.</exception>
    /// <exception cref="InvalidOperationException">Another call is using the tree.</exception>
    public void Build(ReadOnlySpan<float> keys)
    {
        using Use use = Use.Alone(this);
        _trees.Reshape(1, keys.Length);
        _kernels.BuildTournament(keys, _trees, 0);
    }

    /// <summary>Changes one key: at most one node per level.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such leaf.</exception>
    public void Update(int leaf, float key) => UpdateMany(new ReadOnlySpan<int>(ref leaf), new ReadOnlySpan<float>(ref key));

    /// <summary>Changes many keys, in order: of a leaf named twice the last key counts.</summary>
    /// <param name="leaves">Which.</param>
    /// <param name="keys">Their keys.</param>
    /// <exception cref="ArgumentException">There are not as many keys as leaves.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such leaf; nothing was changed.</exception>
    /// <exception cref="ObjectDisposedException">The tree was disposed.</exception>
    /// <exception cref="InvalidOperationException">Another call is using the tree.</exception>
    public void UpdateMany(ReadOnlySpan<int> leaves, ReadOnlySpan<float> keys)
    {
        using Use use = Use.Alone(this);
        if (keys.Length != leaves.Length)
            throw new ArgumentException($"expected {leaves.Length} keys, one per leaf, found {keys.Length}", nameof(keys));
        // What is checked must be what is used, also when another thread changes the arrays meanwhile.
        if (_leaves.Length < leaves.Length)
            (_leaves, _keys) = (new int[leaves.Length], new float[leaves.Length]);
        Span<int> changed = _leaves.AsSpan(0, leaves.Length);
        Span<float> news = _keys.AsSpan(0, keys.Length);
        leaves.CopyTo(changed);
        keys.CopyTo(news);
        foreach (int leaf in changed)
            if (unchecked((uint)leaf) >= (uint)Count)
                throw new ArgumentOutOfRangeException(nameof(leaves), $"expected a leaf from 0 to {Count - 1}, found {leaf}");
        _kernels.UpdateTournamentUnchecked(changed, news, _trees, 0, leaves.Length > MostPaths(Count));
    }

    /// <summary>Writes the ids, ascending, whose key is strictly greater than the threshold; returns how many there are.</summary>
    /// <param name="threshold">What keys must exceed; NaN reports nothing.</param>
    /// <param name="ids">Room for Count ids.</param>
    /// <exception cref="ArgumentException">There is less room.</exception>
    public int Report(float threshold, Span<int> ids)
    {
        using Use use = Use.Shared(this);
        if (ids.Length < Count)
            throw new ArgumentException($"expected room for {Count} ids, found {ids.Length}", nameof(ids));
        return _kernels.ReportAbove(_trees, 0, threshold, ids);
    }

    /// <summary>
    /// Writes the ids of the <paramref name="k"/> largest keys by descending key, of equal keys the lower id first; returns how many: fewer
    /// than k only when there are no more above -infinity.
    /// </summary>
    /// <param name="k">0 or more.</param>
    /// <param name="ids">Room for k ids, or for Count when that is less.</param>
    /// <exception cref="ArgumentOutOfRangeException">k is negative.</exception>
    /// <exception cref="ArgumentException">There is less room.</exception>
    public int Top(int k, Span<int> ids)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(k);
        using Use use = Use.Shared(this);
        k = Math.Min(k, Count);
        if (ids.Length < k)
            throw new ArgumentException($"expected room for {k} ids, found {ids.Length}", nameof(ids));
        return _kernels.ReportTop(_trees, 0, ids[..k]);
    }

    /// <summary>Gives the memory back. Calling it again does nothing.</summary>
    public void Dispose() => _uses.Close(this);

    void INativeOwner.Free() => _trees.Dispose();
}
