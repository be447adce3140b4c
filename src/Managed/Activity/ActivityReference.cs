using Subquad.Layers;
using Subquad.Simd.Memory;

namespace Subquad.Activity;

/// <summary>
/// What bounds later passes of the same data through a layer: upper bounds of the pre-activations at the inputs of the last accepted pass,
/// and norms on the supports of the last full one.
/// </summary>
internal sealed class ActivityReference : IDisposable
{
    /// <summary>Bytes of a reference for the data of a layer.</summary>
    public static Int128 BytesOf(LayerSize layer, int count) =>
        2 * ActiveBatch.BytesOf(count, layer.Inputs, layer.InputEntriesOf(count)) + 2 * PanelMatrix.BlockBytesOf(layer.Width, count);

    /// <summary>h of the last accepted pass.</summary>
    public ActiveBatch Inputs { get; } = new();

    /// <summary>At least W h for the weights of now: neurons x data.</summary>
    public PanelMatrix Upper { get; set; } = new(1, 1);

    /// <summary>|h_i|, one per datum.</summary>
    public double[] Sizes { get; private set; } = [];

    /// <summary>The active inputs of the last full pass.</summary>
    public ActiveBatch Supports { get; } = new();

    /// <summary>At least |w_r restricted to those inputs| for the base of then: neurons x data.</summary>
    public PanelMatrix SupportNorms { get; } = new(1, 1);

    /// <summary>How far the rows had moved when they were what that base is.</summary>
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
        Supports.Dispose();
        SupportNorms.Dispose();
    }
}
