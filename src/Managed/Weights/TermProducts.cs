using Subquad.Simd.Memory;
using Subquad.Simd.Threading;

namespace Subquad.Weights;

/// <summary>
/// What terms add to the pre-activations of data, but for the factor -scale: inner products of the data with the terms' inputs, times the
/// terms. Owns the scratch.
/// </summary>
internal sealed class TermProducts : IDisposable
{
    private const int Chunk = 1 << 16;

    private readonly PanelMatrix _rows = new(1, 1), _products = new(1, 1);
    private readonly Action<int, int> _subtract;
    private NativeBuffer<float> _gathered = new(0), _sums = null!;
    private long _entries;
    private float _scale;

    public TermProducts(TeamKernels kernels)
    {
        Kernels = kernels;
        _subtract = (chunk, _) => Subtract((long)chunk * Chunk);
    }

    /// <summary>Bytes held after products of data with the terms of a step.</summary>
    /// <param name="count">Data.</param>
    /// <param name="terms">Terms.</param>
    /// <param name="rows">Rows of the weights.</param>
    /// <param name="columns">Columns of the weights.</param>
    public static Int128 BytesOf(int count, int terms, int rows, int columns) => PanelMatrix.BlockBytesOf(count, columns)
        + PanelMatrix.BlockBytesOf(count, terms) + PanelMatrix.BlockBytesOf(count, rows);

    /// <summary>Bytes held after products with terms that are held beside the weights, for all rows.</summary>
    /// <inheritdoc cref="BytesOf"/>
    public static Int128 BytesOfHeld(int count, long terms, int rows, int columns) => terms == 0 ? 0
        : BytesOf(count, GroupOf(terms), rows, columns);

    /// <summary>The same for listed rows, and for listed columns.</summary>
    /// <param name="count">Data.</param>
    /// <param name="terms">Terms.</param>
    /// <param name="rows">Rows of the weights.</param>
    /// <param name="columns">Columns of the weights.</param>
    /// <param name="listed">Entries of the longer lists.</param>
    public static Int128 BytesOfListed(int count, long terms, int rows, int columns, Int128 listed) => terms == 0 ? 0
        : BytesOf(count, GroupOf(terms), Math.Max(rows, columns), Math.Max(rows, columns)) + GrowOnlyBuffer.BytesOfList<float>(listed);

    /// <summary>What computes.</summary>
    public TeamKernels Kernels { get; }

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
        Spread(data, data.Values);
        Kernels.Multiply(_rows, terms, terms.Values, products);
    }

    /// <summary>Takes the data that <see cref="Of(LowRankTerms)"/> and <see cref="OfTransposed"/> are asked for.</summary>
    /// <param name="data">Which elements are not zero.</param>
    /// <param name="values">Their values.</param>
    public void Spread(ActiveBatch data, NativeBuffer<float> values) => Kernels.Spread(data, values, _rows);

    /// <summary>
    /// sum over terms j of &lt;h_i, v_j&gt; u_j: data x rows of the weights, for the h that were spread; valid until the next call.
    /// </summary>
    public PanelMatrix Of(LowRankTerms terms)
    {
        Kernels.Multiply(_rows, terms.Inputs, terms.Inputs.Values, _products);
        terms.Multiply(Kernels, _products, Sums);
        return Sums;
    }

    /// <summary>
    /// sum over terms j of &lt;u_i, u_j&gt; v_j: data x columns of the weights, for the u_i that were spread; valid until the next call.
    /// </summary>
    public PanelMatrix OfTransposed(LowRankTerms terms)
    {
        Kernels.Multiply(_rows, terms.Outputs, terms.Outputs.Values, _products);
        terms.MultiplyInputs(Kernels, _products, Sums);
        return Sums;
    }

    /// <summary>sums -= scale * product at listed elements, rounded as <see cref="TeamKernels.SubtractTransposed"/> rounds.</summary>
    /// <param name="product">Data x what is listed.</param>
    /// <param name="scale">Multiplies the product.</param>
    /// <param name="listed">Which elements.</param>
    /// <param name="sums">In the order of <paramref name="listed"/>.</param>
    public void Subtract(PanelMatrix product, float scale, ActiveBatch listed, NativeBuffer<float> sums)
    {
        GrowOnlyBuffer.EnsureListCapacity(ref _gathered, listed.EntryCount);
        Kernels.GatherActive(product, listed, dataInRows: true, _gathered);
        (_scale, _entries, _sums) = (scale, listed.EntryCount, sums);
        Kernels.Team.Run((int)((_entries + Chunk - 1) / Chunk), _subtract);
    }

    public void Dispose()
    {
        _rows.Dispose();
        _products.Dispose();
        Sums.Dispose();
        _gathered.Dispose();
    }

    private static int GroupOf(long terms) => (int)Math.Min(terms, LowRankWeights.MostJoined);

    private void Subtract(long from)
    {
        int length = (int)Math.Min(Chunk, _entries - from);
        Span<float> sums = _sums.Slice(from, length), terms = _gathered.Slice(from, length);
        for (int i = 0; i < length; i++)
            sums[i] -= _scale * terms[i];
    }
}
