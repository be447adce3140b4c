using Subquad.Simd.Memory;

namespace Subquad.Layers;

/// <summary>
/// Weights from the transformed input row x straight to the outputs, to which they add B^T x: the wide part of a wide and deep network
/// (Cheng et al., "Wide and Deep Learning for Recommender Systems", 2016). They are zero before training.
/// </summary>
/// <param name="inputs">Numbers of x.</param>
/// <param name="outputs">Outputs.</param>
internal sealed class DirectWeights(int inputs, int outputs) : IDisposable
{
    /// <summary>B^T: outputs x inputs.</summary>
    public PanelMatrix Matrix { get; } = new(outputs, inputs);

    /// <summary>
    /// t^2: what multiplies a Gauss-Newton step of B, as s^2 that of the hidden layers; 0 until the first training sets it.
    /// </summary>
    public float StepScale { get; set; }

    public void Dispose() => Matrix.Dispose();
}
