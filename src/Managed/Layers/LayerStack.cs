using Subquad.Simd.Memory;
using Subquad.Weights;

namespace Subquad.Layers;

/// <summary>
/// All parameters of a network: hidden layers, the output matrix and, in some networks, direct weights. f = A^T h_L + B^T x.
/// </summary>
internal sealed class LayerStack : IDisposable
{
    private readonly Lock _applying = new();

    /// <param name="hidden">Hidden layers, first to last; owned.</param>
    /// <param name="output">A^T: outputs x width of the last hidden layer; owned.</param>
    /// <param name="direct">B; owned. Null without direct weights.</param>
    /// <exception cref="ArgumentException">A residual block overlaps another one, or its two ends do not fit each other.</exception>
    public LayerStack(Layer[] hidden, PanelMatrix output, DirectWeights? direct = null)
    {
        CheckResiduals(hidden);
        Hidden = hidden;
        Output = output;
        Direct = direct;
        Weights = new([.. hidden.Select(layer => layer.LowRank)]);
    }

    /// <summary>Hidden layers, first to last.</summary>
    public Layer[] Hidden { get; }

    /// <summary>Their weights.</summary>
    public WeightStack Weights { get; }

    /// <summary>A^T: outputs x width of the last hidden layer.</summary>
    public PanelMatrix Output { get; }

    /// <summary>Weights from the input to the outputs; null in a network without them.</summary>
    public DirectWeights? Direct { get; }

    /// <summary>Adds what a fit keeps beside the weights to them; null when nothing is kept.</summary>
    public Action? PendingChange { get; set; }

    public int Inputs => Hidden[0].Inputs;
    public int Outputs => Output.Rows;

    /// <summary>
    /// The hidden layers before <paramref name="layer"/> as a stack of their own; shares the parameters, which stay owned by this stack. It
    /// has no direct weights.
    /// </summary>
    /// <exception cref="ArgumentException">The cut goes through a residual block.</exception>
    public LayerStack Below(int layer)
    {
        for (int end = layer; end < Hidden.Length; end++)
            if (Hidden[end].ResidualOf > 0 && end - Hidden[end].ResidualOf + 1 < layer)
                throw new ArgumentException(
                    $"expected a residual block that is trained whole, found a cut before its layer {layer + 1}", nameof(layer));
        return new(Hidden[..layer], Output);
    }

    /// <summary>
    /// Applies the pending change, so that the weights are complete. Code that reads all weights during a fit must call it first.
    /// </summary>
    public void ApplyPending()
    {
        if (PendingChange is null)
            return;
        // Predictions run side by side, also from the callback of a run that waits for it: one of them applies it for all.
        lock (_applying)
            PendingChange?.Invoke();
    }

    /// <summary>Makes every output 0.</summary>
    public void ClearOutput()
    {
        Output.Clear();
        Direct?.Matrix.Clear();
    }

    public void Dispose()
    {
        foreach (Layer layer in Hidden)
            layer.Dispose();
        Output.Dispose();
        Direct?.Dispose();
    }

    private static void CheckResiduals(Layer[] hidden)
    {
        int free = 0;
        for (int end = 0; end < hidden.Length; end++)
        {
            if (hidden[end].ResidualOf == 0)
                continue;
            int first = end - hidden[end].ResidualOf + 1;
            if (first < free)
                throw new ArgumentException(
                    $"expected a residual block from layer {free + 1} on, found one from layer {first + 1}", nameof(hidden));
            if (hidden[first].Inputs != hidden[end].Width || hidden[end].Activation is not Pointwise)
                throw new ArgumentException(
                    $"expected a residual block that ends in a dense layer of {hidden[first].Inputs} neurons, " +
                    $"found one that ends in {hidden[end].Width}", nameof(hidden));
            free = end + 1;
        }
    }
}
