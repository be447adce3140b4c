using Subquad.Simd.Memory;

namespace Subquad.Simd.Search;

public sealed partial class HalfSpaceTree
{
    /// <summary>
    /// Rows in fresh leaves and empty slots, as a share of all slots in use, from which all is built anew; and as many more as are never
    /// worth it.
    /// </summary>
    private const double MostStale = 0.25;
    private const int FewStale = 256;

    private readonly IdSlots _slots = new();
    private int _largestId;
    private int _freshLeaf;
    private long _freshRows, _freshSplit, _holes;

    // Ids and rows are copied first: what is checked must be what is used, also when another thread changes the arrays meanwhile.

    /// <summary>Adds rows under new ids.</summary>
    /// <param name="ids">0 or more each, none of them in the tree.</param>
    /// <param name="rows">Row after row.</param>
    /// <exception cref="ArgumentException">An id is taken, negative or given twice, or a number is NaN or infinite; the message names the
    /// row. Then nothing has changed.</exception>
    /// <exception cref="ObjectDisposedException">The tree was disposed.</exception>
    /// <exception cref="InvalidOperationException">Another call is using the tree.</exception>
    public void Insert(ReadOnlySpan<int> ids, ReadOnlySpan<float> rows)
    {
        using Use use = Use.Alone(this);
        ids = ids.ToArray();
        rows = rows.ToArray();
        CheckShape(ids, rows);
        CheckIds(ids, present: false);
        foreach (int id in ids)
            ReserveId(id);
        using var change = new Change(this);
        int count = Count + ids.Length;
        Place(ids, rows);
        Count = count;
        Renew();
        change.Done();
    }

    /// <summary>Takes rows out.</summary>
    /// <exception cref="ArgumentException">An id is not in the tree or given twice; the message names it. Then nothing has
    /// changed.</exception>
    /// <exception cref="ObjectDisposedException">The tree was disposed.</exception>
    /// <exception cref="InvalidOperationException">Another call is using the tree.</exception>
    public void Remove(ReadOnlySpan<int> ids)
    {
        using Use use = Use.Alone(this);
        ids = ids.ToArray();
        CheckIds(ids, present: true);
        using var change = new Change(this);
        foreach (int id in ids)
            Clear(id);
        Count -= ids.Length;
        Renew();
        change.Done();
    }

    /// <summary>Gives rows that are in the tree new values.</summary>
    /// <exception cref="ArgumentException">An id is not in the tree or given twice, or a number is NaN or infinite; the message names the
    /// row. Then nothing has changed.</exception>
    /// <exception cref="ObjectDisposedException">The tree was disposed.</exception>
    /// <exception cref="InvalidOperationException">Another call is using the tree.</exception>
    public void Move(ReadOnlySpan<int> ids, ReadOnlySpan<float> rows)
    {
        using Use use = Use.Alone(this);
        ids = ids.ToArray();
        rows = rows.ToArray();
        CheckShape(ids, rows);
        CheckIds(ids, present: true);
        using var change = new Change(this);
        List<int> leaving = MoveInPlace(ids, rows);
        if (leaving.Count == 0)
        {
            change.Done();
            return;
        }
        var movedIds = new int[leaving.Count];
        var moved = new float[leaving.Count * Dimension];
        for (int i = 0; i < movedIds.Length; i++)
        {
            movedIds[i] = ids[leaving[i]];
            rows.Slice(leaving[i] * Dimension, Dimension).CopyTo(moved.AsSpan(i * Dimension));
            Clear(movedIds[i]);
        }
        Place(movedIds, moved);
        Renew();
        change.Done();
    }

    private void Clear(int id)
    {
        _tree.ClearRow(_slots[id]);
        _slots[id] = -1;
        _holes++;
    }

    /// <summary>Puts rows into fresh leaves: first into what is free in the last one, then into new ones of their own.</summary>
    private void Place(ReadOnlySpan<int> ids, ReadOnlySpan<float> rows)
    {
        int needed = (ids.Length + RowTree.Group - 1) / RowTree.Group;
        if (_tree.Leaves + needed > _tree.Capacity)
        {
            Rebuild(ids, rows);
            return;
        }
        int placed = 0;
        if (_tree.Leaves > _freshLeaf)
        {
            long first = (_tree.Leaves - 1L) * RowTree.Group;
            var fitter = new BallFitter(_tree);
            for (long slot = first; slot < first + RowTree.Group && placed < ids.Length; slot++)
                if (_tree.Ids[slot] < 0)
                {
                    Put(slot, ids[placed], rows.Slice(placed++ * Dimension, Dimension));
                    fitter.GrowAbove(slot, _tree.Leaves);
                    _holes--;
                }
            if (placed > 0)
                SetSlack(1, _tree.Leaves - 1);
        }
        Append(ids[placed..], rows[(placed * Dimension)..]);
        _freshRows += ids.Length;
    }

    private void Append(ReadOnlySpan<int> ids, ReadOnlySpan<float> rows)
    {
        if (ids.Length == 0)
            return;
        using var copy = new NativeBuffer<float>(rows.Length);
        rows.CopyTo(copy.Span);
        Append(copy, ids);
    }

    /// <summary>Splits rows among new leaves and fits the balls over them.</summary>
    private void Append(NativeBuffer<float> rows, ReadOnlySpan<int> ids)
    {
        int first = _tree.Leaves;
        var order = new int[ids.Length];
        new RowSplitter(Dimension).Order(rows, order);
        for (int i = 0; i < order.Length; i++)
        {
            if (i % RowTree.Group == 0)
                _tree.AddLeaf();
            Put((long)first * RowTree.Group + i, ids[order[i]], rows.Slice((long)order[i] * Dimension, Dimension));
        }
        _holes += (long)_tree.Leaves * RowTree.Group - ((long)first * RowTree.Group + order.Length);
        var fitter = new BallFitter(_tree);
        fitter.FitFrom(first);
        if (first > 0)
            for (int i = 0; i < order.Length; i++)
                fitter.GrowAbove((long)first * RowTree.Group + i, first);
        for (int leaf = first; leaf < _tree.Leaves; leaf++)
            SetSlack(1, leaf);
    }

    private void Put(long slot, int id, ReadOnlySpan<float> row)
    {
        _tree.SetRow(slot, id, row);
        _slots[id] = (int)slot;
        _largestNorm = Math.Max(_largestNorm, NormOf(row));
    }

    /// <summary>Keeps staleness bounded after a change.</summary>
    private void Renew()
    {
        long slots = (long)_tree.Leaves * RowTree.Group;
        if (_freshRows + _holes > MostStale * slots + FewStale)
            Rebuild([], []);
        else if (_freshRows >= 2 * _freshSplit + RowTree.Group)
            SplitFresh();
    }

    private void SplitFresh()
    {
        long from = (long)_freshLeaf * RowTree.Group, slots = (long)_tree.Leaves * RowTree.Group;
        (NativeBuffer<float> rows, int[] ids) = Gather(_freshLeaf, [], []);
        using (rows)
        {
            _holes -= slots - from - ids.Length;
            _tree.CutLeaves(_freshLeaf);
            if (ids.Length > 0)
                Append(rows, ids);
        }
        _freshRows = _freshSplit = ids.Length;
    }

    private void Rebuild(ReadOnlySpan<int> moreIds, ReadOnlySpan<float> moreRows)
    {
        (NativeBuffer<float> rows, int[] ids) = Gather(0, moreIds, moreRows);
        using (rows)
            Build(rows, ids);
    }

    /// <summary>The rows from a leaf on, and more, row after row.</summary>
    private (NativeBuffer<float> Rows, int[] Ids) Gather(int leaf, ReadOnlySpan<int> moreIds, ReadOnlySpan<float> moreRows) =>
        Gather(leaf, _tree.Leaves, moreIds, moreRows);

    private (NativeBuffer<float> Rows, int[] Ids) Gather(int leaf, int to, ReadOnlySpan<int> moreIds, ReadOnlySpan<float> moreRows)
    {
        var ids = new List<int>();
        var slots = new List<long>();
        for (long slot = (long)leaf * RowTree.Group; slot < (long)to * RowTree.Group; slot++)
            if (_tree.Ids[slot] >= 0)
            {
                ids.Add(_tree.Ids[slot]);
                slots.Add(slot);
            }
        var rows = new NativeBuffer<float>((long)ids.Count * Dimension + moreRows.Length);
        for (int i = 0; i < slots.Count; i++)
            _tree.CopyRow(slots[i], rows.Slice((long)i * Dimension, Dimension));
        moreRows.CopyTo(rows.Slice((long)ids.Count * Dimension, moreRows.Length));
        ids.AddRange(moreIds);
        return (rows, [.. ids]);
    }

    /// <summary>
    /// Builds everything from these rows, with room for the fresh leaves to come, and measures what the cost model needs.
    /// </summary>
    private void Build(NativeBuffer<float> rows, int[] ids)
    {
        _tree.Dispose();
        _tree = new RowTree(Dimension, LeavesFor(ids.Length));
        ReserveSlack();
        _largestNorm = _holes = _freshRows = _freshSplit = 0;
        if (ids.Length > 0)
            Append(rows, ids);
        _holes = 0;
        Count = ids.Length;
        _freshLeaf = _tree.Leaves;
        for (int level = 2; level <= _tree.Levels; level++)
            for (int node = 0; node < _tree.NodesAt(level); node++)
                SetSlack(level, node);
        _listedCost = MeasureListedCost();
    }

    /// <summary>Bytes of a tree while it is built from rows.</summary>
    internal static Int128 BytesOf(int rows, int dimension) => RowTree.BytesOf(dimension, LeavesFor(rows))
        + NativeBuffer<float>.BytesOf((long)rows * dimension) + RowSplitter.BytesOf(rows);

    private static int LeavesFor(int rows)
    {
        int leaves = (int)(((long)rows + RowTree.Group - 1) / RowTree.Group);
        return leaves + leaves / 2 + 2 * FewStale;
    }

    private void ReserveId(int id)
    {
        _slots.Reserve(id);
        _largestId = Math.Max(_largestId, id);
    }

    /// <summary>A change that ends half-way, for lack of memory, disposes the tree: its parts no longer fit each other.</summary>
    private ref struct Change(HalfSpaceTree tree) : IDisposable
    {
        private bool _isDone;

        public void Done() => _isDone = true;

        public readonly void Dispose()
        {
            if (!_isDone)
                tree.Dispose();
        }
    }

    private void CheckShape(ReadOnlySpan<int> ids, ReadOnlySpan<float> rows)
    {
        if (rows.Length != (long)ids.Length * Dimension)
            throw new ArgumentException($"{ids.Length} rows of {Dimension} are not {rows.Length} numbers");
        CheckFinite(rows);
    }

    private void CheckFinite(ReadOnlySpan<float> rows)
    {
        for (int i = 0; i < rows.Length; i++)
            if (!float.IsFinite(rows[i]))
                throw new ArgumentException($"row {i / Dimension} holds {rows[i]} at {i % Dimension}; every number must be finite");
    }

    /// <summary>Each id once, and all in the tree or none.</summary>
    private void CheckIds(ReadOnlySpan<int> ids, bool present)
    {
        var seen = new HashSet<int>();
        foreach (int id in ids)
        {
            if (id < 0 || id == int.MaxValue)
                throw new ArgumentException($"id {id} is outside 0 to {int.MaxValue - 1}");
            if (!seen.Add(id))
                throw new ArgumentException($"id {id} is given twice");
            if (_slots[id] >= 0 != present)
                throw new ArgumentException(present ? $"id {id} is not in the tree" : $"id {id} is in the tree already");
        }
    }
}
