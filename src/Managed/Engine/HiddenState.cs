using Subquad.Activity;
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
