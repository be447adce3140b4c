using Subquad.Activity;
using Subquad.Layers;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;
using Subquad.Weights;

namespace Subquad.Engine;

/// <summary>
/// The forward pass of any batch under a step that is only pending: the terms' part comes from inner products of the batch's inputs with the terms' inputs. The first trained
/// layer has constant inputs, so its pre-activations are only corrected (algorithm A8: P - s^2 K U) and its weights are not read.
/// </summary>
internal sealed class PendingForward(TeamKernels kernels, LayerStack layers, Jacobian jacobian, Certificates? certificates) : IDisposable
{
    private readonly TermProducts _stepped = new(kernels);
    private readonly PanelMatrix _output = new(1, 1);

    private ConstantInputWeights? _implicit;
    private SteppedWeights? _weights;
    private TransposedBatch? _turnedInputs;

    /// <summary>Gives searches over the rows of the lowest trained layer its weights as they would be after each step.</summary>
    /// <param name="turnedInputs">What enters that layer, turned round.</param>
    public void StepWeights(TransposedBatch turnedInputs)
    {
        _turnedInputs = turnedInputs;
        _weights = new SteppedWeights(layers.Hidden[jacobian.From].Weights);
    }

    /// <summary>Keeps the lowest trained layer's change beside its weights from now on, as coefficients of its constant inputs; <see cref="LayerStack.Settle"/> folds it in.</summary>
    /// <param name="turnedInputs">What enters that layer, turned round.</param>
    /// <param name="active">Its active neurons.</param>
    public void KeepImplicit(TransposedBatch turnedInputs, ActiveBatch active)
    {
        if (layers.Unsettled is not null)
            throw new InvalidOperationException("another fit of this network is going on; wait for it to end");
        _implicit = new ConstantInputWeights(kernels, layers.Hidden[jacobian.From].Weights, turnedInputs);
        _implicit.Reserve(active);
        layers.Unsettled = _implicit.Materialise;
    }

    /// <summary>Readies what a trial needs of the step that the Jacobian holds: the output matrix A - dA and the rows' bounds.</summary>
    public void HoldStep()
    {
        certificates?.Hold(jacobian);
        _weights?.Step(jacobian.TermsOf(jacobian.From), _turnedInputs!);
        if (!jacobian.TrainsOutput)
            return;
        _output.CopyFrom(layers.Output);
        for (int panel = 0; panel < _output.Panels; panel++)
            kernels.Kernels.Axpy(-1f, jacobian.OutputStep.Panel(panel), _output.Panel(panel));
    }

    /// <summary>Runs the layers of <paramref name="target"/> as if the step had been taken.</summary>
    /// <param name="target">Its inputs are set; the rest is overwritten.</param>
    /// <param name="sums">Pre-activations of the first trained layer on the same data before the step.</param>
    /// <param name="products">Inner products of the batch's inputs with the terms' inputs in that layer: data x terms.</param>
    /// <param name="certified">The data's certificates by layer; empty without any.</param>
    public void Run(BatchState target, PanelMatrix sums, PanelMatrix products, CertifiedActivity?[] certified)
    {
        int lowest = target.From;
        PendingTerms terms = jacobian.TermsOf(lowest);
        HiddenState own = target.Of(lowest);
        HiddenLayer first = layers.Hidden[lowest];
        if (target.Lowest is { } search)
        {
            if (!search.ReadsWeights)
                kernels.SubtractTransposed(sums, _stepped.Of(products, terms), terms.Scale, own.Sums);
            search.Find(terms, own.Sums, _weights?.Matrix ?? first.Weights, own.Sets, layers.GainOf(lowest), layers.Normalised);
            own.Changed(search.Computed);
        }
        else
        {
            terms.Correct(products, _stepped.Sums, sums, own.Sums, first.Thresholds, layers.GainOf(lowest), own.Sets.Active);
            own.Sets.Finish(layers.Normalised);
            own.Changed(reevaluated: 0);
        }
        for (int layer = lowest + 1; layer < layers.Hidden.Length; layer++)
            RunLayer(target, layer, certified.Length > 0 ? certified[layer] : null);
        kernels.Forward(jacobian.TrainsOutput ? _output : layers.Output, target.Last.Sets.Active, target.Outputs);
    }

    /// <summary>products[i, j] = the inner product of row i of <paramref name="data"/> and row j of <paramref name="terms"/>.</summary>
    public void InnerProducts(ActiveBatch data, ActiveBatch terms, PanelMatrix products) => _stepped.InnerProducts(data, terms, products);

    /// <summary>Makes the step part of the weights.</summary>
    /// <param name="state">The point that the step was computed at.</param>
    /// <param name="inputs">What enters the first trained layer there, turned round.</param>
    public void Commit(BatchState state, TransposedBatch inputs)
    {
        for (int layer = state.From; layer < layers.Hidden.Length; layer++)
        {
            PendingTerms terms = jacobian.TermsOf(layer);
            if (layer == state.From && _implicit is not null)
                _implicit.Append(terms);
            else
                terms.FoldInto(layers.Hidden[layer].Weights, layer == state.From ? inputs : state.Of(layer - 1).Turned);
        }
        certificates?.Accept();
        if (jacobian.TrainsOutput)
            layers.Output.CopyFrom(_output);
    }

    public void Dispose()
    {
        if (_implicit is not null)
        {
            layers.Settle();
            layers.Unsettled = null;
            _implicit.Dispose();
        }
        _weights?.Dispose();
        _stepped.Dispose();
        _output.Dispose();
    }

    private void RunLayer(BatchState target, int layer, CertifiedActivity? certificate)
    {
        PendingTerms terms = jacobian.TermsOf(layer);
        ActiveBatch inputs = target.InputOf(layer);
        HiddenState own = target.Of(layer);
        PanelMatrix stepped = _stepped.Of(inputs, terms);
        if (certificate is not null && certificate.TryFind(inputs, target.Of(layer - 1).Turned, terms, stepped, own.Sets, layers.GainOf(layer), layers.Normalised))
        {
            own.Changed(certificate.Computed);
            if (certificates!.Audits)
                certificates.Audit(target, layer, stepped, terms.Scale);
            return;
        }
        target.Accumulate(layer);
        kernels.SubtractTransposed(own.Sums, stepped, terms.Scale, own.Sums);
        target.Activate(layer, reevaluated: 1);
        certificate?.Renew(inputs, own.Sums);
    }
}
