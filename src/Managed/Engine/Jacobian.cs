using Subquad.Data;
using Subquad.Layers;
using Subquad.Simd;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;
using Subquad.Weights;

namespace Subquad.Engine;

/// <summary>
/// The Jacobian J of a batch's outputs with respect to the trained parameters, never formed: row (i, c) is u_i(c) (x) v_i per layer, times
/// s, and for direct weights the input row at output c, times t. <see cref="PullBack"/> is J^T, <see cref="MultiplyGram"/> is J J^T: pull
/// back, then push forward. After a pull-back the passes hold the step that it means.
/// </summary>
internal sealed class Jacobian : IDisposable
{
    private readonly HiddenPass[] _hidden;
    private readonly OutputPass _output;
    private readonly PanelMatrix _product = new(1, 1);

    /// <param name="kernels">Verbs.</param>
    /// <param name="layers">Parameters.</param>
    /// <param name="from">The first trained hidden layer, from 0.</param>
    /// <param name="trainsOutput">Whether A is trained.</param>
    /// <param name="packedLimit">The most bytes that packed blocks of one layer may take. With one output nothing is packed: the step takes
    /// a single pull-back.</param>
    public Jacobian(TeamKernels kernels, LayerStack layers, int from, bool trainsOutput, long packedLimit)
    {
        From = from;
        TrainsOutput = trainsOutput;
        _hidden = new HiddenPass[layers.Hidden.Length - from];
        long limit = layers.Outputs == 1 ? -1 : packedLimit;
        _hidden[0] = Lowest = new ConstantInputPass(kernels, layers, from, limit, _product);
        for (int i = 1; i < _hidden.Length; i++)
        {
            _hidden[i] = new HiddenPass(kernels, layers, from + i, limit, _product);
            int source = i - layers.Hidden[from + i].ResidualOf;
            if (source >= 0 && source < i)
                _hidden[i].AddResidualOf(_hidden[source]);
        }
        _output = new OutputPass(kernels, layers, trainsOutput);
        Passes = [.. _hidden, _output];
    }

    /// <summary>Bytes of the passes of all trained layers for so many data.</summary>
    /// <param name="network">The network.</param>
    /// <param name="from">The first trained hidden layer, from 0.</param>
    /// <param name="count">Data of a step.</param>
    /// <param name="trainsOutput">Whether A is trained.</param>
    /// <param name="packedLimit">The most bytes that packed blocks of one layer may take.</param>
    /// <param name="pushes">Whether <see cref="MultiplyGram"/> is used.</param>
    public static Int128 BytesOf(NetworkSize network, int from, int count, bool trainsOutput, long packedLimit, bool pushes)
    {
        bool hasOne = network.Outputs == 1;
        return HiddenPass.BytesOf(network.Hidden[from], count, isLowest: true, hasOne, packedLimit)
            + network.Sum(from + 1, layer => HiddenPass.BytesOf(layer, count, isLowest: false, hasOne, packedLimit))
            + OutputPass.BytesOf(network, count, trainsOutput, pushes)
            + (pushes ? network.Most(from, network.Hidden.Length, layer => PanelMatrix.BlockBytesOf(count, layer.Width)) : 0);
    }

    /// <summary>Bytes of scratch that a worker reserves for the passes.</summary>
    /// <inheritdoc cref="BytesOf"/>
    public static Int128 ScratchOf(NetworkSize network, int from, int count, long packedLimit)
    {
        bool hasOne = network.Outputs == 1;
        Int128 above = network.Most(
            from + 1, network.Hidden.Length, layer => HiddenPass.ScratchOf(layer, count, isLowest: false, hasOne, packedLimit));
        Int128 lowest = HiddenPass.ScratchOf(network.Hidden[from], count, isLowest: true, hasOne, packedLimit);
        return Int128.Max(Int128.Max(lowest, above), KernelSet.PairScratchOf(count, network.Outputs, network.Outputs));
    }

    public int From { get; }
    public bool TrainsOutput { get; }

    /// <summary>s^2: multiplies the hidden layers' part.</summary>
    public float HiddenStepScale { get; set; } = 1f;

    /// <summary>The trained layers' passes, lowest first; the last one is the output layer's.</summary>
    public LayerPass[] Passes { get; }

    /// <summary>The pass of the lowest trained layer.</summary>
    public ConstantInputPass Lowest { get; }

    /// <summary>The step of each trained layer after a pull-back.</summary>
    public PendingTerms TermsOf(int layer) => _hidden[layer - From].Terms;

    /// <summary>V V^T of each trained layer.</summary>
    public PanelMatrix ProductsOf(int layer) => _hidden[layer - From].Products;

    /// <summary>u of a layer after a pull-back.</summary>
    public NativeBuffer<float> CotangentOf(int layer) => _hidden[layer - From].Cotangent;

    /// <summary>dA^T after a pull-back: A's step is its negative.</summary>
    public PanelMatrix OutputStep => _output.Step;

    /// <summary>What direct weights add to the pass of the output layer; null without any.</summary>
    public DirectPart? Direct => _output.Direct;

    /// <summary>
    /// Moves to another point: after a forward pass of <paramref name="state"/>, and after <see cref="ProductsOf"/> were computed for it.
    /// </summary>
    public void MoveTo(BatchState state)
    {
        foreach (LayerPass pass in Passes)
            pass.MoveTo(state);
    }

    /// <summary>u_l of all layers for the cotangents <paramref name="outputs"/> (data x outputs).</summary>
    public void PullBack(OutputVector outputs)
    {
        _output.Take(outputs);
        for (int i = _hidden.Length - 1; i >= 0; i--)
            Passes[i + 1].PullBack(_hidden[i]);
    }

    /// <summary>Holds the step that the last pull-back means: hidden layers' terms and dA.</summary>
    public void StageStep()
    {
        foreach (LayerPass pass in Passes)
            pass.StageStep(HiddenStepScale);
    }

    /// <summary>
    /// Holds the step of the cotangents <paramref name="multipliers"/> of the only output, after a pull-back of 1: u is linear in them, so
    /// no second pull-back is needed.
    /// </summary>
    public void StageScaledStep(OutputVector multipliers)
    {
        foreach (LayerPass pass in Passes)
            pass.StageScaledStep(HiddenStepScale, multipliers);
    }

    /// <summary>result = J J^T <paramref name="outputs"/>.</summary>
    public void MultiplyGram(OutputVector outputs, OutputVector result)
    {
        PullBack(outputs);
        StageStep();
        for (int i = 0; i < Passes.Length; i++)
            Passes[i].PushForward(i > 0 ? _hidden[i - 1] : null, HiddenStepScale);
        _output.CopyTangent(result);
    }

    public void Dispose()
    {
        foreach (LayerPass pass in Passes)
            pass.Dispose();
        _product.Dispose();
    }
}
