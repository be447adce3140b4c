using Subquad.Simd.Memory;
using Subquad.Simd.Threading;

namespace Subquad.Weights;

/// <summary>
/// A step of one layer, -scale * sum over i of u_i v_i^T, held as n rank-one terms beside the weights: it can be tried on any batch, folded into the weights, or dropped,
/// and until it is folded the weights are untouched.
/// </summary>
internal sealed class PendingTerms(TeamKernels kernels) : IDisposable
{
    private NativeBuffer<float> _turnedValues = new(0);
    private ActiveBatch _outputs = null!;
    private NativeBuffer<float> _outputValues = null!;
    private TransposedBatch _turnedOutputs = null!;

    /// <summary>Multiplies every term; the metric s^2.</summary>
    public float Scale { get; private set; }

    /// <summary>The inputs v of the terms.</summary>
    public ActiveBatch Inputs { get; private set; } = null!;

    /// <summary>Takes the terms over.</summary>
    /// <param name="outputs">The structure of u.</param>
    /// <param name="values">u; not copied.</param>
    /// <param name="turned">The same structure turned round.</param>
    /// <param name="inputs">v; not copied.</param>
    /// <param name="scale">s^2.</param>
    public void Set(ActiveBatch outputs, NativeBuffer<float> values, TransposedBatch turned, ActiveBatch inputs, float scale)
    {
        (_outputs, _outputValues, _turnedOutputs, Inputs, Scale) = (outputs, values, turned, inputs, scale);
        if (_turnedValues.Length < turned.Lists.Entries)
        {
            _turnedValues.Dispose();
            _turnedValues = new NativeBuffer<float>(turned.Lists.Entries + turned.Lists.Entries / 4);
        }
        turned.Gather(values, _turnedValues);
    }

    /// <summary>product[i, r] = sum over terms i' of products[i, i'] u_i'[r]: what the terms add to the pre-activations of data whose inputs have these inner products with v, but
    /// for the factor -scale.</summary>
    /// <param name="products">The inner products: data x terms.</param>
    /// <param name="product">data x neurons.</param>
    public void Multiply(PanelMatrix products, PanelMatrix product) => kernels.Multiply(products, _turnedOutputs.Lists, _turnedValues, product);

    /// <summary>Adds the terms to the weights for good.</summary>
    /// <param name="weights">The layer's weights.</param>
    /// <param name="turnedInputs">v turned round.</param>
    public void FoldInto(PanelMatrix weights, TransposedBatch turnedInputs) =>
        kernels.Scatter(weights, _outputs, _outputValues, turnedInputs, turnedInputs.Lists.Values, -Scale);

    public void Dispose() => _turnedValues.Dispose();
}
