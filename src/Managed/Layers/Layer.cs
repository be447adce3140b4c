using Subquad.Simd;
using Subquad.Simd.Memory;
using Subquad.Weights;

namespace Subquad.Layers;

/// <summary>
/// One hidden layer: h = activation(W x - theta), to which a residual block adds what entered it. Knows its parameters and geometry, no
/// step and no loss.
/// </summary>
internal sealed class Layer : IDisposable
{
    /// <summary>A layer with given weights, which it owns, and thresholds that are all 0.</summary>
    /// <param name="weights">W.</param>
    /// <param name="activation">What it makes of W x - theta.</param>
    /// <param name="expectedDensity">The share of neurons that is expected to fire.</param>
    /// <param name="residualOf">Layers of the residual block that ends here; 0 when none does.</param>
    public Layer(LowRankWeights weights, Activation activation, double expectedDensity, int residualOf = 0)
    {
        Activation = activation;
        ExpectedDensity = expectedDensity;
        ResidualOf = residualOf;
        LowRank = weights;
        int width = weights.Rows;
        int padded = Weights.Panels * PanelMatrix.PanelRows;
        Thresholds = new NativeBuffer<float>(padded);
        // A padded output never fires.
        Thresholds.Slice(width, padded - width).Fill(float.PositiveInfinity);
    }

    /// <summary>A shifted ReLU layer with the threshold and the gain of a shift; see <see cref="Shift"/>.</summary>
    /// <param name="weights">W; owned.</param>
    /// <param name="shift">b, in deviations of a pre-activation: theta = b sqrt(2 / width).</param>
    /// <param name="isNormalised">Whether h is divided by its norm.</param>
    public static Layer ShiftedRelu(LowRankWeights weights, double shift, bool isNormalised)
    {
        var layer = new Layer(weights, new ShiftedRelu((float)Shift.Gain(shift), isNormalised), Shift.UpperTail(shift));
        layer.Thresholds.Slice(0, layer.Width).Fill((float)(shift * layer.Deviation));
        return layer;
    }

    /// <summary>A dense layer without a bias: all neurons are listed. <see cref="Thresholds"/> takes the negative of a bias.</summary>
    /// <param name="weights">W; owned.</param>
    /// <param name="function">phi.</param>
    /// <param name="residualOf">Layers of the residual block that ends here; 0 when none does.</param>
    public static Layer Dense(LowRankWeights weights, Pointwise function, int residualOf = 0) =>
        new(weights, function, expectedDensity: 1, residualOf);

    /// <summary>W: width x inputs, as a base and terms beside it.</summary>
    public LowRankWeights LowRank { get; }

    /// <summary>The base: W itself while no terms are held.</summary>
    public PanelMatrix Weights => LowRank.Base;

    /// <summary>theta, one per neuron; +infinity on padding.</summary>
    public NativeBuffer<float> Thresholds { get; }

    public int Inputs => Weights.Columns;
    public int Width => Weights.Rows;

    /// <summary>What it makes of W x - theta.</summary>
    public Activation Activation { get; }

    /// <summary>
    /// Layers of the residual block that ends here: the output of this layer is activation(W x - theta) plus what entered the first of
    /// them. 0 when no block ends here.
    /// </summary>
    public int ResidualOf { get; }

    /// <summary>The share of neurons that is expected to fire.</summary>
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
