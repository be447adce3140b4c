using Subquad.Simd.Memory;

namespace Subquad.Simd.Search;

/// <summary>
/// Puts rows into an order in which sixteen in a row are near each other: two-means splits, again and again, each cut where the sum of squares along the line between the two
/// centres falls most. Cuts lie at multiples of sixteen, so no group straddles one and no slot is wasted. Even data are halved, clusters come apart where they are apart.
/// </summary>
/// <param name="dimension">d.</param>
internal sealed unsafe class BallSplitter(int dimension)
{
    private const int Group = BallTree.Group;
    private const int Sample = 256, Rounds = 4;

    /// <summary>A side gets at least this share of the rows: bounds the depth.</summary>
    private const double LeastShare = 1.0 / 16;

    private readonly double[] _line = new double[dimension];
    private readonly double[] _centres = new double[2 * dimension];
    private readonly double[] _mean = new double[dimension];
    private readonly bool[] _side = new bool[Sample];
    private readonly double[] _keys = new double[Sample];
    private KeyedRow* _entries;
    private float* _rows;

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
            FindLine(from, to, taken);
            int cut = from + Cut(to - from, taken);
            for (int i = from; i < to; i++)
                _entries[i].Key = Along(_entries[i].Row);
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

    private float* Sampled(int from, int to, int taken, int i) => _rows + (long)_entries[from + (int)((long)i * (to - from) / taken)].Row * dimension;

    /// <summary>Two-means on a sample, begun on either side of the mean of the widest coordinate.</summary>
    private void FindLine(int from, int to, int taken)
    {
        Array.Clear(_mean);
        Array.Clear(_line);
        for (int i = 0; i < taken; i++)
        {
            float* row = Sampled(from, to, taken, i);
            for (int j = 0; j < dimension; j++)
            {
                _mean[j] += row[j];
                _line[j] += (double)row[j] * row[j];
            }
        }
        int widest = 0;
        double most = -1;
        for (int j = 0; j < dimension; j++)
        {
            _mean[j] /= taken;
            double spread = _line[j] / taken - _mean[j] * _mean[j];
            if (spread > most)
                (widest, most) = (j, spread);
        }
        for (int i = 0; i < taken; i++)
            _side[i] = Sampled(from, to, taken, i)[widest] > _mean[widest];
        Array.Clear(_line);
        _line[widest] = 1;
        for (int round = 0; round < Rounds && Centre(from, to, taken); round++)
        {
            double middle = 0;
            for (int j = 0; j < dimension; j++)
            {
                _line[j] = _centres[dimension + j] - _centres[j];
                middle += _line[j] * (_centres[dimension + j] + _centres[j]) / 2;
            }
            for (int i = 0; i < taken; i++)
            {
                _keys[i] = Along(Sampled(from, to, taken, i));
                _side[i] = _keys[i] > middle;
            }
        }
        for (int i = 0; i < taken; i++)
            _keys[i] = Along(Sampled(from, to, taken, i));
    }

    /// <summary>The centres of the two sides; false when one is empty.</summary>
    private bool Centre(int from, int to, int taken)
    {
        Array.Clear(_centres);
        int upper = 0;
        for (int i = 0; i < taken; i++)
        {
            float* row = Sampled(from, to, taken, i);
            int offset = _side[i] ? dimension : 0;
            upper += _side[i] ? 1 : 0;
            for (int j = 0; j < dimension; j++)
                _centres[offset + j] += row[j];
        }
        if (upper == 0 || upper == taken)
            return false;
        for (int j = 0; j < dimension; j++)
        {
            _centres[j] /= taken - upper;
            _centres[dimension + j] /= upper;
        }
        return true;
    }

    private double Along(int row) => Along(_rows + (long)row * dimension);

    private double Along(float* row)
    {
        double sum = 0;
        for (int j = 0; j < _line.Length; j++)
            sum += _line[j] * row[j];
        return sum;
    }

    /// <summary>Rows below the cut: a multiple of a group, where the sampled keys fall apart best.</summary>
    private int Cut(int count, int taken)
    {
        Span<double> keys = _keys.AsSpan(0, taken);
        keys.Sort();
        double total = 0, below = 0, best = -1;
        foreach (double key in keys)
            total += key;
        int place = taken / 2;
        for (int i = 1; i < taken; i++)
        {
            below += keys[i - 1];
            if (i < taken * LeastShare || i > taken * (1 - LeastShare))
                continue;
            double gap = below / i - (total - below) / (taken - i), gain = (double)i * (taken - i) * gap * gap;
            if (gain > best)
                (place, best) = (i, gain);
        }
        int groups = (count + Group - 1) / Group;
        return Group * Math.Clamp((int)Math.Round((double)groups * place / taken), 1, groups - 1);
    }

    /// <summary>Quickselect: no key before <paramref name="cut"/> is above one at or after it.</summary>
    private void Select(int from, int to, int cut)
    {
        for (int last = to - 1; from < last;)
        {
            double a = _entries[from].Key, b = _entries[from + (last - from) / 2].Key, c = _entries[last].Key;
            double pivot = Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));
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
        public double Key;
        public int Row;
    }
}
