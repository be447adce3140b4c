using Subquad.Simd.Memory;
using Subquad.Simd.Threading;

namespace Subquad.Weights;

/// <summary>What the terms of a step add to the pre-activations of data, but for the factor -scale: inner products of the data with the terms' inputs, times the terms. Owns the scratch.</summary>
internal sealed class TermProducts(TeamKernels kernels) : IDisposable
{
    private readonly PanelMatrix _rows = new(1, 1), _products = new(1, 1);

    /// <summary>sum over terms j of &lt;h_i, v_j&gt; u_j[r]: data x neurons; valid until the next call.</summary>
    public PanelMatrix Sums { get; } = new(1, 1);

    /// <summary>Computes <see cref="Sums"/> for data with these inputs.</summary>
    public PanelMatrix Of(ActiveBatch inputs, PendingTerms terms)
    {
        InnerProducts(inputs, terms.Inputs, _products);
        return Of(_products, terms);
    }

    /// <summary>The same when the inner products (data x terms) are at hand.</summary>
    public PanelMatrix Of(PanelMatrix products, PendingTerms terms)
    {
        terms.Multiply(products, Sums);
        return Sums;
    }

    /// <summary>products[i, j] = the inner product of row i of <paramref name="data"/> and row j of <paramref name="terms"/>.</summary>
    public void InnerProducts(ActiveBatch data, ActiveBatch terms, PanelMatrix products)
    {
        kernels.Spread(data, data.Values, _rows);
        kernels.Multiply(_rows, terms, terms.Values, products);
    }

    public void Dispose()
    {
        _rows.Dispose();
        _products.Dispose();
        Sums.Dispose();
    }
}
