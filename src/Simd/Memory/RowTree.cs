using System.Runtime.CompilerServices;

namespace Subquad.Simd.Memory;

/// <summary>
/// Rows in R^d with boxes and balls over them, as kernels walk them: everything in groups of sixteen side by side, so that a group is one,
/// two, four or sixteen vectors of any set.
/// </summary>
/// <remarks>
/// <b>Layout.</b> Level 0 are the rows: coordinate j of the row in slot s is at (s / 16 * d + j) * 16 + s % 16, its id at the same slot; an
/// empty slot is NaN in every coordinate, which no comparison finds. A node of level 1 bounds one group of rows, a node of level l + 1 one
/// group of nodes of level l: the children of node i are group i one level below, and no pointer is stored. Nodes lie in groups too, their
/// boxes as d vectors of lower ends and d of upper ends, their balls as d vectors of centres and one of radii. <b>Why both.</b> A ball
/// bounds products more tightly (d = 8, a half-space with a ten-thousandth of a million normal rows: 1.3 % of the leaves remain, of boxes
/// 2.0 %), a box distances (ten neighbours: 212 leaves, of balls 486; one level up 190 against 2,520). An empty box has lower ends of
/// infinity and upper ends of -infinity, an empty ball a radius of -infinity.
/// </remarks>
internal sealed unsafe class RowTree : IDisposable
{
    /// <summary>Rows, or nodes, side by side.</summary>
    public const int Group = 16;

    internal const int MostLevels = 8;

    private readonly NativeBuffer<float> _rows;
    private readonly NativeBuffer<float> _boxes, _balls;
    private readonly long[] _starts = new long[MostLevels + 2];

    /// <summary>Room for groups of rows, none of them in use.</summary>
    /// <param name="dimension">d, at least 1.</param>
    /// <param name="leaves">Groups of rows there is room for, at least 1.</param>
    public RowTree(int dimension, int leaves)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(leaves, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(leaves, int.MaxValue / Group - 1);
        Dimension = dimension;
        Capacity = leaves;
        Levels = StartLevels(leaves, _starts);
        (long rows, long ids, long boxes, long balls) = LengthsOf(dimension, leaves, _starts[Levels + 1]);
        (_rows, Ids, _boxes, _balls) = (new(rows), new(ids), new(boxes), new(balls));
    }

    /// <summary>Bytes of a tree with room for groups of rows.</summary>
    public static Int128 BytesOf(int dimension, int leaves)
    {
        var starts = new long[MostLevels + 2];
        int levels = StartLevels(leaves, starts);
        (long rows, long ids, long boxes, long balls) = LengthsOf(dimension, leaves, starts[levels + 1]);
        return NativeBuffer<float>.BytesOf(rows) + NativeBuffer<int>.BytesOf(ids) + NativeBuffer<float>.BytesOf(boxes)
            + NativeBuffer<float>.BytesOf(balls);
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
    public NativeBuffer<int> Ids { get; }

    internal RowTreeView View => new(_rows.Pointer, Ids.Pointer, _boxes.Pointer, _balls.Pointer, _starts, Dimension, Leaves, Levels);

    /// <summary>Elements of rows, ids, boxes and balls.</summary>
    private static (long Rows, long Ids, long Boxes, long Balls) LengthsOf(int dimension, int leaves, long groups) =>
        ((long)leaves * Group * dimension, (long)leaves * Group, groups * Group * 2 * dimension, groups * Group * (dimension + 1));

    /// <summary>Fills in the first group of nodes of each level, and their number behind the last; returns the levels.</summary>
    private static int StartLevels(int leaves, long[] starts)
    {
        long groups = 0;
        int levels = 0, nodes = leaves;
        do
        {
            starts[++levels] = groups;
            nodes = (nodes + Group - 1) / Group;
            groups += nodes;
        }
        while (nodes > 1);
        starts[levels + 1] = groups;
        return levels;
    }

    /// <summary>Takes one more group of rows into use, all slots empty.</summary>
    /// <returns>Its number.</returns>
    public int AddLeaf()
    {
        if (Leaves == Capacity)
            throw new InvalidOperationException($"all {Capacity} leaves are in use");
        new Span<float>(_rows.Pointer + (long)Leaves * Group * Dimension, Group * Dimension).Fill(float.NaN);
        Ids.Slice((long)Leaves * Group, Group).Fill(-1);
        // A node comes into use with its first leaf.
        int node = Leaves;
        for (int level = 1; level <= Levels && (level == 1 || node % Group == 0); level++)
        {
            node = level == 1 ? node : node / Group;
            Empty(level, node);
        }
        return Leaves++;
    }

    /// <summary>
    /// Gives back the leaves from <paramref name="leaf"/> on. The bounds of nodes that had rows before it stay as wide as they are.
    /// </summary>
    public void CutLeaves(int leaf)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(leaf);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(leaf, Leaves);
        Leaves = leaf;
    }

    /// <summary>Coordinate <paramref name="j"/> of the row in a slot.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal float Row(long slot, int j) => RowAt(slot, j);

    /// <summary>Copies the row in a slot.</summary>
    internal void CopyRow(long slot, Span<float> row)
    {
        for (int j = 0; j < Dimension; j++)
            row[j] = RowAt(slot, j);
    }

    /// <summary>Coordinate <paramref name="j"/> of the sixteen rows of a leaf.</summary>
    internal ReadOnlySpan<float> Column(int leaf, int j) => new(_rows.Pointer + ((long)leaf * Dimension + j) * Group, Group);

    /// <summary>Coordinate <paramref name="j"/> of the centre of a node's ball; its radius at j = d.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ref float Ball(int level, int node, int j) =>
        ref _balls.Pointer[((_starts[level] + node / Group) * (Dimension + 1) + j) * Group + node % Group];

    /// <summary>Nodes of a level over the leaves in use.</summary>
    public int NodesAt(int level) => View.NodesAt(level);

    /// <summary>Puts a row into a slot and widens the boxes over it; balls are fitted by others.</summary>
    public void SetRow(long slot, int id, ReadOnlySpan<float> row)
    {
        CheckSlot(slot);
        ArgumentOutOfRangeException.ThrowIfNotEqual(row.Length, Dimension);
        for (int j = 0; j < Dimension; j++)
            RowAt(slot, j) = row[j];
        Ids[slot] = id;
        int node = (int)(slot / Group);
        for (int level = 1; level <= Levels; level++, node /= Group)
            for (int j = 0; j < Dimension; j++)
            {
                ref float lower = ref End(level, node, j), upper = ref End(level, node, Dimension + j);
                lower = Math.Min(lower, row[j]);
                upper = Math.Max(upper, row[j]);
            }
    }

    /// <summary>Empties a slot; the bounds over it stay as they are.</summary>
    public void ClearRow(long slot)
    {
        CheckSlot(slot);
        for (int j = 0; j < Dimension; j++)
            RowAt(slot, j) = float.NaN;
        Ids[slot] = -1;
    }

    /// <summary>
    /// Empties all slots and bounds under a node whose leaves are all in use; the bounds above it stay as wide as they are.
    /// </summary>
    internal void EmptyUnder(int level, int node)
    {
        int from = node, to = node + 1;
        for (int below = level; below >= 1; below--, from *= Group, to *= Group)
            for (int child = from; child < to; child++)
                Empty(below, child);
        from /= Group;
        to /= Group;
        new Span<float>(_rows.Pointer + (long)from * Group * Dimension, (to - from) * Group * Dimension).Fill(float.NaN);
        Ids.Slice((long)from * Group, (to - from) * Group).Fill(-1);
    }

    /// <summary>The sum of the sides of a node's box; -infinity for an empty one.</summary>
    internal double SizeOf(int level, int node)
    {
        double size = 0;
        for (int j = 0; j < Dimension; j++)
            size += (double)End(level, node, Dimension + j) - End(level, node, j);
        return size;
    }

    /// <summary>The sum of the sides of a node's box, once it holds <paramref name="row"/> too.</summary>
    internal double SizeWith(int level, int node, ReadOnlySpan<float> row)
    {
        double size = 0;
        for (int j = 0; j < Dimension; j++)
            size += (double)Math.Max(End(level, node, Dimension + j), row[j]) - Math.Min(End(level, node, j), row[j]);
        return size;
    }

    /// <summary>Gives all memory back. Calling it again does nothing.</summary>
    public void Dispose()
    {
        _rows.Dispose();
        Ids.Dispose();
        _boxes.Dispose();
        _balls.Dispose();
    }

    private void Empty(int level, int node)
    {
        for (int j = 0; j < Dimension; j++)
        {
            End(level, node, j) = float.PositiveInfinity;
            End(level, node, Dimension + j) = float.NegativeInfinity;
            Ball(level, node, j) = 0;
        }
        Ball(level, node, Dimension) = float.NegativeInfinity;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref float RowAt(long slot, int j) => ref _rows.Pointer[(slot / Group * Dimension + j) * Group + slot % Group];

    private void CheckSlot(long slot)
    {
        if (slot < 0 || slot >= (long)Leaves * Group)
            throw new ArgumentOutOfRangeException(nameof(slot), $"slot {slot} is in none of {Leaves} leaves");
    }

    /// <summary>A lower end of a node's box, or from j = d on an upper one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref float End(int level, int node, int j) =>
        ref _boxes.Pointer[((_starts[level] + node / Group) * 2 * Dimension + j) * Group + node % Group];
}

/// <summary>The raw shape of a <see cref="RowTree"/>, as kernels see it.</summary>
internal readonly unsafe struct RowTreeView(
    float* rows, int* ids, float* boxes, float* balls, ReadOnlySpan<long> starts, int dimension, int leaves, int levels)
{
    public readonly float* Rows = rows;
    public readonly int* Ids = ids;
    public readonly float* Boxes = boxes;
    public readonly float* Balls = balls;
    public readonly LevelStarts Starts = LevelStarts.From(starts);
    public readonly int Dimension = dimension;
    public readonly int Leaves = leaves;
    public readonly int Levels = levels;

    /// <summary>A group of rows.</summary>
    public float* RowGroup(int group) => Rows + (long)group * RowTree.Group * Dimension;

    /// <summary>The boxes of a group of nodes of a level.</summary>
    public float* BoxGroup(int level, int group) => Boxes + (Starts[level] + group) * RowTree.Group * 2 * Dimension;

    /// <summary>The balls of a group of nodes of a level.</summary>
    public float* BallGroup(int level, int group) => Balls + (Starts[level] + group) * RowTree.Group * (Dimension + 1);

    /// <summary>Nodes of a level over the leaves in use.</summary>
    public int NodesAt(int level)
    {
        int nodes = Leaves;
        for (; level > 1; level--)
            nodes = (nodes + RowTree.Group - 1) / RowTree.Group;
        return nodes;
    }

    /// <summary>The bits of a group's nodes that are in use.</summary>
    public static uint InUse(int nodes, int group)
    {
        int left = nodes - group * RowTree.Group;
        return left >= RowTree.Group ? 0xFFFF : (1u << Math.Max(0, left)) - 1;
    }

    [InlineArray(RowTree.MostLevels + 2)]
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
