using System.Numerics;
using Subquad.Simd.Lanes;
using Subquad.Simd.Memory;

namespace Subquad.Simd.Kernels;

/// <summary>
/// The rows of a panel matrix of pre-activations that are strictly above their threshold, with gain * (sum - threshold): written after
/// <see cref="RowListKernel{TSimd,TVec,TTest}.Count"/> with <see cref="AboveTest{TSimd,TVec}"/>.
/// </summary>
internal static unsafe class ThresholdKernel<TSimd, TVec>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
{
    /// <summary>Writes offsets and gain * (sum - threshold).</summary>
    public static void Compress(PanelView sums, float* thresholds, float gain, ActiveView lists, int blockFrom, int blockTo)
    {
        TVec factor = TSimd.Broadcast(gain);
        float* packed = stackalloc float[16];
        for (int block = blockFrom; block < blockTo; block++)
        {
            int panelFrom = RowLists.PanelFrom(block);
            for (int datum = 0; datum < lists.Count; datum++)
            {
                long next = lists.Starts[(long)block * lists.Count + datum];
                for (int panel = panelFrom; panel < RowLists.PanelTo(sums, block); panel++)
                {
                    float* values = sums.Data + panel * sums.Stride + (long)datum * PanelMatrix.PanelRows;
                    float* limits = thresholds + panel * PanelMatrix.PanelRows;
                    for (int row = 0; row < PanelMatrix.PanelRows; row += TSimd.Count)
                    {
                        TVec value = TSimd.Load(values + row), limit = TSimd.Load(limits + row);
                        uint bits = TSimd.GreaterBits(value, limit);
                        if (bits == 0)
                            continue;
                        // To a side buffer first: a whole vector stored at a run's end would overwrite the next run, which another thread
                        // may own.
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

    /// <summary>The same among listed rows only, whose sums lie in the lists' order: counts, one place late.</summary>
    public static void CountListed(ActiveView listed, float* sums, float* thresholds, long* starts, int blockFrom, int blockTo)
    {
        for (int block = blockFrom; block < blockTo; block++)
        {
            float* limits = thresholds + block * ActiveBatch.BlockSize;
            for (int datum = 0; datum < listed.Count; datum++)
            {
                long run = (long)block * listed.Count + datum, from = listed.Starts[run];
                long left = listed.Starts[run + 1] - from;
                float* own = sums + from;
                ushort* offsets = listed.Offsets + from;
                uint above = 0;
                // Bits, not conditions, which could not be foreseen; four at a time, so that they do not wait for one another.
                for (; left >= 4; left -= 4, own += 4, offsets += 4)
                    above += SimdScalar.GreaterBits(own[0], limits[offsets[0]]) + SimdScalar.GreaterBits(own[1], limits[offsets[1]])
                        + (SimdScalar.GreaterBits(own[2], limits[offsets[2]]) + SimdScalar.GreaterBits(own[3], limits[offsets[3]]));
                for (; left > 0; left--)
                    above += SimdScalar.GreaterBits(*own++, limits[*offsets++]);
                starts[run + 1] = above;
            }
        }
    }

    /// <summary>The listed rows above their thresholds, with gain * (sum - threshold).</summary>
    public static void CompressListed(
        ActiveView listed, float* sums, float* thresholds, float gain, ActiveView lists, int blockFrom, int blockTo)
    {
        for (int block = blockFrom; block < blockTo; block++)
        {
            float* limits = thresholds + block * ActiveBatch.BlockSize;
            for (int datum = 0; datum < listed.Count; datum++)
            {
                long run = (long)block * listed.Count + datum, next = lists.Starts[run];
                for (long entry = listed.Starts[run]; entry < listed.Starts[run + 1]; entry++)
                {
                    float limit = limits[listed.Offsets[entry]];
                    if (!(sums[entry] > limit))
                        continue;
                    lists.Offsets[next] = listed.Offsets[entry];
                    lists.Values[next++] = gain * (sums[entry] - limit);
                }
            }
        }
    }
}
