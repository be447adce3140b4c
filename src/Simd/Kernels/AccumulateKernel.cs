using Subquad.Simd.Lanes;
using Subquad.Simd.Memory;

namespace Subquad.Simd.Kernels;

/// <summary>
/// sums[r, i] = sum over the entries (j, x) of datum i of W[r, j] x: whole columns of active inputs stream into eight accumulators that stay in registers.
/// Layout: W in panels; sums either a panel matrix (datum i owns 64 consecutive sums of a panel) or row-major (datum i owns a row). No aliasing.
/// Eight vectors: a multiply-add takes four cycles and up to two start in each. On 512 bits they span two panels, on narrower sets half a panel or less; a tile is one block
/// of inputs of two panels (256 KiB), visited by every datum while the next one is asked into the second-level cache.
/// A panel pair that is mostly padding streams less: four vectors where its rows fill no more (a Gram factor of 64 data), one where they fill no more than that (an output matrix, a row per class).
/// </summary>
internal static unsafe class AccumulateKernel<TSimd, TVec, TSums>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
    where TSums : struct, ISums<TVec>
{
    private const int LineFloats = 16;
    private const int PairRows = 2 * PanelMatrix.PanelRows;

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
        PanelView w, ActiveView x, byte* sums, long panelStride, long datumStride, int panelFrom, int panelTo, bool lowerOnly, int datumFrom = 0, int datumTo = int.MaxValue)
    {
        datumTo = Math.Min(datumTo, x.Count);
        for (int panel = panelFrom; panel < panelTo; panel += 2)
        {
            byte* pairSums = sums + panel * panelStride * TSums.ElementBytes;
            int first = lowerOnly ? Math.Min(datumTo, panel * PanelMatrix.PanelRows) : datumFrom;
            for (int block = 0; block < x.Blocks; block++)
            {
                float* tile = w.Data + panel * w.Stride + (long)block * ActiveBatch.BlockSize * PanelMatrix.PanelRows;
                float* next = block + 1 < x.Blocks ? tile + ActiveBatch.BlockSize * PanelMatrix.PanelRows : w.Data + (panel + 2) * w.Stride;
                if (block + 1 == x.Blocks && panel + 2 >= panelTo)
                    next = null;
                int rows = w.Rows - panel * PanelMatrix.PanelRows;
                if (block == 0)
                    ClearPadding(rows, first, datumTo, pairSums, panelStride, datumStride);
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
        int reached = rows <= TSimd.Count ? TSimd.Count : (rows + 4 * TSimd.Count - 1) / (4 * TSimd.Count) * (4 * TSimd.Count);
        for (int datum = datumFrom; datum < datumTo && reached < PairRows; datum++)
            for (int row = reached; row < PairRows; row += TSimd.Count)
                TSums.End(sums + (row / PanelMatrix.PanelRows * panelStride + row % PanelMatrix.PanelRows + datum * datumStride) * TSums.ElementBytes, TSimd.Zero, first: true);
    }

    private static void Tile(PanelView w, ActiveView x, float* tile, float* next, int block, int rows, int datumFrom, int datumTo, byte* sums, long panelStride, long datumStride)
    {
        int half = 4 * TSimd.Count;
        long* starts = x.Starts + (long)block * x.Count;
        int columns = Math.Min(ActiveBatch.BlockSize, x.Width - block * ActiveBatch.BlockSize);

        // With about as many entries as columns nearly every line of a tile is wanted and the whole next tile is fetched, a share per datum; with few, only the columns of the next datum.
        int data = datumTo - datumFrom;
        bool wholeTile = starts[datumTo] - starts[datumFrom] >= columns;
        int passes = (Math.Min(rows, PairRows) + 2 * half - 1) / (2 * half);
        int panels = rows > PanelMatrix.PanelRows ? 2 : 1;
        long share = wholeTile && next != null ? (panels * columns * 4 + (long)data * passes - 1) / ((long)data * passes) * LineFloats : 0;
        long ahead = 0, tileFloats = (long)columns * PanelMatrix.PanelRows;

        for (int pass = 0; pass < passes; pass++)
        {
            int row = pass * 2 * half;
            float* lower = tile + row / PanelMatrix.PanelRows * w.Stride + row % PanelMatrix.PanelRows;
            float* upper = tile + (row + half) / PanelMatrix.PanelRows * w.Stride + (row + half) % PanelMatrix.PanelRows;
            byte* lowerSums = sums + (row / PanelMatrix.PanelRows * panelStride + row % PanelMatrix.PanelRows) * TSums.ElementBytes;
            byte* upperSums = sums + ((row + half) / PanelMatrix.PanelRows * panelStride + (row + half) % PanelMatrix.PanelRows) * TSums.ElementBytes;
            for (int datum = datumFrom; datum < datumTo; datum++)
            {
                long start = starts[datum], end = starts[datum + 1];
                long offset = datum * datumStride * TSums.ElementBytes;
                if (share > 0)
                {
                    for (long line = ahead; line < ahead + share; line += LineFloats)
                        TSimd.Prefetch(line < tileFloats ? next + line : next + w.Stride + (line - tileFloats));
                    ahead += share;
                }
                else if (!wholeTile && pass == 0)
                {
                    PrefetchColumns(w, x, tile, block, panels, datum + 1, datumFrom, datumTo);
                }
                bool first = block == 0;
                if (rows - row <= half)
                {
                    HalfChain(lower, x.Offsets, x.Values, start, end, lowerSums + offset, first);
                    continue;
                }
                while (end - start > TSums.LongestChain)
                {
                    Chain(lower, upper, x.Offsets + start, x.Values + start, TSums.LongestChain, lowerSums + offset, upperSums + offset, first);
                    start += TSums.LongestChain;
                    first = false;
                }
                if (end > start || first)
                    Chain(lower, upper, x.Offsets + start, x.Values + start, end - start, lowerSums + offset, upperSums + offset, first);
            }
        }
    }

    private static void NarrowTile(ActiveView x, float* tile, int block, int datumFrom, int datumTo, byte* sums, long datumStride)
    {
        long* starts = x.Starts + (long)block * x.Count;
        for (int datum = datumFrom; datum < datumTo; datum++)
        {
            // The line of each column that the next datum needs.
            if (datum + 1 < datumTo)
                for (long entry = starts[datum + 1]; entry < starts[datum + 2]; entry++)
                    TSimd.Prefetch(tile + (long)x.Offsets[entry] * PanelMatrix.PanelRows);
            byte* own = sums + datum * datumStride * TSums.ElementBytes;
            long start = starts[datum], end = starts[datum + 1];
            bool first = block == 0;
            do
            {
                long stop = Math.Min(end, start + TSums.LongestChain);
                TVec sum = TSums.Begin(own, first);
                for (long entry = start; entry < stop; entry++)
                    sum = TSums.Add(TSimd.Broadcast(x.Values[entry]), tile + (long)x.Offsets[entry] * PanelMatrix.PanelRows, sum);
                TSums.End(own, sum, first);
                (start, first) = (stop, false);
            }
            while (start < end);
        }
    }

    private static void HalfChain(float* lower, ushort* offsets, float* values, long start, long end, byte* sums, bool first)
    {
        int step = TSimd.Count * TSums.ElementBytes;
        do
        {
            long stop = Math.Min(end, start + TSums.LongestChain);
            TVec sum0 = TSums.Begin(sums, first);
            TVec sum1 = TSums.Begin(sums + step, first);
            TVec sum2 = TSums.Begin(sums + 2 * step, first);
            TVec sum3 = TSums.Begin(sums + 3 * step, first);
            for (long entry = start; entry < stop; entry++)
            {
                TVec value = TSimd.Broadcast(values[entry]);
                float* low = lower + (long)offsets[entry] * PanelMatrix.PanelRows;
                sum0 = TSums.Add(value, low, sum0);
                sum1 = TSums.Add(value, low + TSimd.Count, sum1);
                sum2 = TSums.Add(value, low + 2 * TSimd.Count, sum2);
                sum3 = TSums.Add(value, low + 3 * TSimd.Count, sum3);
            }
            TSums.End(sums, sum0, first);
            TSums.End(sums + step, sum1, first);
            TSums.End(sums + 2 * step, sum2, first);
            TSums.End(sums + 3 * step, sum3, first);
            (start, first) = (stop, false);
        }
        while (start < end);
    }

    private static void Chain(float* lower, float* upper, ushort* offsets, float* values, long count, byte* lowerSums, byte* upperSums, bool first)
    {
        int step = TSimd.Count * TSums.ElementBytes;
        TVec sum0 = TSums.Begin(lowerSums, first);
        TVec sum1 = TSums.Begin(lowerSums + step, first);
        TVec sum2 = TSums.Begin(lowerSums + 2 * step, first);
        TVec sum3 = TSums.Begin(lowerSums + 3 * step, first);
        TVec sum4 = TSums.Begin(upperSums, first);
        TVec sum5 = TSums.Begin(upperSums + step, first);
        TVec sum6 = TSums.Begin(upperSums + 2 * step, first);
        TVec sum7 = TSums.Begin(upperSums + 3 * step, first);
        for (long entry = 0; entry < count; entry++)
        {
            TVec value = TSimd.Broadcast(values[entry]);
            long column = (long)offsets[entry] * PanelMatrix.PanelRows;
            float* low = lower + column;
            float* high = upper + column;
            sum0 = TSums.Add(value, low, sum0);
            sum1 = TSums.Add(value, low + TSimd.Count, sum1);
            sum2 = TSums.Add(value, low + 2 * TSimd.Count, sum2);
            sum3 = TSums.Add(value, low + 3 * TSimd.Count, sum3);
            sum4 = TSums.Add(value, high, sum4);
            sum5 = TSums.Add(value, high + TSimd.Count, sum5);
            sum6 = TSums.Add(value, high + 2 * TSimd.Count, sum6);
            sum7 = TSums.Add(value, high + 3 * TSimd.Count, sum7);
        }
        TSums.End(lowerSums, sum0, first);
        TSums.End(lowerSums + step, sum1, first);
        TSums.End(lowerSums + 2 * step, sum2, first);
        TSums.End(lowerSums + 3 * step, sum3, first);
        TSums.End(upperSums, sum4, first);
        TSums.End(upperSums + step, sum5, first);
        TSums.End(upperSums + 2 * step, sum6, first);
        TSums.End(upperSums + 3 * step, sum7, first);
    }

    private static void PrefetchColumns(PanelView w, ActiveView x, float* tile, int block, int panels, int datum, int datumFrom, int datumTo)
    {
        if (datum >= datumTo)
        {
            if (++block >= x.Blocks)
                return;
            tile += ActiveBatch.BlockSize * PanelMatrix.PanelRows;
            datum = datumFrom;
        }
        long* run = x.Starts + (long)block * x.Count + datum;
        for (long entry = run[0]; entry < run[1]; entry++)
        {
            float* column = tile + (long)x.Offsets[entry] * PanelMatrix.PanelRows;
            for (int line = 0; line < PanelMatrix.PanelRows; line += LineFloats)
            {
                TSimd.Prefetch(column + line);
                if (panels > 1)
                    TSimd.Prefetch(column + w.Stride + line);
            }
        }
    }
}
