using Subquad.Simd.Lanes;
using Subquad.Simd.Memory;

namespace Subquad.Simd.Kernels;

/// <summary>
/// sums[r, i] = sum over all j of W[r, j] X[i, j]: a small dense matrix product on the panel layout, inputs ascending, so its bits are
/// those of the sparse verb. Layout: W in panels; X a panel matrix with data in rows, so that the values of four data for one input are
/// side by side. No aliasing. Two vectors by four data of accumulators: eight chains cover the latency, six loads serve eight
/// multiply-adds, and all fits 16 registers. Of bfloat16 the two vectors are one of words.
/// </summary>
internal static unsafe class DenseKernel<TSimd, TVec, TWeights>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
    where TWeights : struct, IWeightPair<TVec>
{
    /// <summary>Inputs of a tile: 64 outputs of them are 64 KiB, kept in the second-level cache while all data pass.</summary>
    private const int TileInputs = 256;

    private const int Data = 4;

    /// <param name="weights">W's first place of 32 bits.</param>
    /// <param name="stride">Such places from panel to panel.</param>
    /// <param name="columns">Inputs.</param>
    /// <param name="x">Data in rows.</param>
    /// <param name="sums">Outputs x data.</param>
    /// <param name="panelFrom">First panel.</param>
    /// <param name="panelTo">One past the last panel.</param>
    public static void Run(float* weights, long stride, int columns, PanelView x, PanelView sums, int panelFrom, int panelTo)
    {
        for (int panel = panelFrom; panel < panelTo; panel++)
        {
            for (int inputFrom = 0; inputFrom < columns; inputFrom += TileInputs)
            {
                int inputs = Math.Min(TileInputs, columns - inputFrom);
                for (int pair = 0; pair < PanelMatrix.PanelRows / (2 * TSimd.Count); pair++)
                {
                    float* tile = weights + panel * stride + (long)inputFrom * TWeights.ColumnPlaces + TWeights.PlaceOf(pair);
                    for (int datum = 0; datum < x.Rows; datum += Data)
                    {
                        float* values = x.Data + datum / PanelMatrix.PanelRows * x.Stride + (long)inputFrom * PanelMatrix.PanelRows
                            + datum % PanelMatrix.PanelRows;
                        float* sum = sums.Data + panel * sums.Stride + (long)datum * PanelMatrix.PanelRows + TWeights.RowOf(pair);
                        Tile(tile, values, sum, inputs, Math.Min(Data, x.Rows - datum), inputFrom == 0);
                    }
                }
            }
        }
    }

    private static void Tile(float* tile, float* values, float* sums, int inputs, int data, bool first)
    {
        const int Next = PanelMatrix.PanelRows;
        int v = TWeights.SecondRow;

        // Data beyond the last repeat the first one's place and are not stored; their values are the padding of X's rows.
        float* sums1 = data > 1 ? sums + Next : sums, sums2 = data > 2 ? sums + 2 * Next : sums, sums3 = data > 3 ? sums + 3 * Next : sums;
        TVec sum00 = Begin(sums, first), sum01 = Begin(sums + v, first), sum10 = Begin(sums1, first), sum11 = Begin(sums1 + v, first);
        TVec sum20 = Begin(sums2, first), sum21 = Begin(sums2 + v, first), sum30 = Begin(sums3, first), sum31 = Begin(sums3 + v, first);
        for (int input = 0; input < inputs; input++, tile += TWeights.ColumnPlaces, values += Next)
        {
            TVec places = TSimd.Load(tile), w0 = TWeights.First(places), w1 = TWeights.Second(places, tile);
            TVec value = TSimd.Broadcast(values[0]);
            sum00 = TSimd.MulAdd(value, w0, sum00);
            sum01 = TSimd.MulAdd(value, w1, sum01);
            value = TSimd.Broadcast(values[1]);
            sum10 = TSimd.MulAdd(value, w0, sum10);
            sum11 = TSimd.MulAdd(value, w1, sum11);
            value = TSimd.Broadcast(values[2]);
            sum20 = TSimd.MulAdd(value, w0, sum20);
            sum21 = TSimd.MulAdd(value, w1, sum21);
            value = TSimd.Broadcast(values[3]);
            sum30 = TSimd.MulAdd(value, w0, sum30);
            sum31 = TSimd.MulAdd(value, w1, sum31);
        }
        if (data > 3)
            End(sums3, sum30, sum31);
        if (data > 2)
            End(sums2, sum20, sum21);
        if (data > 1)
            End(sums1, sum10, sum11);
        End(sums, sum00, sum01);
    }

    private static TVec Begin(float* sums, bool first) => first ? TSimd.Zero : TSimd.Load(sums);

    private static void End(float* sums, TVec value0, TVec value1)
    {
        TSimd.Store(sums, value0);
        TSimd.Store(sums + TWeights.SecondRow, value1);
    }
}
