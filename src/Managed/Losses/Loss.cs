using Subquad.Data;
using Subquad.Simd.Memory;

namespace Subquad.Losses;

/// <summary>
/// L(f, y), summed over the data: what a training lowers. Everything an optimizer needs of it: its value, its gradient by the outputs (the
/// cotangent), products with its Hessian by the outputs (the curvature), and the link from outputs to predictions. Has no state, so one
/// object serves all threads.
/// </summary>
internal abstract class Loss
{
    /// <summary>L, in float64, summed in the order of the data.</summary>
    /// <param name="outputs">f: outputs x data.</param>
    /// <param name="targets">y: data x outputs, row-major, transformed.</param>
    public abstract double Value(PanelMatrix outputs, ReadOnlySpan<float> targets);

    /// <summary>L of outputs that are all zero.</summary>
    /// <param name="targets">y: data x outputs, row-major, transformed.</param>
    /// <param name="outputs">Outputs of a datum.</param>
    public abstract double ValueAtZero(ReadOnlySpan<float> targets, int outputs);

    /// <summary>dL / df.</summary>
    /// <param name="outputs">f: outputs x data.</param>
    /// <param name="targets">y: data x outputs, row-major, transformed.</param>
    /// <param name="cotangent">Its shape is set; overwritten.</param>
    public abstract void Cotangent(PanelMatrix outputs, ReadOnlySpan<float> targets, OutputVector cotangent);

    /// <summary>(d^2 L / df^2) x, datum by datum.</summary>
    /// <param name="outputs">f: outputs x data, where the curvature is taken.</param>
    /// <param name="x">A vector over data and outputs.</param>
    /// <param name="result">Another vector of that shape; overwritten.</param>
    public abstract void MultiplyCurvature(PanelMatrix outputs, OutputVector x, OutputVector result);

    /// <summary>Turns the outputs of one datum into its prediction, in place: still in transformed units.</summary>
    /// <param name="outputs">f of one datum.</param>
    public abstract void Link(Span<float> outputs);
}
