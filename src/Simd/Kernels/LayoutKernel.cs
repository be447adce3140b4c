using Subquad.Simd.Lanes;
using Subquad.Simd.Memory;

namespace Subquad.Simd.Kernels;

/// <summary>
/// Moves between layouts: plain copies with hardly any arithmetic. Their cost is one pass over memory, so they go in squares of 64 x 64, of
/// which a side's lines fit the caches; in vectors where both sides lie in order.
/// </summary>
internal static unsafe class LayoutKernel
{
    /// <summary>rows[i, id] = value for the entries of data of panels from..to; the panels are zeroed first.</summary>
    public static void Spread(ActiveView entries, PanelView rows, int panelFrom, int panelTo)
    {
        for (int panel = panelFrom; panel < panelTo; panel++)
        {
            float* values = rows.Data + panel * rows.Stride;
            new Span<float>(values, checked(rows.Columns * PanelMatrix.PanelRows)).Clear();
            int datumFrom = panel * PanelMatrix.PanelRows;
            int datumTo = Math.Min(entries.Count, datumFrom + PanelMatrix.PanelRows);
            for (int block = 0; block < entries.Blocks; block++)
            {
                float* columns = values + (long)block * ActiveBatch.BlockSize * PanelMatrix.PanelRows;
                long* starts = entries.Starts + (long)block * entries.Count;
                for (int datum = datumFrom; datum < datumTo; datum++)
                    for (long entry = starts[datum]; entry < starts[datum + 1]; entry++)
                        columns[(long)entries.Offsets[entry] * PanelMatrix.PanelRows + (datum - datumFrom)] = entries.Values[entry];
            }
        }
    }

    /// <summary>
    /// target[r, i] = source[r, i] + slack[r] * sizes[i]: what was left out is made up for by an allowance per row and datum.
    /// </summary>
    public static void Raise<TSimd, TVec>(PanelView source, float* slack, float* sizes, PanelView target, int panelFrom, int panelTo)
        where TSimd : struct, ISimd<TVec>
        where TVec : struct
    {
        for (int panel = panelFrom; panel < panelTo; panel++)
        {
            float* from = source.Data + panel * source.Stride;
            float* to = target.Data + panel * target.Stride;
            float* allowance = slack + panel * PanelMatrix.PanelRows;
            for (int column = 0; column < target.Columns; column++, from += PanelMatrix.PanelRows, to += PanelMatrix.PanelRows)
            {
                TVec size = TSimd.Broadcast(sizes[column]);
                for (int row = 0; row < PanelMatrix.PanelRows; row += TSimd.Count)
                    TSimd.Store(to + row, TSimd.Add(TSimd.Load(from + row), TSimd.Mul(TSimd.Load(allowance + row), size)));
            }
        }
    }

    /// <summary>
    /// target = source - scale * transposed^T, in squares of 64 x 64: a panel's worth of lines of each side fits the first-level cache.
    /// </summary>
    public static void SubtractTransposed(PanelView source, PanelView transposed, float scale, PanelView target, int panelFrom, int panelTo)
    {
        const int Side = PanelMatrix.PanelRows;
        int rowsTo = target.Rows;
        for (int panel = panelFrom; panel < panelTo; panel++)
        {
            int rowFrom = panel * Side, rows = Math.Min(Side, rowsTo - rowFrom);
            float* from = source.Data + panel * source.Stride;
            float* to = target.Data + panel * target.Stride;
            for (int columnFrom = 0; columnFrom < target.Columns; columnFrom += Side)
            {
                int columns = Math.Min(Side, target.Columns - columnFrom);
                float* square = transposed.Data + columnFrom / Side * transposed.Stride + (long)rowFrom * Side;
                for (int column = 0; column < columns; column++)
                {
                    long at = (long)(columnFrom + column) * Side;
                    for (int row = 0; row < rows; row++)
                        to[at + row] = from[at + row] - scale * square[(long)row * Side + column];
                    for (int row = Math.Max(rows, 0); row < Side; row++)
                        to[at + row] = 0f;
                }
            }
        }
    }

    /// <summary>destination[entry] = sums[id, datum] or sums[datum, id].</summary>
    public static void GatherActive(PanelView sums, ActiveView entries, bool dataInRows, float* destination, int blockFrom, int blockTo)
    {
        const int Side = PanelMatrix.PanelRows;
        for (int block = blockFrom; block < blockTo; block++)
        {
            long* starts = entries.Starts + (long)block * entries.Count;
            for (int datum = 0; datum < entries.Count; datum++)
                for (long entry = starts[datum]; entry < starts[datum + 1]; entry++)
                {
                    int id = block * ActiveBatch.BlockSize + entries.Offsets[entry];
                    (int row, int column) = dataInRows ? (datum, id) : (id, datum);
                    destination[entry] = sums.Data[row / Side * sums.Stride + (long)column * Side + row % Side];
                }
        }
    }

    /// <summary>target[id, datum] = value + slack[id] * sizes[datum].</summary>
    public static void SetListed(ActiveView listed, float* slack, float* sizes, PanelView target, int blockFrom, int blockTo)
    {
        const int Side = PanelMatrix.PanelRows;
        for (int block = blockFrom; block < blockTo; block++)
        {
            long* starts = listed.Starts + (long)block * listed.Count;
            for (int datum = 0; datum < listed.Count; datum++)
                for (long entry = starts[datum]; entry < starts[datum + 1]; entry++)
                {
                    int id = block * ActiveBatch.BlockSize + listed.Offsets[entry];
                    target.Data[id / Side * target.Stride + (long)datum * Side + id % Side] = listed.Values[entry]
                        + slack[id] * sizes[datum];
                }
        }
    }

    /// <summary>
    /// matrix = the lower triangle of gram, mirrored and narrowed; padded rows become zero. Each square is read along the rows of gram,
    /// whichever side of the diagonal it is on.
    /// </summary>
    public static void NarrowSymmetric<TSimd, TVec>(double* gram, long stride, PanelView matrix, int panelFrom, int panelTo)
        where TSimd : struct, ISimdDouble<TVec>
        where TVec : struct
    {
        const int Side = PanelMatrix.PanelRows;
        int n = matrix.Rows;
        float* narrow = stackalloc float[Side];
        for (int panel = panelFrom; panel < panelTo; panel++)
        {
            int rowFrom = panel * Side, rows = Math.Clamp(n - rowFrom, 0, Side);
            for (int columnFrom = 0; columnFrom < n; columnFrom += Side)
            {
                int columns = Math.Min(Side, n - columnFrom);
                float* square = matrix.Data + panel * matrix.Stride + (long)columnFrom * Side;
                if (rows < Side)
                    new Span<float>(square, columns * Side).Clear();
                if (columnFrom <= rowFrom)
                    for (int row = 0; row < rows; row++)
                    {
                        int toDiagonal = Math.Min(columns, rowFrom + row - columnFrom + 1);
                        Narrow<TSimd, TVec>(gram + (rowFrom + row) * stride + columnFrom, narrow, toDiagonal);
                        Stride(narrow, square + row, toDiagonal);
                    }
                if (columnFrom >= rowFrom)
                    for (int column = 0; column < columns; column++)
                        Narrow<TSimd, TVec>(gram + (columnFrom + column) * stride + rowFrom, square + column * Side,
                            Math.Min(rows, columnFrom + column - rowFrom));
            }
        }
    }

    private static void Narrow<TSimd, TVec>(double* from, float* to, int count)
        where TSimd : struct, ISimdDouble<TVec>
        where TVec : struct
    {
        int row = 0;
        for (; row <= count - TSimd.Count; row += TSimd.Count)
            TSimd.StoreNarrow(to + row, TSimd.Load(from + row));
        for (; row < count; row++)
            to[row] = (float)from[row];
    }

    /// <summary>Numbers to a row of a square: there they lie a column apart.</summary>
    private static void Stride(float* from, float* to, int count)
    {
        const int Side = PanelMatrix.PanelRows, Unroll = 4;
        for (; count >= Unroll; count -= Unroll, from += Unroll, to += Unroll * Side)
            (to[0], to[Side], to[2 * Side], to[3 * Side]) = (from[0], from[1], from[2], from[3]);
        for (; count > 0; count--, from++, to += Side)
            *to = *from;
    }
}
