using Subquad.Activity;
using Subquad.Data;
using Subquad.Simd.Memory;
using Subquad.Weights;

namespace Subquad.Engine;

/// <summary>
/// What an optimizer asks of one layer at a point: its part of the Jacobian both ways, the step that the last cotangents mean, the forward
/// pass under that step while it is only pending, and the change of the parameters. A layer of another kind is a pass of its own.
/// </summary>
internal abstract class LayerPass : IDisposable
{
    /// <summary>Moves to the point of a state, after its forward pass.</summary>
    public abstract void MoveTo(BatchState state);

    /// <summary>
    /// Takes this layer's cotangents to the layer below, which completes them: W^T u on the neurons that are listed there.
    /// </summary>
    /// <param name="below">The pass of the layer below.</param>
    public abstract void PullBack(HiddenPass below);

    /// <summary>Holds the step of the present cotangents.</summary>
    /// <param name="hiddenStepScale">s^2, which multiplies the step of a hidden layer.</param>
    public abstract void StageStep(float hiddenStepScale);

    /// <summary>The same for the present cotangents times a factor per datum.</summary>
    /// <param name="hiddenStepScale">s^2.</param>
    /// <param name="factors">One per datum: a vector with one output.</param>
    public abstract void StageScaledStep(float hiddenStepScale, OutputVector factors);

    /// <summary>The tangent of what leaves this layer along the step that is held here and in the layers below.</summary>
    /// <param name="below">The pass of the layer below; null for the lowest trained layer, whose inputs are constant.</param>
    /// <param name="hiddenStepScale">s^2.</param>
    public abstract void PushForward(HiddenPass? below, float hiddenStepScale);

    /// <summary>Readies what <see cref="ForwardUnder"/> needs of the step that is held.</summary>
    public abstract void StageTrial();

    /// <summary>The forward pass through this layer as if the step had been taken.</summary>
    public abstract void ForwardUnder(in Trial trial);

    /// <summary>Makes the step part of the parameters.</summary>
    /// <param name="state">The point that the step was computed at.</param>
    /// <param name="constantInputs">What enters the lowest trained layer there, transposed.</param>
    /// <param name="flush">When a step is added to the base of the weights.</param>
    public abstract void Commit(BatchState state, TransposedBatch constantInputs, FlushPolicy flush);

    /// <summary>Adds what is kept beside the parameters to them, as the policy says, after the last step.</summary>
    /// <param name="flush">The policy.</param>
    public abstract void Finish(FlushPolicy flush);

    public abstract void Dispose();
}

/// <summary>One forward pass under a step that is only pending.</summary>
/// <param name="Target">Its inputs are set; the rest is overwritten.</param>
/// <param name="PreActivations">Those of the lowest trained layer on the same data before the step.</param>
/// <param name="Products">Inner products of the data's inputs with the terms' inputs in that layer: data x terms.</param>
/// <param name="Certified">The data's certificates by layer; empty without any.</param>
/// <param name="Certificates">What the certificates share; null without any.</param>
/// <param name="Stepped">Scratch for what terms add.</param>
internal readonly record struct Trial(
    BatchState Target, PanelMatrix PreActivations, PanelMatrix Products, CertifiedActivity?[] Certified, Certificates? Certificates,
    TermProducts Stepped);
