using Subquad.Simd.Memory;

namespace Subquad.Simd.Search;

/// <summary>
/// Puts rows into an order in which sixteen in a row are near each other: splits at right angles to an axis, again and again, each along
/// the axis and at the place where the sum of squared distances from the means of the two sides falls most (a two-means split in one
/// dimension). Even data are halved, clusters come apart where they are apart. Cuts lie at multiples of sixteen, so no group straddles one
/// and no slot is wasted.
/// </summary>
/// <param name="dimension">d.</param>
internal sealed unsafe class RowSplitter(int dimension)
{
    private const int Group = RowTree.Group;

    /// <summary>Rows that a split looks at, and axes: those on which they vary most.</summary>
    private const int Sample = 256, MostAxes = 4;

    /// <summary>A side gets at least this share of the rows.</summary>
    private const double LeastShare = 1.0 / 16;

    private readonly double[] _spreads = new double[dimension];
    private readonly double[] _means = new double[dimension];
    private readonly float[] _keys = new float[Sample];
    private KeyedRow* _entries;
    private float* _rows;

    /// <summary>Bytes held while so many rows are ordered.</summary>
    public static Int128 BytesOf(int rows) => NativeBuffer<KeyedRow>.BytesOf(rows);

    /// <summary>Orders the row numbers 0 to n - 1 into <paramref name="order"/>.</summary>
    /// <param name="rows">n x d, row after row.</param>
    /// <param name="order">n numbers, overwritten.</param>
    public void Order(NativeBuffer<float> rows, Span<int> order)
    {
        using var entries = new NativeBuffer<KeyedRow>(order.Length);
        _entries = entries.Pointer;
        _rows = rows.Pointer;
        for (int i = 0; i < order.Length; i++)
            _entries[i].Row = i;
        Split(0, order.Length);
        for (int i = 0; i < order.Length; i++)
            order[i] = _entries[i].Row;
        GC.KeepAlive(rows);
    }

    private void Split(int from, int to)
    {
        // The smaller side by recursion, the larger one in place: the stack stays shallow whatever the cuts.
        while (to - from > Group)
        {
            int taken = Math.Min(to - from, Sample);
            (int axis, double share) = Best(from, to, taken);
            int groups = (to - from + Group - 1) / Group;
            int cut = from + Group * Math.Clamp((int)Math.Round(groups * share), 1, groups - 1);
            for (int i = from; i < to; i++)
                _entries[i].Key = _rows[(long)_entries[i].Row * dimension + axis];
            Select(from, to, cut);
            if (cut - from < to - cut)
            {
                Split(from, cut);
                from = cut;
            }
            else
            {
                Split(cut, to);
                to = cut;
            }
        }
    }

    private float* Sampled(int from, int to, int taken, int i) =>
        _rows + (long)_entries[from + (int)((long)i * (to - from) / taken)].Row * dimension;

    /// <summary>The axis to split along, and the share of rows below the cut.</summary>
    private (int Axis, double Share) Best(int from, int to, int taken)
    {
        Array.Clear(_means);
        Array.Clear(_spreads);
        for (int i = 0; i < taken; i++)
        {
            float* row = Sampled(from, to, taken, i);
            for (int j = 0; j < dimension; j++)
                _means[j] += row[j];
        }
        for (int j = 0; j < dimension; j++)
            _means[j] /= taken;
        for (int i = 0; i < taken; i++)
        {
            float* row = Sampled(from, to, taken, i);
            for (int j = 0; j < dimension; j++)
                _spreads[j] += (row[j] - _means[j]) * (row[j] - _means[j]);
        }
        (int best, double share, double most) = (0, 0.5, -1);
        for (int axes = Math.Min(dimension, MostAxes); axes > 0; axes--)
        {
            int axis = 0;
            for (int j = 1; j < dimension; j++)
                if (_spreads[j] > _spreads[axis])
                    axis = j;
            // No cut gains more than all of the spread, and this is the widest axis left.
            if (_spreads[axis] <= most)
                break;
            (double place, double gain) = Cut(from, to, taken, axis);
            if (gain > most)
                (best, share, most) = (axis, place, gain);
            _spreads[axis] = -1;
        }
        return (best, share);
    }

    /// <summary>Where the sampled rows fall apart best along an axis, and by how much the sum of squares falls.</summary>
    private (double Share, double Gain) Cut(int from, int to, int taken, int axis)
    {
        Span<float> keys = _keys.AsSpan(0, taken);
        double total = 0, below = 0, most = -1;
        for (int i = 0; i < taken; i++)
            total += keys[i] = Sampled(from, to, taken, i)[axis];
        keys.Sort();
        int place = taken / 2;
        for (int i = 1; i < taken; i++)
        {
            below += keys[i - 1];
            if (i < taken * LeastShare || i > taken * (1 - LeastShare))
                continue;
            double gap = below / i - (total - below) / (taken - i), gain = (double)i * (taken - i) / taken * gap * gap;
            if (gain > most)
                (place, most) = (i, gain);
        }
        return ((double)place / taken, most);
    }

    /// <summary>Quickselect: no key before <paramref name="cut"/> is above one at or after it.</summary>
    private void Select(int from, int to, int cut)
    {
        for (int last = to - 1; from < last;)
        {
            float a = _entries[from].Key, b = _entries[from + (last - from) / 2].Key, c = _entries[last].Key;
            float pivot = Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));
            int i = from, j = last;
            while (i <= j)
            {
                while (_entries[i].Key < pivot)
                    i++;
                while (_entries[j].Key > pivot)
                    j--;
                if (i > j)
                    break;
                (_entries[i], _entries[j]) = (_entries[j], _entries[i]);
                i++;
                j--;
            }
            if (cut <= j)
                last = j;
            else if (cut >= i)
                from = i;
            else
                return;
        }
    }

    private struct KeyedRow
    {
        public float Key;
        public int Row;
    }
}
