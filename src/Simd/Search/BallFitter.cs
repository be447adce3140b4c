using Subquad.Simd.Memory;

namespace Subquad.Simd.Search;

/// <summary>
/// Fits balls to rows. The centre begins at the mean and moves towards the farthest row in shrinking steps (Badoiu and Clarkson, "Smaller
/// core-sets for balls", SODA 2003), which brings it near the centre of the smallest ball. All in float64; the centre is rounded before the
/// radius is taken.
/// </summary>
/// <remarks>
/// <b>Rounding.</b> A float chain of d multiply-adds for &lt;w, x&gt; is off by at most g |w| |x|, g = n u with n = 2d + 6 roundings (fused
/// or not). With r the true radius round c, chain(w) &lt;= chain(c) + (r + g (|w| + |c|)) |x| and |w| &lt;= |c| + r, so a node keeps R = r
/// + g (2 |c| + r), rounded up by what the test R |x| itself may lose. What products lose to underflow is absolute, and is in the bound
/// they are held against.
/// </remarks>
internal sealed class BallFitter(RowTree tree)
{
    private const int Group = RowTree.Group;

    /// <summary>Moves of a centre over sixteen rows; and over more rows, where a pass costs more and tells less.</summary>
    private const int LeafMoves = 9, NodeMoves = 2;

    private readonly double[] _centre = new double[tree.Dimension];
    private readonly double[] _squares = new double[Group];

    /// <summary>Fits every node whose rows all lie in leaf <paramref name="leaf"/> or after it.</summary>
    public void FitFrom(int leaf)
    {
        int first = leaf;
        for (int level = 1; level <= tree.Levels; level++, first = (first + Group - 1) / Group)
            for (int node = first; node < tree.NodesAt(level); node++)
                Fit(level, node);
    }

    /// <summary>Fits a node, whose leaves are all in use, and every node under it.</summary>
    public void FitUnder(int level, int node)
    {
        int from = node, to = node + 1;
        for (int below = level; below >= 1; below--, from *= Group, to *= Group)
            for (int child = from; child < to; child++)
                Fit(below, child);
    }

    /// <summary>Widens the nodes over a slot that have rows before leaf <paramref name="leaf"/> until they hold the slot's row.</summary>
    public void GrowAbove(long slot, int leaf)
    {
        int first = leaf, node = (int)(slot / Group);
        for (int level = 1; level <= tree.Levels; level++, first = (first + Group - 1) / Group, node /= Group)
            if (node < first)
                Grow(level, node, slot);
    }

    private void Grow(int level, int node, long slot)
    {
        bool empty = float.IsNegativeInfinity(tree.Ball(level, node, tree.Dimension));
        double square = 0, norm = 0;
        for (int j = 0; j < tree.Dimension; j++)
        {
            if (empty)
                tree.Ball(level, node, j) = tree.Row(slot, j);
            double centre = tree.Ball(level, node, j), difference = tree.Row(slot, j) - centre;
            square += difference * difference;
            norm += centre * centre;
        }
        ref float radius = ref tree.Ball(level, node, tree.Dimension);
        radius = Math.Max(radius, Inflate(Math.Sqrt(square), Math.Sqrt(norm)));
    }

    private void Fit(int level, int node)
    {
        long span = Group;
        for (int below = 1; below < level; below++)
            span *= Group;
        long from = node * span, to = Math.Min(from + span, (long)tree.Leaves * Group);
        long rows = Mean(from, to);
        if (rows == 0)
        {
            for (int j = 0; j < tree.Dimension; j++)
                tree.Ball(level, node, j) = 0;
            tree.Ball(level, node, tree.Dimension) = float.NegativeInfinity;
            return;
        }
        int moves = rows == 1 ? 0 : level == 1 ? LeafMoves : NodeMoves;
        for (int move = 0; move < moves; move++)
        {
            (long farthest, _) = Farthest(from, to);
            for (int j = 0; j < tree.Dimension; j++)
                _centre[j] += (tree.Row(farthest, j) - _centre[j]) / (move + 8);
        }
        double norm = 0;
        for (int j = 0; j < tree.Dimension; j++)
        {
            float centre = (float)_centre[j];
            tree.Ball(level, node, j) = centre;
            _centre[j] = centre;
            norm += (double)centre * centre;
        }
        tree.Ball(level, node, tree.Dimension) = Inflate(Math.Sqrt(Farthest(from, to).Square), Math.Sqrt(norm));
    }

    /// <summary>Sets the centre to the mean of the rows in these slots; returns how many there are.</summary>
    private long Mean(long from, long to)
    {
        long rows = 0;
        Array.Clear(_centre);
        for (long slot = from; slot < to; slot++)
            rows += tree.Ids[slot] >= 0 ? 1 : 0;
        for (int leaf = (int)(from / Group); leaf < to / Group; leaf++)
            for (int j = 0; j < _centre.Length; j++)
            {
                ReadOnlySpan<float> column = tree.Column(leaf, j);
                double sum = 0;
                foreach (float value in column)
                    sum += float.IsNaN(value) ? 0 : value;
                _centre[j] += sum;
            }
        for (int j = 0; j < _centre.Length; j++)
            _centre[j] /= Math.Max(1, rows);
        return rows;
    }

    private (long Slot, double Square) Farthest(long from, long to)
    {
        long farthest = from;
        double most = -1;
        for (int leaf = (int)(from / Group); leaf < to / Group; leaf++)
        {
            Array.Clear(_squares);
            for (int j = 0; j < _centre.Length; j++)
            {
                ReadOnlySpan<float> column = tree.Column(leaf, j);
                double centre = _centre[j];
                for (int lane = 0; lane < column.Length; lane++)
                {
                    double difference = column[lane] - centre;
                    _squares[lane] += difference * difference;
                }
            }
            for (int lane = 0; lane < Group; lane++)
                if (_squares[lane] > most)
                    (farthest, most) = ((long)leaf * Group + lane, _squares[lane]);
        }
        return (farthest, most);
    }

    private float Inflate(double radius, double norm)
    {
        double roundings = (2.0 * tree.Dimension + 6) / (1 << 24);
        return MathF.BitIncrement((float)((radius + roundings * (2 * norm + radius)) * (1 + 1e-6)));
    }
}
