using System.Numerics;
using Subquad.Simd.Memory;

namespace Subquad.Simd.Threading;

/// <summary>How many 64-byte lines of a weight matrix a verb touches, once per tile visit: exact, from the lists alone.</summary>
internal static class LineCounter
{
    private const int LineFloats = 16;

    /// <summary>Forward: all lines of a column, in every panel, for each column that is active for some datum.</summary>
    public static long OfForward(PanelMatrix weights, ActiveBatch inputs)
    {
        Span<bool> seen = stackalloc bool[ActiveBatch.BlockSize];
        long columns = 0;
        for (int block = 0; block < inputs.Blocks; block++)
        {
            seen.Clear();
            for (int datum = 0; datum < inputs.Count; datum++)
            {
                foreach (ushort offset in inputs.Segment(block, datum).Offsets)
                    seen[offset] = true;
            }
            columns += seen.Count(true);
        }
        return columns * weights.Panels * LinesOf(weights);
    }

    /// <summary>
    /// Pull-back, push-forward, scatter, pack: for each block of data, block of outputs and input, the lines that hold an output active
    /// together with the input.
    /// </summary>
    public static long OfPairs(ActiveBatch outputs, TransposedBatch inputs)
    {
        ActiveBatch lists = inputs.Lists;
        // A block of 512 outputs is 32 lines of a column: a bit each.
        Span<uint> touched = stackalloc uint[ActiveBatch.BlockSize];
        long lines = 0;
        for (int dataBlock = 0; dataBlock < lists.Blocks; dataBlock++)
        {
            int datumFrom = dataBlock * ActiveBatch.BlockSize, data = Math.Min(ActiveBatch.BlockSize, outputs.Count - datumFrom);
            for (int block = 0; block < outputs.Blocks; block++)
            {
                for (int i = 0; i < data; i++)
                    touched[i] = LinesOf(outputs, block, datumFrom + i);
                for (int input = 0; input < lists.Count; input++)
                {
                    uint union = 0;
                    foreach (ushort offset in lists.Segment(dataBlock, input).Offsets)
                        union |= touched[offset];
                    lines += BitOperations.PopCount(union);
                }
            }
        }
        return lines;
    }

    /// <summary>Lines of a column of one panel.</summary>
    public static int LinesOf(PanelMatrix weights) =>
        PanelMatrix.PanelRows / LineFloats / (weights.Format == ElementFormat.BFloat16 ? 2 : 1);

    private static uint LinesOf(ActiveBatch outputs, int block, int datum)
    {
        uint lines = 0;
        foreach (ushort offset in outputs.Segment(block, datum).Offsets)
            lines |= 1u << (offset / LineFloats);
        return lines;
    }
}
