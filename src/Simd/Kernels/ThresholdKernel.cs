using System.Numerics;
using Subquad.Simd.Lanes;
using Subquad.Simd.Memory;

namespace Subquad.Simd.Kernels;

/// <summary>
/// Which rows of a panel matrix of pre-activations are strictly above their threshold, per datum: counted first, so that the lists' places are known and blocks can be
/// written by any thread, then compressed. NaN is never above. Datum i owns 64 consecutive sums of a panel; both passes read them in memory order.
/// </summary>
internal static unsafe class ThresholdKernel<TSimd, TVec>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
{
    private const int PanelsOfBlock = ActiveBatch.BlockSize / PanelMatrix.PanelRows;

    /// <summary>Adds up counts per (block, datum), one place late in <paramref name="starts"/>.</summary>
    public static void Count(PanelView sums, float* thresholds, long* starts, int count, int blockFrom, int blockTo)
    {
        for (int block = blockFrom; block < blockTo; block++)
        {
            long* counts = starts + (long)block * count + 1;
            new Span<long>(counts, count).Clear();
            for (int panel = block * PanelsOfBlock; panel < PanelTo(sums, block); panel++)
            {
                float* values = sums.Data + panel * sums.Stride;
                float* limits = thresholds + panel * PanelMatrix.PanelRows;
                for (int datum = 0; datum < count; datum++, values += PanelMatrix.PanelRows)
                    for (int row = 0; row < PanelMatrix.PanelRows; row += TSimd.Count)
                        counts[datum] += BitOperations.PopCount(TSimd.GreaterBits(TSimd.Load(values + row), TSimd.Load(limits + row)));
            }
        }
    }

    /// <summary>Writes offsets and gain * (sum - threshold).</summary>
    public static void Compress(PanelView sums, float* thresholds, float gain, ActiveView lists, int blockFrom, int blockTo)
    {
        TVec factor = TSimd.Broadcast(gain);
        float* packed = stackalloc float[16];
        for (int block = blockFrom; block < blockTo; block++)
        {
            int panelFrom = block * PanelsOfBlock;
            for (int datum = 0; datum < lists.Count; datum++)
            {
                long next = lists.Starts[(long)block * lists.Count + datum];
                for (int panel = panelFrom; panel < PanelTo(sums, block); panel++)
                {
                    float* values = sums.Data + panel * sums.Stride + (long)datum * PanelMatrix.PanelRows;
                    float* limits = thresholds + panel * PanelMatrix.PanelRows;
                    for (int row = 0; row < PanelMatrix.PanelRows; row += TSimd.Count)
                    {
                        TVec value = TSimd.Load(values + row), limit = TSimd.Load(limits + row);
                        uint bits = TSimd.GreaterBits(value, limit);
                        if (bits == 0)
                            continue;
                        // To a side buffer first: a whole vector stored at a run's end would overwrite the next run, which another thread may own.
                        TSimd.Compress(packed, TSimd.Mul(factor, TSimd.Sub(value, limit)), bits);
                        int offset = (panel - panelFrom) * PanelMatrix.PanelRows + row;
                        for (int lane = 0; bits != 0; bits &= bits - 1, lane++, next++)
                        {
                            lists.Offsets[next] = (ushort)(offset + BitOperations.TrailingZeroCount(bits));
                            lists.Values[next] = packed[lane];
                        }
                    }
                }
            }
        }
    }

    private static int PanelTo(PanelView sums, int block) =>
        Math.Min((block + 1) * PanelsOfBlock, (sums.Rows + PanelMatrix.PanelRows - 1) / PanelMatrix.PanelRows);
}
