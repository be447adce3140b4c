using Subquad.Simd.Lanes;
using Subquad.Simd.Memory;

namespace Subquad.Simd.Kernels;

/// <summary>
/// The sums of <see cref="AccumulateKernel{TSimd, TVec, TSums}"/> for weights of bfloat16, each widened exactly before its multiply-add:
/// the bits are those of a float32 matrix of the same values. Layout: W in words of two rows (<see cref="BFloat16"/>), sums a panel matrix.
/// No aliasing. Four vectors of words are eight of sums: a load, a shift and a mask feed two multiply-adds, and half as many lines arrive.
/// A traversal of its own: that of float32 is the hottest loop there is, and stays what was measured.
/// </summary>
internal static unsafe class BFloat16Kernel<TSimd, TVec>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
{
    private const int LineWords = 16;
    private const int PairWords = 2 * BFloat16.ColumnWords;
    private const int TileWords = ActiveBatch.BlockSize * BFloat16.ColumnWords;

    // Rows from a vector of words to the next: sixteen lanes are the low and the high halves of 32 rows.
    private static int NextRows => TSimd.Count == BFloat16.HalfRows ? 2 * BFloat16.HalfRows : TSimd.Count;

    public static void Run(BFloat16View w, ActiveView x, PanelView sums, int panelFrom, int panelTo, int datumFrom, int datumTo)
    {
        bool byDatum = x.HasFewerEntriesThanInputs(datumFrom, datumTo);
        for (int panel = panelFrom; panel < panelTo; panel += 2)
        {
            uint* tile = w.Data + panel * w.Stride;
            float* pairSums = sums.Data + panel * sums.Stride;
            if (byDatum)
            {
                ByDatum(w, x, tile, pairSums, sums.Stride, datumFrom, datumTo);
                continue;
            }
            for (int block = 0; block < x.Blocks; block++, tile += TileWords)
            {
                uint* next = block + 1 < x.Blocks ? tile + TileWords : panel + 2 < panelTo ? w.Data + (panel + 2) * w.Stride : null;
                Tile(w, x, tile, next, block, pairSums, sums.Stride, datumFrom, datumTo);
            }
        }
    }

    private static void ByDatum(BFloat16View w, ActiveView x, uint* panels, float* sums, long panelStride, int datumFrom, int datumTo)
    {
        bool asks = ColumnLookahead<TSimd, TVec>.PaysFor(w.Rows, w.Columns, BFloat16.ColumnWords);
        var columns =
            new ColumnLookahead<TSimd, TVec>(x, (float*)panels, w.Stride, BFloat16.ColumnWords, datumFrom, asks ? datumTo : datumFrom);
        NoLookahead nothing = default;
        for (int datum = datumFrom; datum < datumTo; datum++)
        {
            float* own = sums + (long)datum * PanelMatrix.PanelRows;
            for (int word = 0; word < PairWords; word += 4 * TSimd.Count)
                if (word == 0 && asks)
                    Chain(w, x, x.Starts + datum, x.Blocks, panels, word, own, panelStride, first: true, ref columns);
                else
                    Chain(w, x, x.Starts + datum, x.Blocks, panels, word, own, panelStride, first: true, ref nothing);
        }
    }

    private static void Tile(
        BFloat16View w, ActiveView x, uint* tile, uint* next, int block, float* sums, long panelStride, int datumFrom, int datumTo)
    {
        long* starts = x.Starts + (long)block * x.Count;
        int columns = Math.Min(ActiveBatch.BlockSize, x.Width - block * ActiveBatch.BlockSize);

        // As for float32: each visit asks for a share of the next tile.
        long visits = (long)(datumTo - datumFrom) * (PairWords / (4 * TSimd.Count)), tileWords = (long)columns * BFloat16.ColumnWords,
            ahead = 0;
        long share = next != null ? ((long)columns * (PairWords / LineWords) + visits - 1) / visits * LineWords : 0;
        NoLookahead nothing = default;

        for (int word = 0; word < PairWords; word += 4 * TSimd.Count)
            for (int datum = datumFrom; datum < datumTo; datum++)
            {
                for (long line = ahead; line < ahead + share; line += LineWords)
                    TSimd.Prefetch((float*)(line < tileWords ? next + line : next + w.Stride + (line - tileWords)));
                ahead += share;
                if (block == 0 || starts[datum] < starts[datum + 1])
                    Chain(w, x, starts + datum, 1, tile, word, sums + (long)datum * PanelMatrix.PanelRows, panelStride, first: block == 0,
                        ref nothing);
            }
    }

    /// <summary>
    /// One datum's chains of a pass, the words from <paramref name="word"/> on, over blocks whose runs begin at <paramref name="runs"/>.
    /// </summary>
    private static void Chain<TLookahead>(
        in BFloat16View w, in ActiveView x, long* runs, int blocks, uint* tile, int word, float* sums, long panelStride, bool first,
        ref TLookahead ahead)
        where TLookahead : struct, ILookahead
    {
        int half = word + 2 * TSimd.Count, next = NextRows, runStride = x.Count;
        uint* lower = tile + word / BFloat16.ColumnWords * w.Stride + word % BFloat16.ColumnWords;
        uint* upper = tile + half / BFloat16.ColumnWords * w.Stride + half % BFloat16.ColumnWords;
        float* lowerSums = sums + word / BFloat16.ColumnWords * panelStride + BFloat16.RowOf(word % BFloat16.ColumnWords);
        float* upperSums = sums + half / BFloat16.ColumnWords * panelStride + BFloat16.RowOf(half % BFloat16.ColumnWords);
        ushort* offsets = x.Offsets;
        float* values = x.Values;
        TVec sum0 = Begin(lowerSums, first), sum1 = Begin(lowerSums + BFloat16.HalfRows, first);
        TVec sum2 = Begin(lowerSums + next, first), sum3 = Begin(lowerSums + next + BFloat16.HalfRows, first);
        TVec sum4 = Begin(upperSums, first), sum5 = Begin(upperSums + BFloat16.HalfRows, first);
        TVec sum6 = Begin(upperSums + next, first), sum7 = Begin(upperSums + next + BFloat16.HalfRows, first);
        for (int block = 0; block < blocks; block++, runs += runStride, lower += TileWords, upper += TileWords)
            for (long entry = runs[0], end = runs[1]; entry < end; entry++)
            {
                ahead.Ask();
                TVec value = TSimd.Broadcast(values[entry]);
                long column = (long)offsets[entry] * BFloat16.ColumnWords;
                uint* low = lower + column;
                uint* high = upper + column;
                TVec words = TSimd.Load((float*)low);
                sum0 = TSimd.MulAdd(value, TSimd.LowHalves(words), sum0);
                sum1 = TSimd.MulAdd(value, TSimd.HighHalves(words), sum1);
                words = TSimd.Load((float*)(low + TSimd.Count));
                sum2 = TSimd.MulAdd(value, TSimd.LowHalves(words), sum2);
                sum3 = TSimd.MulAdd(value, TSimd.HighHalves(words), sum3);
                words = TSimd.Load((float*)high);
                sum4 = TSimd.MulAdd(value, TSimd.LowHalves(words), sum4);
                sum5 = TSimd.MulAdd(value, TSimd.HighHalves(words), sum5);
                words = TSimd.Load((float*)(high + TSimd.Count));
                sum6 = TSimd.MulAdd(value, TSimd.LowHalves(words), sum6);
                sum7 = TSimd.MulAdd(value, TSimd.HighHalves(words), sum7);
            }
        TSimd.Store(lowerSums, sum0);
        TSimd.Store(lowerSums + BFloat16.HalfRows, sum1);
        TSimd.Store(lowerSums + next, sum2);
        TSimd.Store(lowerSums + next + BFloat16.HalfRows, sum3);
        TSimd.Store(upperSums, sum4);
        TSimd.Store(upperSums + BFloat16.HalfRows, sum5);
        TSimd.Store(upperSums + next, sum6);
        TSimd.Store(upperSums + next + BFloat16.HalfRows, sum7);
    }

    private static TVec Begin(float* sums, bool first) => first ? TSimd.Zero : TSimd.Load(sums);
}
