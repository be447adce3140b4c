namespace Subquad.Simd.Memory;

/// <summary>
/// Max-tournaments of equal size over float32 keys, in one block. A node is 16 keys of one cache line; above every level lies one with the
/// largest key of each of its nodes, up to a level of one node. Levels lie one after another, the leaves first, each padded to whole nodes
/// with -infinity, so m leaves take about m (1 + 1/15) floats.
/// </summary>
/// <remarks>
/// No key is NaN: what would be is held as -infinity, so that it neither wins nor hides another. Content is undefined until a tree is
/// built.
/// </remarks>
internal sealed unsafe class TournamentTrees : IDisposable
{
    /// <summary>Children of a node: the lanes of the widest vector, and a cache line.</summary>
    public const int FanOut = 16;

    internal const int MostLevels = 8;

    private NativeBuffer<float> _keys = new(0);

    /// <summary>Trees.</summary>
    public int Trees { get; private set; }

    /// <summary>Leaves of a tree, without padding.</summary>
    public int Leaves { get; private set; }

    /// <summary>Levels of a tree, the leaves included.</summary>
    public int Levels => View.Levels;

    /// <summary>Floats from one tree to the next.</summary>
    public long Stride => View.Stride;

    /// <summary>Bytes of so many trees.</summary>
    public static Int128 BytesOf(int trees, int leaves) => NativeBuffer<float>.BytesOf(LengthOf(trees, leaves));

    /// <summary>Gives the trees another number and size; they must then be built anew. Takes memory only when it grows.</summary>
    /// <param name="trees">Trees, 0 or more.</param>
    /// <param name="leaves">Leaves of each, 0 to 2^30.</param>
    public void Reshape(int trees, int leaves)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(trees);
        ArgumentOutOfRangeException.ThrowIfNegative(leaves);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(leaves, 1 << 30);
        GrowOnlyBuffer.EnsureCapacity(ref _keys, LengthOf(trees, leaves));
        (Trees, Leaves) = (trees, leaves);
    }

    /// <summary>The keys of one tree's leaves.</summary>
    public ReadOnlySpan<float> LeavesOf(int tree)
    {
        Check(tree);
        return _keys.Slice(tree * Stride, Leaves);
    }

    /// <summary>All levels of one tree, padding included.</summary>
    public ReadOnlySpan<float> LevelsOf(int tree)
    {
        Check(tree);
        return _keys.Slice(tree * Stride, checked((int)Stride));
    }

    private static long LengthOf(int trees, int leaves) => checked(trees * new TournamentView(null, trees, leaves).Stride);

    internal TournamentView View => new(_keys.Pointer, Trees, Leaves);

    /// <summary>Gives the memory back. Calling it again does nothing.</summary>
    public void Dispose() => _keys.Dispose();

    private void Check(int tree)
    {
        if (unchecked((uint)tree) >= (uint)Trees)
            throw new ArgumentOutOfRangeException(nameof(tree), $"expected a tree from 0 to {Trees - 1}, found {tree}");
    }
}

/// <summary>
/// The raw shape of <see cref="TournamentTrees"/>, as kernels see it: node j of level l is the 16 floats at Tree(i) + Starts[l] + 16 j, its
/// largest is element j of level l + 1.
/// </summary>
internal unsafe struct TournamentView
{
    public readonly float* Data;
    public readonly long Stride;
    public readonly int Trees;
    public readonly int Leaves;
    public readonly int Levels;

    /// <summary>Where each level begins; Starts[Levels] is the stride.</summary>
    public fixed long Starts[TournamentTrees.MostLevels + 1];

    public TournamentView(float* data, int trees, int leaves)
    {
        Data = data;
        Trees = trees;
        Leaves = leaves;
        long start = 0, nodes = Math.Max(1, ((long)leaves + TournamentTrees.FanOut - 1) / TournamentTrees.FanOut);
        while (true)
        {
            Starts[Levels++] = start;
            start += nodes * TournamentTrees.FanOut;
            if (nodes == 1)
                break;
            nodes = (nodes + TournamentTrees.FanOut - 1) / TournamentTrees.FanOut;
        }
        Starts[Levels] = start;
        Stride = start;
    }

    public readonly float* Tree(int tree) => Data + tree * Stride;
}
