using Subquad.Simd;
using Subquad.Simd.Memory;
using Subquad.Weights;

namespace Subquad.Layers;

/// <summary>
/// One hidden layer: h = gain * max(0, W x - theta), divided by its norm in a normalised network. Knows its parameters and geometry, no
/// step and no loss.
/// </summary>
internal sealed class HiddenLayer : IDisposable
{
    /// <summary>A layer with weights of its own, all zero.</summary>
    public HiddenLayer(int inputs, int width, double shift, ElementFormat format = ElementFormat.Float32) : this(new LowRankWeights(new PanelMatrix(width, inputs, format)), shift)
    {
    }

    /// <summary>A layer with given weights, which it owns.</summary>
    public HiddenLayer(LowRankWeights weights, double shift)
    {
        Shift = shift;
        Gain = (float)Layers.Shift.Gain(shift);
        ExpectedDensity = Layers.Shift.UpperTail(shift);
        LowRank = weights;
        int width = weights.Rows;
        int padded = Weights.Panels * PanelMatrix.PanelRows;
        Thresholds = new NativeBuffer<float>(padded);
        Thresholds.Span.Fill((float)(shift * Deviation));
        // A padded output never fires.
        Thresholds.Slice(width, padded - width).Fill(float.PositiveInfinity);
    }

    /// <summary>W: width x inputs, as a base and terms beside it.</summary>
    public LowRankWeights LowRank { get; }

    /// <summary>The base: W itself while no terms are held.</summary>
    public PanelMatrix Weights => LowRank.Base;

    /// <summary>theta, one per neuron; +infinity on padding.</summary>
    public NativeBuffer<float> Thresholds { get; }

    public int Inputs => Weights.Columns;
    public int Width => Weights.Rows;

    /// <summary>b, in deviations of a pre-activation; theta = b sqrt(2 / width).</summary>
    public double Shift { get; }

    /// <summary>gamma; cancels in a normalised network, where 1 is used.</summary>
    public float Gain { get; }

    /// <summary>The share of neurons that is expected to fire, from parameters alone.</summary>
    public double ExpectedDensity { get; }

    private double Deviation => Math.Sqrt(2.0 / Width);

    /// <summary>Draws the weights of 64 rows: entries N(0, 2 / width).</summary>
    /// <param name="panel">Which 64 rows.</param>
    /// <param name="kernels">Any set: the numbers are the same on all.</param>
    /// <param name="seed">The network's seed.</param>
    /// <param name="layer">1 for the first hidden layer.</param>
    /// <param name="rows">Scratch: 64 x inputs.</param>
    public void DrawPanel(int panel, KernelSet kernels, ulong seed, int layer, Span<float> rows)
    {
        int first = panel * PanelMatrix.PanelRows, count = Math.Min(PanelMatrix.PanelRows, Width - first);
        for (int row = 0; row < count; row++)
            kernels.FillNormal(rows.Slice(row * Inputs, Inputs), seed, (uint)(first + row), (uint)layer, Deviation);
        if (count > 0)
            Weights.SetRows(first, count, rows);
    }

    public void Dispose()
    {
        LowRank.Dispose();
        Thresholds.Dispose();
    }
}
