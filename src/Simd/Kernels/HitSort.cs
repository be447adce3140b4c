using System.Numerics;

namespace Subquad.Simd.Kernels;

/// <summary>
/// Sorts hits by id: least digit first, as few digits as the largest id needs. All histograms are counted in one reading; between passes
/// hits travel as one 64-bit number, so that a pass writes one place per hit. Few hits are sorted by insertion, where the histograms would
/// cost more.
/// </summary>
internal static unsafe class HitSort
{
    private const int Few = 48, MostBits = 11, MostPasses = 3;

    /// <summary>Counts of all passes.</summary>
    public const int HistogramLength = MostPasses << MostBits;

    /// <summary>Bytes of scratch for this many hits.</summary>
    public static long ScratchOf(int count) => 2L * count * sizeof(ulong) + HistogramLength * sizeof(int) + 3 * 128;

    public static void Sort(int* ids, float* values, int count, int largestId, ulong* from, ulong* to, int* histograms)
    {
        if (count <= Few)
        {
            Insert(ids, values, count);
            return;
        }
        int bits = 32 - BitOperations.LeadingZeroCount((uint)largestId), passes = Math.Max(1, (bits + MostBits - 1) / MostBits);
        int width = (bits + passes - 1) / passes, buckets = 1 << width, mask = buckets - 1;
        new Span<int>(histograms, passes * buckets).Clear();
        for (int i = 0; i < count; i++)
        {
            int id = ids[i];
            for (int pass = 0; pass < passes; pass++, id >>= width)
                histograms[pass * buckets + (id & mask)]++;
        }
        for (int pass = 0; pass < passes; pass++)
            for (int bucket = 0, place = 0; bucket < buckets; bucket++)
                (histograms[pass * buckets + bucket], place) = (place, place + histograms[pass * buckets + bucket]);
        int* places = histograms;
        for (int i = 0; i < count; i++)
            from[places[ids[i] & mask]++] = (ulong)(uint)ids[i] << 32 | BitConverter.SingleToUInt32Bits(values[i]);
        for (int pass = 1; pass < passes - 1; pass++)
        {
            places += buckets;
            for (int i = 0; i < count; i++)
                to[places[(int)(from[i] >> (32 + pass * width)) & mask]++] = from[i];
            ulong* transposed = from;
            from = to;
            to = transposed;
        }
        if (passes > 1)
            places += buckets;
        for (int i = 0; i < count; i++)
        {
            int place = passes > 1 ? places[(int)(from[i] >> (32 + (passes - 1) * width)) & mask]++ : i;
            ids[place] = (int)(from[i] >> 32);
            values[place] = BitConverter.UInt32BitsToSingle((uint)(from[i] & uint.MaxValue));
        }
    }

    private static void Insert(int* ids, float* values, int count)
    {
        for (int i = 1; i < count; i++)
        {
            (int id, float value) = (ids[i], values[i]);
            int place = i;
            for (; place > 0 && ids[place - 1] > id; place--)
                (ids[place], values[place]) = (ids[place - 1], values[place - 1]);
            (ids[place], values[place]) = (id, value);
        }
    }
}
