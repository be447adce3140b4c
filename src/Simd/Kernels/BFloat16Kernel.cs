using System.Runtime.CompilerServices;
using Subquad.Simd.Lanes;
using Subquad.Simd.Memory;

namespace Subquad.Simd.Kernels;

/// <summary>
/// The sums of <see cref="AccumulateKernel{TSimd, TVec, TSums}"/> for weights of bfloat16, each widened exactly before its multiply-add: the bits are those of a float32 matrix of the same values.
/// Layout: W in words of two rows (<see cref="BFloat16"/>), sums a panel matrix. No aliasing. Four vectors of words are eight of sums: a load, a shift and a mask feed two multiply-adds, and
/// half as many lines arrive. A traversal of its own: that of float32 is the hottest loop there is, and stays what was measured.
/// </summary>
internal static unsafe class BFloat16Kernel<TSimd, TVec>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
{
    private const int LineWords = 16;
    private const int PairWords = 2 * BFloat16.ColumnWords;

    /// <summary>With half the lines to a column a datum's columns are too few to hide what the next ones wait for: where a tile has more entries than this, each asks for the column of the one so far on.</summary>
    private const int EntriesAhead = 32;

    // Rows from a vector of words to the next: sixteen lanes are the low and the high halves of 32 rows.
    private static int NextRows => TSimd.Count == BFloat16.HalfRows ? 2 * BFloat16.HalfRows : TSimd.Count;

    public static void Run(BFloat16View w, ActiveView x, PanelView sums, int panelFrom, int panelTo, int datumFrom, int datumTo)
    {
        for (int panel = panelFrom; panel < panelTo; panel += 2)
            for (int block = 0; block < x.Blocks; block++)
            {
                uint* tile = w.Data + panel * w.Stride + (long)block * ActiveBatch.BlockSize * BFloat16.ColumnWords;
                uint* next = block + 1 < x.Blocks ? tile + ActiveBatch.BlockSize * BFloat16.ColumnWords : panel + 2 < panelTo ? w.Data + (panel + 2) * w.Stride : null;
                Tile(w, x, tile, next, block, sums.Data + panel * sums.Stride, sums.Stride, datumFrom, datumTo);
            }
    }

    private static void Tile(BFloat16View w, ActiveView x, uint* tile, uint* next, int block, float* sums, long panelStride, int datumFrom, int datumTo)
    {
        long* starts = x.Starts + (long)block * x.Count;
        int columns = Math.Min(ActiveBatch.BlockSize, x.Width - block * ActiveBatch.BlockSize);
        int passes = PairWords / (4 * TSimd.Count);

        // As for float32: with about as many entries as columns the whole next tile is fetched, a share per datum; with very few, the columns of the next datum.
        bool wholeTile = starts[datumTo] - starts[datumFrom] >= columns;
        bool looksAhead = !wholeTile && next != null && starts[datumTo] - starts[datumFrom] > EntriesAhead;
        long* follows = x.Starts + (long)(block + 1 < x.Blocks ? block + 1 : 0) * x.Count;
        var further = new Lookahead(x.Offsets, starts[datumTo], follows[datumFrom] - starts[datumTo], x.Starts[(long)x.Blocks * x.Count] - 1, tile, next, w.Stride);
        long visits = (long)(datumTo - datumFrom) * passes, tileWords = (long)columns * BFloat16.ColumnWords, ahead = 0;
        long share = wholeTile && next != null ? ((long)columns * (PairWords / LineWords) + visits - 1) / visits * LineWords : 0;

        for (int pass = 0; pass < passes; pass++)
        {
            int low = pass * 4 * TSimd.Count, high = low + 2 * TSimd.Count;
            uint* lower = tile + low / BFloat16.ColumnWords * w.Stride + low % BFloat16.ColumnWords;
            uint* upper = tile + high / BFloat16.ColumnWords * w.Stride + high % BFloat16.ColumnWords;
            float* lowerSums = sums + low / BFloat16.ColumnWords * panelStride + BFloat16.RowOf(low % BFloat16.ColumnWords);
            float* upperSums = sums + high / BFloat16.ColumnWords * panelStride + BFloat16.RowOf(high % BFloat16.ColumnWords);
            for (int datum = datumFrom; datum < datumTo; datum++)
            {
                if (share > 0)
                {
                    for (long line = ahead; line < ahead + share; line += LineWords)
                        TSimd.Prefetch((float*)(line < tileWords ? next + line : next + w.Stride + (line - tileWords)));
                    ahead += share;
                }
                else if (!wholeTile && pass == 0 && !looksAhead)
                {
                    PrefetchColumns(w, x, tile, block, datum + 1, datumFrom, datumTo);
                }
                long start = starts[datum], end = starts[datum + 1], place = (long)datum * PanelMatrix.PanelRows;
                if (end == start && block != 0)
                    continue;
                if (looksAhead && pass == 0)
                    Chain<Asking>(lower, upper, x.Offsets, x.Values, start, end, lowerSums + place, upperSums + place, block == 0, in further);
                else
                    Chain<Silent>(lower, upper, x.Offsets, x.Values, start, end, lowerSums + place, upperSums + place, block == 0, in further);
            }
        }
    }

    private static void Chain<TAsk>(
        uint* lower, uint* upper, ushort* offsets, float* values, long start, long end, float* lowerSums, float* upperSums, bool first, in Lookahead further)
        where TAsk : struct, IAsk
    {
        int next = NextRows;
        TVec sum0 = Begin(lowerSums, first), sum1 = Begin(lowerSums + BFloat16.HalfRows, first);
        TVec sum2 = Begin(lowerSums + next, first), sum3 = Begin(lowerSums + next + BFloat16.HalfRows, first);
        TVec sum4 = Begin(upperSums, first), sum5 = Begin(upperSums + BFloat16.HalfRows, first);
        TVec sum6 = Begin(upperSums + next, first), sum7 = Begin(upperSums + next + BFloat16.HalfRows, first);
        for (long entry = start; entry < end; entry++)
        {
            TAsk.For(in further, entry + EntriesAhead);
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

    private static void PrefetchColumns(BFloat16View w, ActiveView x, uint* tile, int block, int datum, int datumFrom, int datumTo)
    {
        if (datum >= datumTo)
        {
            if (++block >= x.Blocks)
                return;
            tile += ActiveBatch.BlockSize * BFloat16.ColumnWords;
            datum = datumFrom;
        }
        long* run = x.Starts + (long)block * x.Count + datum;
        for (long entry = run[0]; entry < run[1]; entry++)
        {
            uint* column = tile + (long)x.Offsets[entry] * BFloat16.ColumnWords;
            for (int line = 0; line < BFloat16.ColumnWords; line += LineWords)
            {
                TSimd.Prefetch((float*)(column + line));
                TSimd.Prefetch((float*)(column + w.Stride + line));
            }
        }
    }

    /// <summary>What is asked for while a tile is used: the columns of entries further on, of this tile up to its end and of the next one from there.</summary>
    private readonly struct Lookahead(ushort* offsets, long end, long jump, long last, uint* tile, uint* next, long stride)
    {
        private readonly ushort* _offsets = offsets;
        private readonly long _end = end, _jump = jump, _last = last, _stride = stride;
        private readonly uint* _tile = tile, _next = next;

        /// <summary>One column in both panels. An entry beyond the next tile's own names some column of it, and that is as good as none.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Ask(long entry)
        {
            bool inside = entry < _end;
            long place = Math.Min(inside ? entry : entry + _jump, _last);
            uint* column = (inside ? _tile : _next) + (long)_offsets[place] * BFloat16.ColumnWords;
            TSimd.Prefetch((float*)column);
            TSimd.Prefetch((float*)(column + LineWords));
            TSimd.Prefetch((float*)(column + _stride));
            TSimd.Prefetch((float*)(column + _stride + LineWords));
        }
    }

    /// <summary>Whether a chain asks: known when it is compiled, so that the loop has no branch.</summary>
    private interface IAsk
    {
        static abstract void For(in Lookahead further, long entry);
    }

    private readonly struct Asking : IAsk
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void For(in Lookahead further, long entry) => further.Ask(entry);
    }

    private readonly struct Silent : IAsk
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void For(in Lookahead further, long entry)
        {
        }
    }
}
