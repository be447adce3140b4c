using Subquad.Simd.Memory;
using Subquad.Simd.Threading;

namespace Subquad.Layers;

/// <summary>
/// What a layer makes of its pre-activations g: which neurons it lists, their values h(g - theta), and the derivative dh / dg at that
/// point. Has no state of a batch, so one object serves all of them.
/// </summary>
internal abstract class Activation
{
    /// <summary>Lists the neurons of every datum and their values, before <see cref="Finish"/>.</summary>
    /// <param name="kernels">Verbs.</param>
    /// <param name="preActivations">g: neurons x data.</param>
    /// <param name="thresholds">theta, one per neuron; a bias is its negative.</param>
    /// <param name="active">Takes the lists.</param>
    public abstract void List(TeamKernels kernels, PanelMatrix preActivations, NativeBuffer<float> thresholds, ActiveBatch active);

    /// <summary>
    /// Completes the values of some data once all are listed, and sets their norms: what the values of a datum were divided by, 1 where
    /// they were not, 0 for a datum without a neuron.
    /// </summary>
    /// <param name="point">The lists and what they come from.</param>
    /// <param name="from">The first datum.</param>
    /// <param name="to">One past the last datum.</param>
    public abstract void Finish(in ActivationPoint point, int from, int to);

    /// <summary>
    /// values = (dh / dg) values, for some data. The derivative is a symmetric matrix per datum, so it takes cotangents down and tangents
    /// up.
    /// </summary>
    /// <param name="point">Where the derivative is taken.</param>
    /// <param name="values">In the order of the lists; overwritten.</param>
    /// <param name="from">The first datum.</param>
    /// <param name="to">One past the last datum.</param>
    public abstract void ApplyDerivative(in ActivationPoint point, NativeBuffer<float> values, int from, int to);
}

/// <summary>A layer's state: what values are computed from, and where a derivative is taken.</summary>
/// <param name="Active">The listed neurons, and h.</param>
/// <param name="Norms">What h was divided by, one per datum.</param>
/// <param name="PreActivations">g: neurons x data; null where a shifted ReLU found its sets without it.</param>
/// <param name="Thresholds">theta, one per neuron.</param>
internal readonly record struct ActivationPoint(
    ActiveBatch Active, NativeBuffer<float> Norms, PanelMatrix? PreActivations, NativeBuffer<float> Thresholds);
