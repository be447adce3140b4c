using Subquad.Activity;
using Subquad.Layers;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;

namespace Subquad.Engine;

/// <summary>
/// The state of one hidden layer after a pass: its pre-activations, and its active sets with h. A pull-back or a scatter also needs the
/// sets transposed.
/// </summary>
internal sealed class HiddenState(TeamKernels kernels) : IDisposable
{
    private bool _isTransposed;

    /// <summary>Bytes of the state of a layer for so many data.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="count">Data.</param>
    /// <param name="hasSums">Whether pre-activations are computed.</param>
    /// <param name="isTransposed">Whether the sets are transposed.</param>
    public static Int128 BytesOf(LayerSize layer, int count, bool hasSums, bool isTransposed) => ActiveSets.BytesOf(layer, count)
        + (hasSums ? PanelMatrix.BlockBytesOf(layer.Width, count) : 0)
        + (isTransposed ? TransposedBatch.BytesOf(count, layer.Width, layer.EntriesOf(count)) : 0);

    /// <summary>g: neurons x data.</summary>
    public PanelMatrix PreActivations { get; } = new(1, 1);

    /// <summary>Active sets, h and its norms.</summary>
    public ActiveSets Sets { get; } = new(kernels);

    private readonly TransposedBatch _transposed = new();

    /// <summary>The active sets transposed, with h; built on first use after a forward pass.</summary>
    public TransposedBatch Transposed
    {
        get
        {
            if (!_isTransposed)
                _transposed.Build(Sets.Active);
            _isTransposed = true;
            return _transposed;
        }
    }

    /// <summary>
    /// Share of the neurons whose pre-activation the last forward pass computed anew: 1 for all of them, 0 when it only corrected them.
    /// </summary>
    public double Reevaluated { get; private set; }

    /// <summary>Says that the sets were found anew.</summary>
    /// <param name="reevaluated">See <see cref="Reevaluated"/>.</param>
    public void Changed(double reevaluated)
    {
        _isTransposed = false;
        Reevaluated = reevaluated;
    }

    public void Dispose()
    {
        PreActivations.Dispose();
        Sets.Dispose();
        _transposed.Dispose();
    }
}
