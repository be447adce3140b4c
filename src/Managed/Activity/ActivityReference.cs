using Subquad.Simd.Memory;

namespace Subquad.Activity;

/// <summary>A full pass of all data through one layer, kept to bound later ones: the inputs it had, upper bounds of its pre-activations, and norms on its supports.</summary>
internal sealed class ActivityReference : IDisposable
{
    /// <summary>h of the pass.</summary>
    public ActiveBatch Inputs { get; } = new();

    /// <summary>At least W h for the weights of now, which change while the reference stays: neurons x data.</summary>
    public PanelMatrix Upper { get; set; } = new(1, 1);

    /// <summary>At least |w_r restricted to the active inputs| for the weights of then: neurons x data.</summary>
    public PanelMatrix Support { get; } = new(1, 1);

    /// <summary>|h_i|, one per datum.</summary>
    public double[] Sizes { get; private set; } = [];

    /// <summary>How far the rows had moved by then.</summary>
    public double[] DriftThen { get; private set; } = [];

    /// <summary>Makes room.</summary>
    public void Reshape(int rows, int data)
    {
        if (Sizes.Length != data)
            Sizes = new double[data];
        if (DriftThen.Length != rows)
            DriftThen = new double[rows];
    }

    public void Dispose()
    {
        Inputs.Dispose();
        Upper.Dispose();
        Support.Dispose();
    }
}
