using System.Runtime.CompilerServices;
using Subquad.Simd.Lanes;
using Subquad.Simd.Memory;

namespace Subquad.Simd.Kernels;

/// <summary>
/// sums[r, i] = sum over the entries (j, x) of datum i of W[r, j] x: whole columns of active inputs stream into eight accumulators that
/// stay in registers. Layout: W in panels; sums either a panel matrix (datum i owns 64 consecutive sums of a panel) or row-major (datum i
/// owns a row). No aliasing. Eight vectors: a multiply-add takes four cycles and up to two start in each. On 512 bits they span two panels,
/// on narrower sets one or less. Many entries go tile by tile: one block of inputs of two panels (256 KiB), visited by every datum while
/// the next one is asked into the second-level cache. So few that data hardly share a column go datum by datum, each from the first tile to
/// the last, while columns further on are asked for. A panel pair that is mostly padding streams less: four vectors where its rows fill no
/// more (a Gram factor of 64 data), one where they fill no more than that (an output matrix, a row per class).
/// </summary>
internal static unsafe class AccumulateKernel<TSimd, TVec, TSums>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
    where TSums : struct, ISums<TVec>
{
    private const int LineFloats = 16;
    private const int PairRows = 2 * PanelMatrix.PanelRows;
    private const int TileFloats = ActiveBatch.BlockSize * PanelMatrix.PanelRows;

    /// <summary>Rows of four vectors.</summary>
    private static int Half => 4 * TSimd.Count;

    /// <param name="w">W.</param>
    /// <param name="x">Sparse rows.</param>
    /// <param name="sums">The sum of row panelFrom * 64 and datum 0.</param>
    /// <param name="panelStride">Sums from one panel to the next.</param>
    /// <param name="datumStride">Sums from one datum to the next.</param>
    /// <param name="panelFrom">First panel, even.</param>
    /// <param name="panelTo">One past the last panel, even.</param>
    /// <param name="lowerOnly">Leaves out the data before the panel pair's first row (a symmetric result).</param>
    /// <param name="datumFrom">First datum.</param>
    /// <param name="datumTo">One past the last datum; all data when it is more.</param>
    public static void Run(
        PanelView w, ActiveView x, byte* sums, long panelStride, long datumStride, int panelFrom, int panelTo, bool lowerOnly,
        int datumFrom = 0, int datumTo = int.MaxValue)
    {
        datumTo = Math.Min(datumTo, x.Count);
        bool few = x.HasFewerEntriesThanInputs(datumFrom, datumTo);
        for (int panel = panelFrom; panel < panelTo; panel += 2)
        {
            byte* pairSums = sums + panel * panelStride * TSums.ElementBytes;
            float* tile = w.Data + panel * w.Stride;
            int first = lowerOnly ? Math.Min(datumTo, panel * PanelMatrix.PanelRows)
                : datumFrom, rows = w.Rows - panel * PanelMatrix.PanelRows;
            if (first == datumTo)
                continue;
            ClearPadding(rows, first, datumTo, pairSums, panelStride, datumStride);
            // A chain that may not run from tile to tile gains nothing from meeting all of them.
            if (few && TSums.LongestChain == int.MaxValue && rows > TSimd.Count)
            {
                ByDatum(w, x, tile, rows, first, datumTo, pairSums, panelStride, datumStride);
                continue;
            }
            for (int block = 0; block < x.Blocks; block++, tile += TileFloats)
            {
                float* next = few ? null : block + 1 < x.Blocks ? tile + TileFloats : panel + 2 < panelTo ? w.Data + (panel + 2) * w.Stride
                    : null;
                if (rows <= TSimd.Count)
                    NarrowTile(x, tile, block, first, datumTo, pairSums, datumStride);
                else
                    Tile(w, x, tile, next, block, rows, first, datumTo, pairSums, panelStride, datumStride);
            }
        }
    }

    /// <summary>Zeros the sums of padding that the streams of a pair with few rows do not reach.</summary>
    private static void ClearPadding(int rows, int datumFrom, int datumTo, byte* sums, long panelStride, long datumStride)
    {
        int reached = rows <= TSimd.Count ? TSimd.Count : (rows + Half - 1) / Half * Half;
        for (int datum = datumFrom; datum < datumTo && reached < PairRows; datum++)
            for (int row = reached; row < PairRows; row += TSimd.Count)
                TSums.End(At(sums, panelStride, row) + datum * datumStride * TSums.ElementBytes, TSimd.Zero, first: true);
    }

    private static void ByDatum(
        PanelView w, ActiveView x, float* panels, int rows, int datumFrom, int datumTo, byte* sums, long panelStride, long datumStride)
    {
        bool asks = ColumnLookahead<TSimd, TVec>.PaysFor(w.Rows, w.Columns, PanelMatrix.PanelRows);
        var columns = new ColumnLookahead<TSimd, TVec>(
            x, panels, rows > PanelMatrix.PanelRows ? w.Stride : 0, PanelMatrix.PanelRows, datumFrom, asks ? datumTo : datumFrom);
        NoLookahead nothing = default;
        for (int datum = datumFrom; datum < datumTo; datum++)
        {
            byte* own = sums + datum * datumStride * TSums.ElementBytes;
            for (int row = 0; row < Math.Min(rows, PairRows); row += 2 * Half)
                if (row == 0 && asks)
                    Chains(w, x, x.Starts + datum, x.Blocks, panels, row, rows, own, panelStride, first: true, ref columns);
                else
                    Chains(w, x, x.Starts + datum, x.Blocks, panels, row, rows, own, panelStride, first: true, ref nothing);
        }
    }

    private static void Tile(PanelView w, ActiveView x, float* tile, float* next, int block, int rows, int datumFrom, int datumTo,
        byte* sums, long panelStride, long datumStride)
    {
        long* starts = x.Starts + (long)block * x.Count;
        int columns = Math.Min(ActiveBatch.BlockSize, x.Width - block * ActiveBatch.BlockSize);

        // Nearly every line of the next tile is wanted, unless entries are few: each visit asks for a share of them.
        int passes = (Math.Min(rows, PairRows) + 2 * Half - 1) / (2 * Half), panels = rows > PanelMatrix.PanelRows ? 2 : 1;
        long visits = (long)(datumTo - datumFrom) * passes;
        long share = next != null ? (panels * columns * 4 + visits - 1) / visits * LineFloats : 0;
        long ahead = 0, tileFloats = (long)columns * PanelMatrix.PanelRows;
        NoLookahead nothing = default;

        for (int row = 0; row < Math.Min(rows, PairRows); row += 2 * Half)
            for (int datum = datumFrom; datum < datumTo; datum++)
            {
                for (long line = ahead; line < ahead + share; line += LineFloats)
                    TSimd.Prefetch(line < tileFloats ? next + line : next + w.Stride + (line - tileFloats));
                ahead += share;
                if (block == 0 || starts[datum] < starts[datum + 1])
                    Chains(w, x, starts + datum, 1, tile, row, rows, sums + datum * datumStride * TSums.ElementBytes, panelStride,
                        first: block == 0, ref nothing);
            }
    }

    /// <summary>
    /// A traversal of its own: a datum's chain is so short that what a pass of many rows does around it cost a third more.
    /// </summary>
    private static void NarrowTile(ActiveView x, float* tile, int block, int datumFrom, int datumTo, byte* sums, long datumStride)
    {
        long* starts = x.Starts + (long)block * x.Count;
        NoLookahead nothing = default;
        for (int datum = datumFrom; datum < datumTo; datum++)
        {
            // The line of each column that the next datum needs.
            if (datum + 1 < datumTo)
                for (long entry = starts[datum + 1]; entry < starts[datum + 2]; entry++)
                    TSimd.Prefetch(tile + (long)x.Offsets[entry] * PanelMatrix.PanelRows);
            byte* own = sums + datum * datumStride * TSums.ElementBytes;
            ChainInline<OneVector, NoLookahead>(
                x.Offsets, x.Values, starts + datum, x.Count, 1, tile, tile, own, own, first: block == 0, ref nothing);
        }
    }

    /// <summary>
    /// One datum's chains of a pass, the rows from <paramref name="row"/> on, over blocks whose runs begin at <paramref name="runs"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Chains<TLookahead>(
        in PanelView w, in ActiveView x, long* runs, int blocks, float* tile, int row, int rows, byte* sums, long panelStride, bool first,
        ref TLookahead ahead)
        where TLookahead : struct, ILookahead
    {
        float* lower = tile + row / PanelMatrix.PanelRows * w.Stride + row % PanelMatrix.PanelRows;
        float* upper = tile + (row + Half) / PanelMatrix.PanelRows * w.Stride + (row + Half) % PanelMatrix.PanelRows;
        byte* lowerSums = At(sums, panelStride, row), upperSums = At(sums, panelStride, row + Half);
        if (rows - row <= Half)
            Chain<FourVectors, TLookahead>(
                x.Offsets, x.Values, runs, x.Count, blocks, lower, upper, lowerSums, upperSums, first, ref ahead);
        else
            Chain<EightVectors, TLookahead>(
                x.Offsets, x.Values, runs, x.Count, blocks, lower, upper, lowerSums, upperSums, first, ref ahead);
    }

    /// <summary>By itself, where its sums have all registers.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Chain<TVectors, TLookahead>(
        ushort* offsets, float* values, long* runs, int runStride, int blocks, float* lower, float* upper, byte* lowerSums, byte* upperSums,
        bool first, ref TLookahead ahead)
        where TVectors : struct, IVectors
        where TLookahead : struct, ILookahead => ChainInline<TVectors, TLookahead>(
            offsets, values, runs, runStride, blocks, lower, upper, lowerSums, upperSums, first, ref ahead);

    /// <summary>The upper half of a pass is there for eight vectors only.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ChainInline<TVectors, TLookahead>(
        ushort* offsets, float* values, long* runs, int runStride, int blocks, float* lower, float* upper, byte* lowerSums, byte* upperSums,
        bool first, ref TLookahead ahead)
        where TVectors : struct, IVectors
        where TLookahead : struct, ILookahead
    {
        Contract.Holds(
            TVectors.Count == 1 ? blocks == 1 : blocks > 0, "a chain meets at least one block, and one of a single vector no more");
        int step = TSimd.Count * TSums.ElementBytes;
        TVec sum0 = TSums.Begin(lowerSums, first);
        TVec sum1 = TVectors.Count >= 4 ? TSums.Begin(lowerSums + step, first) : TSimd.Zero;
        TVec sum2 = TVectors.Count >= 4 ? TSums.Begin(lowerSums + 2 * step, first) : TSimd.Zero;
        TVec sum3 = TVectors.Count >= 4 ? TSums.Begin(lowerSums + 3 * step, first) : TSimd.Zero;
        TVec sum4 = TVectors.Count == 8 ? TSums.Begin(upperSums, first) : TSimd.Zero;
        TVec sum5 = TVectors.Count == 8 ? TSums.Begin(upperSums + step, first) : TSimd.Zero;
        TVec sum6 = TVectors.Count == 8 ? TSums.Begin(upperSums + 2 * step, first) : TSimd.Zero;
        TVec sum7 = TVectors.Count == 8 ? TSums.Begin(upperSums + 3 * step, first) : TSimd.Zero;
        for (int block = 0; ; runs += runStride, lower += TileFloats, upper += TileFloats)
        {
            for (long entry = runs[0], end = runs[1]; entry < end;)
            {
                long stop = TSums.LongestChain == int.MaxValue ? end : Math.Min(end, entry + TSums.LongestChain);
                do
                {
                    ahead.Ask();
                    TVec value = TSimd.Broadcast(values[entry]);
                    long column = (long)offsets[entry] * PanelMatrix.PanelRows;
                    float* low = lower + column;
                    float* high = upper + column;
                    sum0 = TSums.Add(value, low, sum0);
                    if (TVectors.Count >= 4)
                    {
                        sum1 = TSums.Add(value, low + TSimd.Count, sum1);
                        sum2 = TSums.Add(value, low + 2 * TSimd.Count, sum2);
                        sum3 = TSums.Add(value, low + 3 * TSimd.Count, sum3);
                    }
                    if (TVectors.Count == 8)
                    {
                        sum4 = TSums.Add(value, high, sum4);
                        sum5 = TSums.Add(value, high + TSimd.Count, sum5);
                        sum6 = TSums.Add(value, high + 2 * TSimd.Count, sum6);
                        sum7 = TSums.Add(value, high + 3 * TSimd.Count, sum7);
                    }
                }
                while (++entry < stop);
                if (TSums.LongestChain == int.MaxValue || entry == end)
                    continue;
                End<TVectors>(lowerSums, upperSums, first, sum0, sum1, sum2, sum3, sum4, sum5, sum6, sum7);
                first = false;
                sum0 = sum1 = sum2 = sum3 = sum4 = sum5 = sum6 = sum7 = TSimd.Zero;
            }
            // One vector meets one block: no loop is left around its chain.
            if (TVectors.Count == 1 || ++block == blocks)
                break;
        }
        End<TVectors>(lowerSums, upperSums, first, sum0, sum1, sum2, sum3, sum4, sum5, sum6, sum7);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void End<TVectors>(byte* lowerSums, byte* upperSums, bool first, TVec sum0, TVec sum1, TVec sum2, TVec sum3, TVec sum4,
        TVec sum5, TVec sum6, TVec sum7)
        where TVectors : struct, IVectors
    {
        int step = TSimd.Count * TSums.ElementBytes;
        TSums.End(lowerSums, sum0, first);
        if (TVectors.Count >= 4)
        {
            TSums.End(lowerSums + step, sum1, first);
            TSums.End(lowerSums + 2 * step, sum2, first);
            TSums.End(lowerSums + 3 * step, sum3, first);
        }
        if (TVectors.Count == 8)
        {
            TSums.End(upperSums, sum4, first);
            TSums.End(upperSums + step, sum5, first);
            TSums.End(upperSums + 2 * step, sum6, first);
            TSums.End(upperSums + 3 * step, sum7, first);
        }
    }

    /// <summary>Where a row's sum lies behind that of the pair's first row.</summary>
    private static byte* At(byte* sums, long panelStride, int row) =>
        sums + (row / PanelMatrix.PanelRows * panelStride + row % PanelMatrix.PanelRows) * TSums.ElementBytes;
}
