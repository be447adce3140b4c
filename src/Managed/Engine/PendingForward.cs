using Subquad.Layers;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;
using Subquad.Weights;

namespace Subquad.Engine;

/// <summary>
/// The forward pass of any batch under a step that is only pending: the terms' part comes from inner products of the batch's inputs with the terms' inputs. The first trained
/// layer has constant inputs, so its pre-activations are only corrected (algorithm A8: P - s^2 K U) and its weights are not read.
/// </summary>
internal sealed class PendingForward(TeamKernels kernels, LayerStack layers, Jacobian jacobian) : IDisposable
{
    private readonly PanelMatrix _rows = new(1, 1), _products = new(1, 1), _product = new(1, 1);
    private readonly PanelMatrix _output = new(layers.Output.Rows, layers.Output.Columns);

    /// <summary>Readies the output matrix A - dA of the step that the Jacobian holds.</summary>
    public void HoldOutput()
    {
        _output.CopyFrom(layers.Output);
        if (!jacobian.TrainsOutput)
            return;
        for (int panel = 0; panel < _output.Panels; panel++)
            kernels.Kernels.Axpy(-1f, jacobian.OutputStep.Panel(panel), _output.Panel(panel));
    }

    /// <summary>Runs the layers of <paramref name="target"/> as if the step had been taken.</summary>
    /// <param name="target">Its inputs are set; the rest is overwritten.</param>
    /// <param name="sums">Pre-activations of the first trained layer on the same data before the step.</param>
    /// <param name="products">Inner products of the batch's inputs with the terms' inputs in that layer: data x terms.</param>
    public void Run(BatchState target, PanelMatrix sums, PanelMatrix products)
    {
        for (int layer = target.From; layer < layers.Hidden.Length; layer++)
        {
            PendingTerms terms = jacobian.TermsOf(layer);
            PanelMatrix own = target.Of(layer).Sums;
            if (layer > target.From)
            {
                target.Accumulate(layer);
                InnerProducts(target.InputOf(layer), terms.Inputs, _products);
                (sums, products) = (own, _products);
            }
            terms.Multiply(products, _product);
            kernels.SubtractTransposed(sums, _product, terms.Scale, own);
            target.Activate(layer, reevaluated: layer > target.From ? 1 : 0);
        }
        kernels.Forward(_output, target.Last.Sets.Active, target.Outputs);
    }

    /// <summary>products[i, j] = the inner product of row i of <paramref name="data"/> and row j of <paramref name="terms"/>.</summary>
    public void InnerProducts(ActiveBatch data, ActiveBatch terms, PanelMatrix products)
    {
        kernels.Spread(data, data.Values, _rows);
        kernels.Multiply(_rows, terms, terms.Values, products);
    }

    /// <summary>Makes the step part of the weights.</summary>
    /// <param name="state">The point that the step was computed at.</param>
    /// <param name="inputs">What enters the first trained layer there, turned round.</param>
    public void Commit(BatchState state, TransposedBatch inputs)
    {
        for (int layer = state.From; layer < layers.Hidden.Length; layer++)
        {
            TransposedBatch turned = layer == state.From ? inputs : state.Of(layer - 1).Turned;
            jacobian.TermsOf(layer).FoldInto(layers.Hidden[layer].Weights, turned);
        }
        layers.Output.CopyFrom(_output);
    }

    public void Dispose()
    {
        _rows.Dispose();
        _products.Dispose();
        _product.Dispose();
        _output.Dispose();
    }
}
