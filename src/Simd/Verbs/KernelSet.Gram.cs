using Subquad.Simd.Memory;

namespace Subquad.Simd;

/// <content>Gram matrices, and the layouts around them.</content>
public abstract partial class KernelSet
{
    /// <summary>
    /// Gram: gram[i, j] = sum over r of U[j, r] u_i[r] for i at or after row j's panel pair, i.e. the lower triangle and the diagonal
    /// blocks. Chains of float32 are widened into float64 at least every 64 terms.
    /// </summary>
    /// <param name="rows">U: data in rows (n x width), zeros where inactive.</param>
    /// <param name="entries">The structure of u.</param>
    /// <param name="values">u, in the order of <paramref name="entries"/>; may differ from U's (then gram is not symmetric and only its
    /// lower part is given).</param>
    /// <param name="gram">n x stride, row-major.</param>
    /// <param name="stride">At least the padded rows of U.</param>
    /// <param name="panelFrom">First panel of U, even.</param>
    /// <param name="panelTo">One past the last panel, even.</param>
    public void Gram(
        PanelMatrix rows, ActiveBatch entries, NativeBuffer<float> values, NativeBuffer<double> gram, int stride, int panelFrom,
        int panelTo)
    {
        using Use use1 = Use.Shared(rows), use2 = Use.Shared(entries), use3 = Use.Shared(values), use4 = Use.Shared(gram);
        CheckGram(rows, entries, values, gram, stride, panelFrom, panelTo);
        GramUnchecked(rows, entries, values, gram, stride, panelFrom, panelTo);
    }

    internal static void CheckGram(
        PanelMatrix rows, ActiveBatch entries, NativeBuffer<float> values, NativeBuffer<double> gram, int stride, int panelFrom,
        int panelTo)
    {
        CheckRows(entries, values, rows, panelFrom, panelTo);
        CheckPairsOfPanels(panelFrom, panelTo);
        long padded = (long)rows.Panels * PanelMatrix.PanelRows;
        Expect.That(
            stride >= padded && gram.Length >= (long)stride * rows.Rows,
            $"expected a Gram matrix of {rows.Rows} rows of at least {padded}, found {gram.Length} elements in rows of {stride}");
    }

    internal void GramUnchecked(
        PanelMatrix rows, ActiveBatch entries, NativeBuffer<float> values, NativeBuffer<double> gram, int stride, int panelFrom,
        int panelTo) =>
        Serving(NativeVerb.Gram).GramCore(rows, entries, values, gram, stride, panelFrom, panelTo);

    private protected abstract void GramCore(
        PanelMatrix rows, ActiveBatch entries, NativeBuffer<float> values, NativeBuffer<double> gram, int stride, int panelFrom,
        int panelTo);

    /// <summary>
    /// Spreads sparse rows into a zeroed panel matrix with data in rows, for data of panels <paramref name="panelFrom"/> to
    /// <paramref name="panelTo"/> - 1.
    /// </summary>
    public void Spread(ActiveBatch entries, NativeBuffer<float> values, PanelMatrix rows, int panelFrom, int panelTo)
    {
        using Use use1 = Use.Shared(entries), use2 = Use.Shared(values), use3 = Use.Shared(rows);
        CheckSpread(entries, values, rows, panelFrom, panelTo);
        SpreadUnchecked(entries, values, rows, panelFrom, panelTo);
    }

    internal static void CheckSpread(ActiveBatch entries, NativeBuffer<float> values, PanelMatrix rows, int panelFrom, int panelTo)
    {
        CheckRows(entries, values, rows, panelFrom, panelTo);
        CheckWritable(rows);
    }

    internal void SpreadUnchecked(ActiveBatch entries, NativeBuffer<float> values, PanelMatrix rows, int panelFrom, int panelTo) =>
        Serving(NativeVerb.Spread).SpreadCore(entries, values, rows, panelFrom, panelTo);

    private protected abstract void SpreadCore(
        ActiveBatch entries, NativeBuffer<float> values, PanelMatrix rows, int panelFrom, int panelTo);

    /// <summary>
    /// target[r, i] = source[r, i] - scale * transposed[i, r]: takes a matrix with data in rows from one with data in columns, for panels
    /// of target.
    /// </summary>
    public void SubtractTransposed(PanelMatrix source, PanelMatrix transposed, float scale, PanelMatrix target, int panelFrom, int panelTo)
    {
        using Use use1 = Use.Shared(source), use2 = Use.Shared(transposed), use3 = Use.Shared(target);
        CheckTransposed(source, transposed, target, panelFrom, panelTo);
        SubtractTransposedUnchecked(source, transposed, scale, target, panelFrom, panelTo);
    }

    internal static void CheckTransposed(PanelMatrix source, PanelMatrix transposed, PanelMatrix target, int panelFrom, int panelTo)
    {
        CheckSameShape(source, target);
        CheckWritable(target);
        Expect.That(
            transposed.Rows == target.Columns && transposed.Columns == target.Rows,
            $"expected a transposed matrix of {target.Columns} x {target.Rows}, found {transposed.Rows} x {transposed.Columns}");
        CheckRange(panelFrom, panelTo, target.Panels);
    }

    internal void SubtractTransposedUnchecked(
        PanelMatrix source, PanelMatrix transposed, float scale, PanelMatrix target, int panelFrom, int panelTo) =>
        Serving(NativeVerb.SubtractTransposed).SubtractTransposedCore(source, transposed, scale, target, panelFrom, panelTo);

    private protected abstract void SubtractTransposedCore(
        PanelMatrix source, PanelMatrix transposed, float scale, PanelMatrix target, int panelFrom, int panelTo);

    /// <summary>
    /// matrix[i, j] = matrix[j, i] = the narrowed lower triangle of <paramref name="gram"/>, for panels of matrix (n x n).
    /// </summary>
    public void NarrowSymmetric(NativeBuffer<double> gram, int stride, PanelMatrix matrix, int panelFrom, int panelTo)
    {
        using Use use1 = Use.Shared(gram), use2 = Use.Shared(matrix);
        CheckNarrow(gram, stride, matrix, panelFrom, panelTo);
        NarrowSymmetricUnchecked(gram, stride, matrix, panelFrom, panelTo);
    }

    internal static void CheckNarrow(NativeBuffer<double> gram, int stride, PanelMatrix matrix, int panelFrom, int panelTo)
    {
        Expect.That(matrix.Rows == matrix.Columns, $"expected a square matrix, found {matrix.Rows} x {matrix.Columns}");
        CheckWritable(matrix);
        CheckSquare(gram, stride, matrix.Rows);
        CheckRange(panelFrom, panelTo, matrix.Panels);
    }

    internal void NarrowSymmetricUnchecked(NativeBuffer<double> gram, int stride, PanelMatrix matrix, int panelFrom, int panelTo) =>
        Serving(NativeVerb.NarrowSymmetric).NarrowSymmetricCore(gram, stride, matrix, panelFrom, panelTo);

    private protected abstract void NarrowSymmetricCore(
        NativeBuffer<double> gram, int stride, PanelMatrix matrix, int panelFrom, int panelTo);

    private static void CheckRows(ActiveBatch entries, NativeBuffer<float> values, PanelMatrix rows, int panelFrom, int panelTo)
    {
        Expect.That(
            rows.Rows == entries.Count && rows.Columns == entries.Width,
            $"expected rows of {entries.Count} data x {entries.Width}, found {rows.Rows} x {rows.Columns}");
        entries.CheckValues(values);
        CheckRange(panelFrom, panelTo, rows.Panels);
    }

    private static void CheckPairsOfPanels(int panelFrom, int panelTo) =>
        Expect.That(panelFrom % 2 == 0 && panelTo % 2 == 0, $"expected a range of pairs of panels, found {panelFrom} to {panelTo}");
}
