using Subquad.Simd.Memory;

namespace Subquad.Simd.Search;

public sealed partial class HalfSpaceTree
{
    /// <summary>The sides of a node's box may grow to this multiple, together, of what they were when its rows were put there.</summary>
    private const double Slack = 1.25;

    /// <summary>
    /// A subtree is split anew where moved rows that need it make up this share of its slots: splitting them costs about as much as taking
    /// so many rows elsewhere.
    /// </summary>
    private const double LeastLeaving = 1.0 / 16;

    private double[][] _mostSize = [];

    /// <summary>Subtrees that were split anew since the tree was made; a whole tree is not one.</summary>
    internal long Resplit { get; private set; }

    /// <summary>
    /// Puts moved rows where they were, as long as their leaf has slack. Where it has not, the smallest subtree that has is split anew, if
    /// enough of its rows need that; and the rows that are left over have to go elsewhere.
    /// </summary>
    /// <returns>Places in <paramref name="ids"/> of rows that are left over; they are where they were, with their former values.</returns>
    private List<int> MoveInPlace(ReadOnlySpan<int> ids, ReadOnlySpan<float> rows)
    {
        var fitter = new BallFitter(_tree);
        var waiting = new List<(int Place, int Level)>();
        var needed = new Dictionary<(int Level, int Node), int>();
        var leaving = new List<int>();
        for (int i = 0; i < ids.Length; i++)
        {
            ReadOnlySpan<float> row = rows.Slice(i * Dimension, Dimension);
            long slot = _slots[ids[i]];
            int level = SmallestWithSlack(slot, row);
            if (level == 1)
            {
                Put(slot, ids[i], row);
                fitter.GrowAbove(slot, _tree.Leaves);
            }
            else if (level == 0)
            {
                leaving.Add(i);
            }
            else
            {
                waiting.Add((i, level));
                needed[(level, NodeOf(slot, level))] = needed.GetValueOrDefault((level, NodeOf(slot, level))) + 1;
            }
        }
        foreach ((int place, int level) in waiting)
        {
            long slot = _slots[ids[place]];
            int node = NodeOf(slot, level);
            ReadOnlySpan<float> row = rows.Slice(place * Dimension, Dimension);
            // Others may have used up the slack meanwhile.
            if (needed[(level, node)] < LeastLeaving * RowsUnder(level) || _tree.SizeWith(level, node, row) > _mostSize[level][node])
            {
                leaving.Add(place);
                continue;
            }
            Put(slot, ids[place], row);
            fitter.GrowAbove(slot, _tree.Leaves);
        }
        Split(needed, fitter);
        return leaving;
    }

    /// <summary>
    /// The lowest level at which the node over a slot may grow to hold a row; 0 for none. Above the leaves only nodes that hold no fresh
    /// leaf count.
    /// </summary>
    private int SmallestWithSlack(long slot, ReadOnlySpan<float> row)
    {
        for (int level = 1; level <= _tree.Levels; level++)
        {
            int node = NodeOf(slot, level);
            if (level > 1 && (node + 1) * RowsUnder(level) > (long)_freshLeaf * RowTree.Group)
                return 0;
            if (_tree.SizeWith(level, node, row) <= _mostSize[level][node])
                return level;
        }
        return 0;
    }

    /// <summary>Splits the subtrees that enough rows need, the largest first: it takes those under it along.</summary>
    private void Split(Dictionary<(int Level, int Node), int> needed, BallFitter fitter)
    {
        var done = new HashSet<(int Level, int Node)>();
        foreach (((int level, int node), int rows) in needed.OrderByDescending(pair => pair.Key.Level))
        {
            if (rows < LeastLeaving * RowsUnder(level))
                continue;
            bool isUnderAnother = false;
            for (int above = level, over = node; above <= _tree.Levels; above++, over /= RowTree.Group)
                isUnderAnother |= done.Contains((above, over));
            if (isUnderAnother)
                continue;
            done.Add((level, node));
            Split(level, node, fitter);
        }
    }

    /// <summary>Orders the rows under a node anew among its own slots and fits what bounds them; nothing outside changes.</summary>
    private void Split(int level, int node, BallFitter fitter)
    {
        int leaves = (int)(RowsUnder(level) / RowTree.Group), first = node * leaves;
        (NativeBuffer<float> rows, int[] ids) = Gather(first, first + leaves, [], []);
        using (rows)
        {
            var order = new int[ids.Length];
            new RowSplitter(Dimension).Order(rows, order);
            _tree.EmptyUnder(level, node);
            for (int i = 0; i < order.Length; i++)
                Put((long)first * RowTree.Group + i, ids[order[i]], rows.Slice((long)order[i] * Dimension, Dimension));
        }
        fitter.FitUnder(level, node);
        for (int below = level, from = node, to = node + 1; below >= 1; below--, from *= RowTree.Group, to *= RowTree.Group)
            for (int child = from; child < to; child++)
                if (below < level)
                    SetSlack(below, child);
        Resplit++;
    }

    private void ReserveSlack()
    {
        _mostSize = new double[_tree.Levels + 1][];
        for (int level = 0, nodes = _tree.Capacity; level <= _tree.Levels; level++)
        {
            _mostSize[level] = level == 0 ? [] : new double[nodes];
            nodes = level == 0 ? nodes : (nodes + RowTree.Group - 1) / RowTree.Group;
        }
    }

    private void SetSlack(int level, int node) => _mostSize[level][node] = Slack * _tree.SizeOf(level, node);

    private static int NodeOf(long slot, int level) => (int)(slot / RowsUnder(level));

    /// <summary>Slots under a node of a level.</summary>
    private static long RowsUnder(int level) => 1L << (4 * level);
}
