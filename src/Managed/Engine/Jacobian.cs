using Subquad.Data;
using Subquad.Layers;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;
using Subquad.Weights;

namespace Subquad.Engine;

/// <summary>
/// The Jacobian J of a batch's outputs with respect to the trained parameters, never formed: row (i, c) is u_i(c) (x) v_i per layer, times
/// s. <see cref="PullBack"/> is J^T, <see cref="MultiplyGram"/> is J J^T: pull back, then push forward. After a pull-back the step it means
/// waits in <see cref="TermsOf"/> and <see cref="OutputStep"/>.
/// </summary>
internal sealed class Jacobian : IDisposable
{
    private readonly TeamKernels _kernels;
    private readonly LayerStack _layers;
    private readonly LayerTangent[] _tangents;
    private readonly OutputTangent _output;
    private readonly PanelMatrix _product = new(1, 1);
    private BatchState _state = null!;

    /// <param name="kernels">Verbs.</param>
    /// <param name="layers">Parameters.</param>
    /// <param name="from">The first trained hidden layer, from 0.</param>
    /// <param name="trainsOutput">Whether A is trained.</param>
    /// <param name="packedLimit">The most bytes that packed blocks of one layer may take. With one output nothing is packed: the step takes
    /// a single pull-back.</param>
    public Jacobian(TeamKernels kernels, LayerStack layers, int from, bool trainsOutput, long packedLimit)
    {
        _kernels = kernels;
        _layers = layers;
        From = from;
        TrainsOutput = trainsOutput;
        _tangents = new LayerTangent[layers.Hidden.Length - from];
        for (int i = 0; i < _tangents.Length; i++)
            _tangents[i] = new LayerTangent(kernels, layers, from + i, layers.Outputs == 1 ? -1 : packedLimit);
        _output = new OutputTangent(kernels, layers.Output);
    }

    public int From { get; }
    public bool TrainsOutput { get; }

    /// <summary>s^2: multiplies the hidden layers' part.</summary>
    public float HiddenStepScale { get; set; } = 1f;

    /// <summary>The step of each trained layer after a pull-back.</summary>
    public PendingTerms TermsOf(int layer) => _tangents[layer - From].Terms;

    /// <summary>V V^T of each trained layer.</summary>
    public PanelMatrix ProductsOf(int layer) => _tangents[layer - From].Products;

    /// <summary>u of a layer after a pull-back.</summary>
    public NativeBuffer<float> CotangentOf(int layer) => _tangents[layer - From].Cotangent;

    /// <summary>dA^T after a pull-back: A's step is its negative.</summary>
    public PanelMatrix OutputStep => _output.Step;

    /// <summary>
    /// Moves to another point: after a forward pass of <paramref name="state"/>, and after <see cref="ProductsOf"/> were computed for it.
    /// </summary>
    public void MoveTo(BatchState state)
    {
        _state = state;
        _output.MoveTo(state);
        for (int layer = _layers.Hidden.Length - 1; layer >= From; layer--)
            _tangents[layer - From].MoveTo(state);
    }

    /// <summary>u_l of all layers for the cotangents <paramref name="outputs"/> (data x outputs).</summary>
    public void PullBack(OutputVector outputs)
    {
        _output.PullBack(outputs, _tangents[^1].Cotangent);
        int last = _layers.Hidden.Length - 1;
        _tangents[^1].ApplyActivationDerivative(_tangents[^1].Cotangent);
        for (int layer = last - 1; layer >= From; layer--)
        {
            LayerTangent above = _tangents[layer + 1 - From], below = _tangents[layer - From];
            above.PullBack(below.Cotangent);
            below.ApplyActivationDerivative(below.Cotangent);
        }
    }

    /// <summary>Holds the step that the last pull-back means: hidden layers' terms and dA.</summary>
    public void StageStep()
    {
        foreach (LayerTangent tangent in _tangents)
            tangent.StageTerms(HiddenStepScale);
        if (TrainsOutput)
            _output.StageStep();
    }

    /// <summary>
    /// Holds the step of the cotangents <paramref name="multipliers"/> of the only output, after a pull-back of 1: u is linear in them, so
    /// no second pull-back is needed.
    /// </summary>
    public void StageScaledStep(OutputVector multipliers)
    {
        foreach (LayerTangent tangent in _tangents)
            tangent.StageScaledTerms(HiddenStepScale, multipliers);
        if (!TrainsOutput)
            return;
        _output.Take(multipliers);
        _output.StageStep();
    }

    /// <summary>result = J J^T <paramref name="outputs"/>.</summary>
    public void MultiplyGram(OutputVector outputs, OutputVector result)
    {
        PullBack(outputs);
        StageStep();
        for (int layer = From; layer < _layers.Hidden.Length; layer++)
        {
            LayerTangent tangent = _tangents[layer - From];
            tangent.Terms.Multiply(tangent.Products, _product);
            tangent.TakeDirect(_product, HiddenStepScale);
            if (layer > From)
                tangent.AddPushed(_tangents[layer - 1 - From].Tangent);
            tangent.ApplyActivationDerivative(tangent.Tangent);
        }
        _output.PushForward(_tangents[^1].Tangent, TrainsOutput, result);
    }

    public void Dispose()
    {
        foreach (LayerTangent tangent in _tangents)
            tangent.Dispose();
        _output.Dispose();
        _product.Dispose();
    }
}
