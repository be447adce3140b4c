using System.Runtime.CompilerServices;

namespace Subquad.Simd.Memory;

/// <summary>
/// Rows in R^d with balls over them, as kernels walk them: everything in groups of sixteen side by side, so that a group is one, two or four vectors of any set.
/// </summary>
/// <remarks>
/// <b>Layout.</b> Level 0 are the rows: coordinate j of the row in slot s is at (s / 16 * d + j) * 16 + s % 16, its id at the same slot; an empty slot is NaN in every coordinate, which no
/// comparison finds. A node of level 1 is a ball over one group of rows, a node of level l + 1 a ball over one group of nodes of level l. Nodes lie in groups too: d coordinates of
/// the centre and then the radius, (d + 1) x 16 floats. So the children of node i are the group i one level below: no pointer is stored. An empty node has centre 0 and radius -infinity.
/// <b>Radius.</b> It bounds the distance of every row below plus what rounding may add to float chains: the rules are where balls are fitted (Simd/Search).
/// </remarks>
public sealed unsafe class BallTree : IDisposable
{
    /// <summary>Rows, or nodes, side by side.</summary>
    public const int Group = 16;

    internal const int MostLevels = 8;

    private readonly NativeBuffer<float> _rows;
    private readonly NativeBuffer<float> _nodes;
    private readonly NativeBuffer<int> _ids;
    private readonly long[] _starts = new long[MostLevels + 2];

    /// <summary>Empty slots for at least <paramref name="leaves"/> groups of rows.</summary>
    /// <param name="dimension">d, at least 1.</param>
    /// <param name="leaves">Groups of rows there is room for, at least 1.</param>
    public BallTree(int dimension, int leaves)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(leaves, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(leaves, int.MaxValue / Group - 1);
        Dimension = dimension;
        Capacity = leaves;
        long groups = 0;
        int nodes = leaves;
        do
        {
            Levels++;
            _starts[Levels] = groups;
            nodes = (nodes + Group - 1) / Group;
            groups += nodes;
        }
        while (nodes > 1);
        _starts[Levels + 1] = groups;
        _rows = new NativeBuffer<float>((long)leaves * Group * dimension);
        _ids = new NativeBuffer<int>((long)leaves * Group);
        _nodes = new NativeBuffer<float>(groups * Group * (dimension + 1));
        for (long group = 0; group < groups; group++)
            new Span<float>(_nodes.Pointer + group * NodeStride + RadiusAt, Group).Fill(float.NegativeInfinity);
    }

    /// <summary>d.</summary>
    public int Dimension { get; }

    /// <summary>Groups of rows there is room for.</summary>
    public int Capacity { get; }

    /// <summary>Groups of rows in use; see <see cref="AddLeaf"/>.</summary>
    public int Leaves { get; private set; }

    /// <summary>Levels of nodes; the highest is one group.</summary>
    public int Levels { get; }

    /// <summary>The ids in the order of the slots; -1 where a slot of a leaf in use is empty.</summary>
    public NativeBuffer<int> Ids => _ids;

    internal BallTreeView View => new(_rows.Pointer, _ids.Pointer, _nodes.Pointer, _starts, Dimension, Leaves, Levels);

    /// <summary>Bytes of rows, ids and nodes in use.</summary>
    public long Bytes => (long)Leaves * Group * (Dimension + 1) * 4 + (_starts[Levels + 1] * NodeStride * 4);

    private int NodeStride => Group * (Dimension + 1);
    private int RadiusAt => Group * Dimension;

    /// <summary>Takes one more group of rows into use, all slots empty.</summary>
    /// <returns>Its number.</returns>
    public int AddLeaf()
    {
        Contract.Holds(Leaves < Capacity, "a free leaf");
        new Span<float>(_rows.Pointer + (long)Leaves * Group * Dimension, Group * Dimension).Fill(float.NaN);
        _ids.Slice((long)Leaves * Group, Group).Fill(-1);
        return Leaves++;
    }

    /// <summary>Gives back the leaves from <paramref name="leaf"/> on, and empties the nodes that lie over them alone.</summary>
    public void CutLeaves(int leaf)
    {
        int first = leaf, count = Leaves;
        for (int level = 1; level <= Levels; level++, first = (first + Group - 1) / Group, count = (count + Group - 1) / Group)
            for (int node = first; node < count; node++)
                Node(level, node, Dimension) = float.NegativeInfinity;
        Leaves = leaf;
    }

    /// <summary>Nodes of a level (1 and up) over the leaves in use.</summary>
    public int NodesAt(int level)
    {
        int nodes = Leaves;
        for (; level > 1; level--)
            nodes = (nodes + Group - 1) / Group;
        return nodes;
    }

    /// <summary>Coordinate <paramref name="j"/> of the row in a slot.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref float Row(long slot, int j)
    {
        Contract.Holds(slot >= 0 && slot < (long)Leaves * Group && j >= 0 && j < Dimension, "a slot in use");
        return ref _rows.Pointer[(slot / Group * Dimension + j) * Group + slot % Group];
    }

    /// <summary>Coordinate <paramref name="j"/> of a node's centre; its radius at j = d.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref float Node(int level, int node, int j)
    {
        Contract.Holds(level >= 1 && level <= Levels && j >= 0 && j <= Dimension, "a node");
        return ref _nodes.Pointer[(_starts[level] + node / Group) * NodeStride + j * Group + node % Group];
    }

    /// <summary>Coordinate <paramref name="j"/> of the sixteen rows from <paramref name="slot"/> on, the first of a group.</summary>
    public ReadOnlySpan<float> Column(long slot, int j)
    {
        Contract.Holds(slot >= 0 && slot % Group == 0 && slot < (long)Leaves * Group && j >= 0 && j < Dimension, "a group in use");
        return new(_rows.Pointer + (slot * Dimension + j * Group), Group);
    }

    /// <summary>Puts a row into a slot.</summary>
    public void SetRow(long slot, int id, ReadOnlySpan<float> row)
    {
        for (int j = 0; j < Dimension; j++)
            Row(slot, j) = row[j];
        _ids[slot] = id;
    }

    /// <summary>Empties a slot.</summary>
    public void ClearRow(long slot)
    {
        for (int j = 0; j < Dimension; j++)
            Row(slot, j) = float.NaN;
        _ids[slot] = -1;
    }

    /// <summary>Gives all memory back. Calling it again does nothing.</summary>
    public void Dispose()
    {
        _rows.Dispose();
        _ids.Dispose();
        _nodes.Dispose();
    }
}

/// <summary>The raw shape of a <see cref="BallTree"/>, as kernels see it.</summary>
internal readonly unsafe struct BallTreeView(float* rows, int* ids, float* nodes, ReadOnlySpan<long> starts, int dimension, int leaves, int levels)
{
    public readonly float* Rows = rows;
    public readonly int* Ids = ids;
    public readonly float* Nodes = nodes;
    public readonly LevelStarts Starts = LevelStarts.From(starts);
    public readonly int Dimension = dimension;
    public readonly int Leaves = leaves;
    public readonly int Levels = levels;

    /// <summary>A group of rows.</summary>
    public float* RowGroup(int group) => Rows + (long)group * BallTree.Group * Dimension;

    /// <summary>A group of nodes of a level.</summary>
    public float* NodeGroup(int level, int group) => Nodes + (Starts[level] + group) * BallTree.Group * (Dimension + 1);

    [InlineArray(BallTree.MostLevels + 2)]
    internal struct LevelStarts
    {
        private long _first;

        public static LevelStarts From(ReadOnlySpan<long> starts)
        {
            LevelStarts copy = default;
            starts.CopyTo(copy);
            return copy;
        }
    }
}
