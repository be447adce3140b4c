using Subquad.Simd.Memory;
using Subquad.Simd.Threading;

namespace Subquad.Weights;

/// <summary>
/// A step of one layer, -scale * sum over i of u_i v_i^T, held as n rank-one terms beside the weights: it can be tried on any batch, folded
/// into the weights, or dropped, and until it is folded the weights are untouched.
/// </summary>
internal sealed class PendingTerms(TeamKernels kernels) : IDisposable
{
    private NativeBuffer<float> _transposedValues = new(0);
    private ActiveBatch _outputs = null!;
    private NativeBuffer<float> _outputValues = null!;
    private TransposedBatch _transposedOutputs = null!;

    /// <summary>Multiplies every term; s^2.</summary>
    public float Scale { get; private set; }

    /// <summary>The structure of u.</summary>
    public ActiveBatch Outputs => _outputs;

    /// <summary>u, in the order of <see cref="Outputs"/>.</summary>
    public NativeBuffer<float> OutputValues => _outputValues;

    /// <summary>The inputs v of the terms.</summary>
    public ActiveBatch Inputs { get; private set; } = null!;

    /// <summary>Bytes held for terms with so many entries in all u; the terms themselves belong to others.</summary>
    public static Int128 BytesOf(Int128 entries) => GrowOnlyBuffer.BytesOfList<float>(entries);

    /// <summary>Takes the terms over.</summary>
    /// <param name="outputs">The structure of u.</param>
    /// <param name="values">u; not copied.</param>
    /// <param name="transposed">The same structure transposed.</param>
    /// <param name="inputs">v; not copied.</param>
    /// <param name="scale">s^2.</param>
    public void Set(ActiveBatch outputs, NativeBuffer<float> values, TransposedBatch transposed, ActiveBatch inputs, float scale)
    {
        (_outputs, _outputValues, _transposedOutputs, Inputs, Scale) = (outputs, values, transposed, inputs, scale);
        GrowOnlyBuffer.EnsureListCapacity(ref _transposedValues, transposed.Lists.EntryCount);
        transposed.Gather(values, _transposedValues);
    }

    /// <summary>
    /// product[i, r] = sum over terms i' of products[i, i'] u_i'[r]: what the terms add to the pre-activations of data whose inputs have
    /// these inner products with v, but for the factor -scale.
    /// </summary>
    /// <param name="products">The inner products: data x terms.</param>
    /// <param name="product">data x neurons.</param>
    public void Multiply(PanelMatrix products, PanelMatrix product) =>
        kernels.Multiply(products, _transposedOutputs.Lists, _transposedValues, product);

    /// <summary>
    /// Pre-activations of data whose inputs to the layer are constant, corrected by the terms, and the neurons above their thresholds; see
    /// <see cref="TeamKernels.Correct"/>.
    /// </summary>
    /// <param name="products">The inner products: data x terms.</param>
    /// <param name="product">Scratch.</param>
    /// <param name="sums">Before: neurons x data.</param>
    /// <param name="corrected">After.</param>
    /// <param name="thresholds">One per neuron.</param>
    /// <param name="gain">Multiplies what is above.</param>
    /// <param name="active">Takes the lists.</param>
    public void Correct(PanelMatrix products, PanelMatrix product, PanelMatrix sums, PanelMatrix corrected, NativeBuffer<float> thresholds,
        float gain, ActiveBatch active) =>
        kernels.Correct(products, _transposedOutputs.Lists, _transposedValues, product, sums, Scale, corrected, thresholds, gain, active);

    /// <summary>
    /// Bounds how far each row of the weights would move: change[r] >= |scale * sum over i of u_i[r] v_i|, and how many terms a row has.
    /// Triangle inequality over the terms.
    /// </summary>
    /// <param name="inputNorms">|v_i|, one per term.</param>
    /// <param name="change">One per row.</param>
    /// <param name="terms">One per row.</param>
    public void ChangeNorms(ReadOnlySpan<double> inputNorms, Span<double> change, Span<int> terms) =>
        SparseNorms.OfTerms(_transposedOutputs.Lists, _transposedValues, Scale, inputNorms, change, terms);

    /// <summary>Marks the rows of the weights that the terms move.</summary>
    public void MarkRows(Span<bool> rows)
    {
        ActiveBatch lists = _transposedOutputs.Lists;
        foreach (ActiveSegment segment in lists.Segments())
            rows[segment.Datum] |= segment.Length > 0;
    }

    /// <summary>Adds the terms to the weights for good.</summary>
    /// <param name="weights">The layer's weights.</param>
    /// <param name="transposedInputs">v transposed.</param>
    public void FoldInto(PanelMatrix weights, TransposedBatch transposedInputs) =>
        kernels.Scatter(weights, _outputs, _outputValues, transposedInputs, transposedInputs.Lists.Values, -Scale);

    public void Dispose() => _transposedValues.Dispose();
}
