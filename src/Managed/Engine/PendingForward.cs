using Subquad.Activity;
using Subquad.Layers;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;
using Subquad.Weights;

namespace Subquad.Engine;

/// <summary>
/// The step that a Jacobian holds, while it is only pending: the forward pass of any batch as if it had been taken, and its commitment to
/// the parameters. The terms' part comes from inner products of the batch's inputs with the terms' inputs.
/// </summary>
/// <param name="kernels">Verbs.</param>
/// <param name="jacobian">Holds the step.</param>
/// <param name="certificates">What bounds passes of the same data; null when nothing does.</param>
/// <param name="flush">When accepted steps are added to the bases of the weights.</param>
internal sealed class PendingForward(TeamKernels kernels, Jacobian jacobian, Certificates? certificates, FlushPolicy flush) : IDisposable
{
    private readonly TermProducts _stepped = new(kernels);

    /// <summary>Bytes of the scratch of trials.</summary>
    /// <param name="network">The network.</param>
    /// <param name="from">The first trained hidden layer, from 0.</param>
    /// <param name="count">Data of a step, which are its terms.</param>
    /// <param name="heldOut">Held-out data that steps are tried on too.</param>
    /// <param name="correctsLowest">Whether the pre-activations of the first trained layer are corrected.</param>
    public static Int128 BytesOf(NetworkSize network, int from, int count, int heldOut, bool correctsLowest)
    {
        int data = Math.Max(count, heldOut), layers = network.Hidden.Length;
        Int128 rows = network.Most(from + 1, layers, layer => PanelMatrix.BlockBytesOf(data, layer.Inputs));
        return Int128.Max(rows, heldOut > 0 ? PanelMatrix.BlockBytesOf(heldOut, network.Hidden[from].Inputs) : 0)
            + (layers > from + 1 ? PanelMatrix.BlockBytesOf(data, count) : 0)
            + network.Most(correctsLowest ? from : from + 1, layers, layer => PanelMatrix.BlockBytesOf(data, layer.Width));
    }

    /// <inheritdoc cref="ConstantInputPass.StepWeights"/>
    public void StepWeights(TransposedBatch transposedInputs) => jacobian.Lowest.StepWeights(transposedInputs);

    /// <inheritdoc cref="ConstantInputPass.KeepImplicit"/>
    public void KeepImplicit(TransposedBatch transposedInputs, ActiveBatch active) =>
        jacobian.Lowest.KeepImplicit(transposedInputs, active, flush);

    /// <summary>Readies what a trial needs of the step: the rows' bounds and each layer's own.</summary>
    public void StageStep()
    {
        certificates?.Stage(jacobian);
        foreach (LayerPass pass in jacobian.Passes)
            pass.StageTrial();
    }

    /// <summary>Runs the layers of <paramref name="target"/> as if the step had been taken.</summary>
    /// <param name="target">Its inputs are set; the rest is overwritten.</param>
    /// <param name="preActivations">Those of the first trained layer on the same data before the step.</param>
    /// <param name="products">Inner products of the batch's inputs with the terms' inputs in that layer: data x terms.</param>
    /// <param name="certified">The data's certificates by layer; empty without any.</param>
    public void Run(BatchState target, PanelMatrix preActivations, PanelMatrix products, CertifiedActivity?[] certified)
    {
        var trial = new Trial(target, preActivations, products, certified, certificates, _stepped);
        foreach (LayerPass pass in jacobian.Passes)
            pass.ForwardUnder(trial);
    }

    /// <summary>products[i, j] = the inner product of row i of <paramref name="data"/> and row j of <paramref name="terms"/>.</summary>
    public void InnerProducts(ActiveBatch data, ActiveBatch terms, PanelMatrix products) => _stepped.InnerProducts(data, terms, products);

    /// <summary>Makes the step part of the parameters: of the weights' bases or beside them, as the policy says.</summary>
    /// <param name="state">The point that the step was computed at.</param>
    /// <param name="inputs">What enters the first trained layer there, transposed.</param>
    public void Commit(BatchState state, TransposedBatch inputs)
    {
        foreach (LayerPass pass in jacobian.Passes)
            pass.Commit(state, inputs, flush);
        certificates?.Accept();
    }

    /// <summary>Adds what is kept beside the parameters to them, as the policy says.</summary>
    public void Finish()
    {
        foreach (LayerPass pass in jacobian.Passes)
            pass.Finish(flush);
    }

    public void Dispose() => _stepped.Dispose();
}
