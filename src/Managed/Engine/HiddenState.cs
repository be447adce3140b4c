using Subquad.Activity;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;

namespace Subquad.Engine;

/// <summary>What a batch leaves behind in one hidden layer: pre-activations, active sets with h, and the sets turned round once somebody pulls back or scatters.</summary>
internal sealed class HiddenState(TeamKernels kernels) : IDisposable
{
    private bool _isTurned;

    /// <summary>g: neurons x data.</summary>
    public PanelMatrix Sums { get; } = new(1, 1);

    /// <summary>Active sets, h and its norms.</summary>
    public ActiveSets Sets { get; } = new(kernels);

    private readonly TransposedBatch _turned = new();

    /// <summary>The active sets turned round, with h; built on first use after a forward pass.</summary>
    public TransposedBatch Turned
    {
        get
        {
            if (!_isTurned)
                _turned.Build(Sets.Active);
            _isTurned = true;
            return _turned;
        }
    }

    /// <summary>Share of the neurons whose pre-activation the last forward pass computed anew: 1 for all of them, 0 when it only corrected them.</summary>
    public double Reevaluated { get; private set; }

    /// <summary>Says that the sets were found anew.</summary>
    /// <param name="reevaluated">See <see cref="Reevaluated"/>.</param>
    public void Changed(double reevaluated)
    {
        _isTurned = false;
        Reevaluated = reevaluated;
    }

    public void Dispose()
    {
        Sums.Dispose();
        Sets.Dispose();
        _turned.Dispose();
    }
}
