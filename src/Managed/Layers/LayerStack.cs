using Subquad.Simd.Memory;
using Subquad.Weights;

namespace Subquad.Layers;

/// <summary>All parameters of a network: hidden layers and the output matrix. f = A^T h_L.</summary>
internal sealed class LayerStack(HiddenLayer[] hidden, PanelMatrix output, bool normalised) : IDisposable
{
    private readonly Lock _applying = new();

    /// <summary>Hidden layers, first to last.</summary>
    public HiddenLayer[] Hidden { get; } = hidden;

    /// <summary>Their weights.</summary>
    public WeightStack Weights { get; } = new([.. hidden.Select(layer => layer.LowRank)]);

    /// <summary>A^T: outputs x width of the last hidden layer.</summary>
    public PanelMatrix Output { get; } = output;

    /// <summary>Whether every hidden layer's h is divided by its norm.</summary>
    public bool Normalised { get; } = normalised;

    /// <summary>Adds what a fit keeps beside the weights to them; null when nothing is kept.</summary>
    public Action? PendingChange { get; set; }

    public int Inputs => Hidden[0].Inputs;
    public int Outputs => Output.Rows;

    /// <summary>The gain a layer applies: gamma, or 1 where the normalisation cancels it.</summary>
    public float GainOf(int layer) => Normalised ? 1f : Hidden[layer].Gain;

    /// <summary>
    /// The hidden layers before <paramref name="layer"/> as a stack of their own; shares the parameters, which stay owned by this stack.
    /// </summary>
    public LayerStack Below(int layer) => new(Hidden[..layer], Output, Normalised);

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

    public void Dispose()
    {
        foreach (HiddenLayer layer in Hidden)
            layer.Dispose();
        Output.Dispose();
    }
}
