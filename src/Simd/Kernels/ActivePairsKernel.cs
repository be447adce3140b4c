using System.Runtime.CompilerServices;
using Subquad.Simd.Lanes;
using Subquad.Simd.Memory;

namespace Subquad.Simd.Kernels;

/// <summary>What is done with the active outputs of one datum in one column of W.</summary>
internal unsafe interface IColumnVisit<TSimd, TVec>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
{
    /// <param name="column">Where the column begins in the block's first panel.</param>
    /// <param name="addresses">For each active output, how far its element is from <paramref name="column"/>.</param>
    /// <param name="count">Active outputs.</param>
    /// <param name="datum">The datum.</param>
    /// <param name="output">Place of the first active output in the outputs' order.</param>
    /// <param name="input">Place of the input in the transposed order.</param>
    /// <param name="position">Place of the input in its own batch's order.</param>
    void Visit(float* column, int* addresses, int count, int datum, long output, long input, int position);
}

/// <summary>
/// Walks W[T_i, S_i] of every datum i: the traversal that pull-back, push-forward, scatter and packing share.
/// Layout: for a block of data and a block of 512 outputs, the columns of W are visited once, in order (eight panels, 2 KiB a column), and
/// each serves all data for which its input fires while it sits in the first-level cache; the outputs' lists of the block stay in the
/// second level. So W streams like a dense matrix, although a datum touches few of its elements, and the lists are long enough (12 entries
/// at 2.4 %) to pay for the mispredicted loop exit. Order: data ascending for an element, output blocks ascending for a datum.
/// </summary>
internal static unsafe class ActivePairsKernel<TSimd, TVec, TVisit>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
    where TVisit : struct, IColumnVisit<TSimd, TVec>
{
    /// <summary>Columns between the one in use and the one asked for.</summary>
    private const int Ahead = 4;

    private const int PanelsOfBlock = ActiveBatch.BlockSize / PanelMatrix.PanelRows;
    private const int LinesOfPanel = PanelMatrix.PanelRows / 16;

    public static void Run(PanelView w, ActiveView outputs, TransposedView inputs, TVisit visit, int blockFrom, int blockTo, int inputFrom,
        int inputTo, int* addresses)
    {
        ActiveView lists = inputs.Lists;
        for (int dataBlock = 0; dataBlock < lists.Blocks; dataBlock++)
        {
            int datumFrom = dataBlock * ActiveBatch.BlockSize;
            int datumTo = Math.Min(outputs.Count, datumFrom + ActiveBatch.BlockSize);
            long* inputStarts = lists.Starts + (long)dataBlock * lists.Count;
            for (int block = blockFrom; block < blockTo; block++)
            {
                long* starts = outputs.Starts + (long)block * outputs.Count;
                long first = starts[datumFrom];
                Map(outputs.Offsets + first, starts[datumTo] - first, w.Stride, addresses);
                float* tile = w.Data + (long)block * PanelsOfBlock * w.Stride;
                int panels = Math.Min(PanelsOfBlock, (w.Rows + PanelMatrix.PanelRows - 1) / PanelMatrix.PanelRows - block * PanelsOfBlock);
                // A column is asked for whole when about half of its lines will be used, else line by line: with few data most of W is
                // never read.
                long elementsOfDatum = (starts[datumTo] - first) / (datumTo - datumFrom) + 1,
                    wholeFrom = panels * LinesOfPanel / 2 / elementsOfDatum + 1;
                for (int input = inputFrom; input < inputTo; input++)
                {
                    float* column = tile + (long)input * PanelMatrix.PanelRows;
                    if (input + Ahead < inputTo)
                    {
                        long next = inputStarts[input + Ahead], end = inputStarts[input + Ahead + 1];
                        if (end - next >= wholeFrom)
                            PrefetchColumn(column + Ahead * PanelMatrix.PanelRows, w.Stride, panels);
                        else
                            for (; next < end; next++)
                            {
                                long start = starts[datumFrom + lists.Offsets[next]], count = starts[datumFrom + lists.Offsets[next] + 1]
                                    - start;
                                PrefetchElements(column + Ahead * PanelMatrix.PanelRows, addresses + (start - first), count);
                            }
                    }
                    for (long entry = inputStarts[input]; entry < inputStarts[input + 1]; entry++)
                    {
                        int datum = datumFrom + lists.Offsets[entry];
                        long start = starts[datum];
                        visit.Visit(column, addresses + (start - first), (int)(starts[datum + 1] - start), datum, start, entry,
                            inputs.Positions[entry]);
                    }
                }
            }
        }
    }

    /// <summary>The most addresses a run needs: entries of one block of outputs and one block of data.</summary>
    public static long AddressesOf(ActiveView outputs)
    {
        long most = 0;
        for (int block = 0; block < outputs.Blocks; block++)
            for (int datum = 0; datum < outputs.Count; datum += ActiveBatch.BlockSize)
            {
                long* starts = outputs.Starts + (long)block * outputs.Count;
                most = Math.Max(most, starts[Math.Min(outputs.Count, datum + ActiveBatch.BlockSize)] - starts[datum]);
            }
        return most;
    }

    private static void Map(ushort* offsets, long count, long stride, int* addresses)
    {
        for (long entry = 0; entry < count; entry++)
            addresses[entry] = (int)(offsets[entry] / PanelMatrix.PanelRows * stride + offsets[entry] % PanelMatrix.PanelRows);
    }

    private static void PrefetchElements(float* column, int* addresses, long count)
    {
        for (long entry = 0; entry < count; entry++)
            TSimd.Prefetch(column + addresses[entry]);
    }

    private static void PrefetchColumn(float* column, long stride, int panels)
    {
        for (int panel = 0; panel < panels; panel++, column += stride)
        {
            TSimd.Prefetch(column);
            TSimd.Prefetch(column + 16);
            TSimd.Prefetch(column + 32);
            TSimd.Prefetch(column + 48);
        }
    }
}

/// <summary>t[position] += sum over outputs of W u: one chain per input of a datum, continued from block to block.</summary>
internal readonly unsafe struct PullBackVisit<TSimd, TVec>(float* values, float* pulled) : IColumnVisit<TSimd, TVec>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Visit(float* column, int* addresses, int count, int datum, long output, long input, int position)
    {
        float* u = values + output;
        float sum = pulled[position];
        for (int entry = 0; entry < count; entry++)
            sum = Scalar.MulAdd<TSimd, TVec>(column[addresses[entry]], u[entry], sum);
        pulled[position] = sum;
    }
}

/// <summary>g[output] += W x: one chain per output of a datum, inputs ascending.</summary>
internal readonly unsafe struct PushForwardVisit<TSimd, TVec>(float* values, float* pushed) : IColumnVisit<TSimd, TVec>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Visit(float* column, int* addresses, int count, int datum, long output, long input, int position)
    {
        float* g = pushed + output;
        float x = values[input];
        for (int entry = 0; entry < count; entry++)
            g[entry] = Scalar.MulAdd<TSimd, TVec>(column[addresses[entry]], x, g[entry]);
    }
}

/// <summary>W += (scale x) u: per element in datum order.</summary>
internal readonly unsafe struct ScatterVisit<TSimd, TVec>(float* outputValues, float* inputValues, float scale) : IColumnVisit<TSimd, TVec>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Visit(float* column, int* addresses, int count, int datum, long output, long input, int position)
    {
        float* u = outputValues + output;
        float x = scale * inputValues[input];
        for (int entry = 0; entry < count; entry++)
        {
            float* element = column + addresses[entry];
            *element = Scalar.MulAdd<TSimd, TVec>(u[entry], x, *element);
        }
    }
}

/// <summary>Copies the elements to the datum's packed block: the input's row, at the place of the block's first output.</summary>
internal readonly unsafe struct PackVisit<TSimd, TVec>(PackedView packed) : IColumnVisit<TSimd, TVec>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Visit(float* column, int* addresses, int count, int datum, long output, long input, int position)
    {
        // Without entries the place after the last rank would be read.
        if (count == 0)
            return;
        float* row = packed.Values + packed.Starts[datum] + (long)packed.InputRanks[position] * packed.Strides[datum]
            + packed.OutputRanks[output];
        for (int entry = 0; entry < count; entry++)
            row[entry] = column[addresses[entry]];
    }
}

/// <summary>One lane's multiply-add, rounded as the set's vectors round.</summary>
internal static class Scalar
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MulAdd<TSimd, TVec>(float a, float b, float c)
        where TSimd : struct, ISimd<TVec>
        where TVec : struct =>
        TSimd.IsFused ? MathF.FusedMultiplyAdd(a, b, c) : (a * b) + c;
}
