using Subquad.Simd.Dispatch;
using Subquad.Simd.Memory;

namespace Subquad.Perf.Kernels.Cases;

/// <summary>Verbs that go through pre-activations: thresholds, certificates, changes of layout.</summary>
sealed class ListCases : IVerbCases
{
    const int Width = 4_096, Data = 512, Order = 1_024;
    const double Density = 0.05;

    readonly PanelMatrix _sums = Operands.Panels(Width, Data, 1), _support = new(Width, Data), _raised = new(Width, Data),
        _transposed = Operands.Panels(Data, Width, 2), _rows = new(Data, Width),
        _symmetric = new(Order, Order), _sparse = new(Width, Data);
    readonly ActiveBatch _listed = Operands.Lists(Data, Width, Density, 3), _counts = new(), _lists = new(), _above = new(),
        _nonZero = new(), _uncertain = new();
    readonly NativeBuffer<float> _thresholds = new(Width), _perRow = new(Width), _perDatum = new(Data), _gathered;
    readonly NativeBuffer<double> _gram = new((long)Order * Order);
    readonly RowBound _bound = new(Width, Data);

    public ListCases()
    {
        _gathered = new(_listed.Entries);
        _thresholds.Span.Fill((float)(0.5 - Density));
        _bound.Limits.Span.Fill((float)(0.5 - Density));
        KernelSets.Best.Spread(_listed, _listed.Values, _rows, 0, _rows.Panels);
        KernelSets.Best.SubtractTransposed(_support, _rows, -1f, _sparse, 0, _sparse.Panels);
        foreach (ActiveBatch batch in (ActiveBatch[])[_counts, _lists, _above, _nonZero, _uncertain])
            batch.Reshape(Data, Width);
        KernelSets.Best.CountAbove(_sums, _thresholds, _lists, 0, _lists.Blocks);
        KernelSets.Best.CountListedAbove(_listed, _listed.Values, _thresholds, _above, 0, _above.Blocks);
        KernelSets.Best.CountNonZero(_sparse, _nonZero, 0, _nonZero.Blocks);
        KernelSets.Best.RaiseAndCountUncertain(_sums, _support, _bound, _uncertain, 0, _uncertain.Blocks);
        foreach (ActiveBatch batch in (ActiveBatch[])[_lists, _above, _nonZero, _uncertain])
            batch.SumCountsAndReserve();
    }

    public IEnumerable<VerbCase> Cases()
    {
        double matrix = 4.0 * Width * Data, lines = Operands.LineBytes(_listed), entries = _listed.Entries;
        int blocks = _lists.Blocks, panels = _sums.Panels;
        string shape = $"m = {Width:#,0}, n = {Data}", some = shape + $", {Density:0 %}";
        yield return Moves("CountAbove", some, matrix, set => set.CountAbove(_sums, _thresholds, _counts, 0, blocks));
        yield return Moves(
            "CompressAbove", some, matrix + 6.0 * _lists.Entries, set => set.CompressAbove(_sums, _thresholds, 1f, _lists, 0, blocks));
        yield return Moves("GatherActive", some, lines + 6 * entries, set => set.GatherActive(_sums, _listed, false, _gathered, 0, blocks));
        yield return Moves("Raise", shape, 2 * matrix, set => set.Raise(_sums, _perRow, _perDatum, _raised, 0, panels));
        // Nothing is added, so every call finds the bounds that the first one found.
        yield return Moves(
            "RaiseAndCountUncertain", some, 3 * matrix, set => set.RaiseAndCountUncertain(_sums, _support, _bound, _counts, 0, blocks));
        yield return Moves(
            "ListUncertain", some, matrix + 2.0 * _uncertain.Entries, set => set.ListUncertain(_sums, _bound, _uncertain, 0, blocks));
        yield return Moves(
            "SetListed", some, 2 * lines + 6 * entries,
            set => set.SetListed(_listed, _listed.Values, _perRow, _perDatum, _raised, 0, blocks));
        yield return Moves(
            "CountListedAbove", some, 6 * entries, set => set.CountListedAbove(_listed, _listed.Values, _thresholds, _counts, 0, blocks));
        yield return Moves(
            "CompressListedAbove", some, 6 * entries + 6.0 * _above.Entries,
            set => set.CompressListedAbove(_listed, _listed.Values, _thresholds, 1f, _above, 0, blocks));
        yield return Moves("CountNonZero", some, matrix, set => set.CountNonZero(_sparse, _counts, 0, blocks));
        yield return Moves("ListNonZero", some, matrix + 2.0 * _nonZero.Entries, set => set.ListNonZero(_sparse, _nonZero, 0, blocks));
        yield return Moves("Spread", some, 6 * entries + 2 * lines, set => set.Spread(_listed, _listed.Values, _rows, 0, _rows.Panels));
        yield return Moves(
            "SubtractTransposed", shape, 3 * matrix, set => set.SubtractTransposed(_sums, _transposed, 1f, _raised, 0, panels));
        yield return Moves(
            "NarrowSymmetric", $"n = {Order:#,0}", 8.0 * Order * Order / 2 + 4.0 * Order * Order,
            set => set.NarrowSymmetric(_gram, Order, _symmetric, 0, _symmetric.Panels));
    }

    public void Dispose()
    {
        foreach (IDisposable part in (IDisposable[])[
            _sums, _support, _raised, _transposed, _rows, _symmetric, _sparse, _listed, _counts, _lists, _above, _nonZero, _uncertain,
            _thresholds, _perRow, _perDatum, _gathered, _gram, _bound])
            part.Dispose();
    }

    static VerbCase Moves(string name, string shape, double bytes, Action<Subquad.Simd.KernelSet> work) => new(name, shape, work)
    {
        Bytes = bytes,
        Footprint = bytes,
    };
}
