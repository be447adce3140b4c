using Subquad.Layers;
using Subquad.Simd.Memory;
using Subquad.Simd.Search;
using Subquad.Simd.Threading;
using Subquad.Weights;

namespace Subquad.Activity;

/// <summary>
/// How the active sets of the lowest trained layer are found for one set of data, whose inputs to that layer are constant: instead of
/// scanning all pre-activations, a structure is kept and only what a step changed is brought up to date. A trial that is dropped is undone
/// by the next one, which brings the rows of both up to date.
/// </summary>
internal abstract class IncrementalActiveSetFinder(TeamKernels kernels, Layer layer) : IDisposable
{
    private readonly bool[] _changed = new bool[layer.Width];
    private readonly float _gain = ((ShiftedRelu)layer.Activation).Gain;

    /// <summary>Whether it searches over the rows of the weights, and pre-activations are not needed.</summary>
    public abstract bool ReadsWeights { get; }

    protected TeamKernels Kernels { get; } = kernels;
    protected Layer Layer { get; } = layer;

    /// <summary>The rows that may differ from those that the structure holds.</summary>
    protected ReadOnlySpan<bool> Changed => _changed;

    protected bool IsChanged(int row) => _changed[row];

    /// <summary>Share of the neurons that the last pass computed anew.</summary>
    public double Computed { get; protected set; }

    /// <summary>Whether a strategy searches over the rows of the weights.</summary>
    public static bool SearchesWeights(ActivityStrategy strategy) =>
        strategy is ActivityStrategy.HalfSpaceOverWeights or ActivityStrategy.HalfSpaceOverData;

    /// <summary>Bytes of the structure for a strategy.</summary>
    /// <param name="strategy">The strategy; Automatic was resolved.</param>
    /// <param name="layer">The lowest trained layer.</param>
    /// <param name="count">Data.</param>
    public static Int128 BytesOf(ActivityStrategy strategy, LayerSize layer, int count)
    {
        // What is found per neuron and transposed afterwards.
        Int128 entries = layer.EntriesOf(count);
        Int128 byNeuron = ActiveBatch.BytesOf(layer.Width, count, entries) + TransposedBatch.BytesOf(layer.Width, count, entries);
        return strategy switch
        {
            ActivityStrategy.HalfSpaceOverWeights => HalfSpaceTree.BytesOf(layer.Width, layer.Inputs),
            ActivityStrategy.HalfSpaceOverData => HalfSpaceTree.BytesOf(count, layer.Inputs) + byNeuron,
            ActivityStrategy.CorrelationTree => CorrelationActivity.BytesOf(layer.Width, count) + (count > layer.Width ? byNeuron : 0),
            _ => 0,
        };
    }

    /// <summary>
    /// The structure for a strategy; null for the scan of all pre-activations, which is also what a layer without a threshold takes.
    /// </summary>
    public static IncrementalActiveSetFinder? For(ActivityStrategy strategy, TeamKernels kernels, Layer layer) => strategy switch
    {
        _ when layer.Activation is not ShiftedRelu => null,
        ActivityStrategy.HalfSpaceOverWeights => new HalfSpaceOverWeights(kernels, layer),
        ActivityStrategy.HalfSpaceOverData => new HalfSpaceOverData(kernels, layer),
        ActivityStrategy.CorrelationTree => new CorrelationActivity(kernels, layer),
        _ => null,
    };

    /// <summary>Builds the structure and finds the sets at the present weights.</summary>
    /// <param name="inputs">What enters the layer.</param>
    /// <param name="sums">Pre-activations, neurons x data; undefined when <see cref="ReadsWeights"/>.</param>
    /// <param name="sets">Takes the sets.</param>
    public void Begin(ActiveBatch inputs, PanelMatrix sums, ActiveSets sets)
    {
        Build(inputs, sums);
        List(_gain, sets.Active);
        sets.Finish(sums, Layer);
        Array.Clear(_changed);
    }

    /// <summary>Finds the sets under a pending step.</summary>
    /// <param name="terms">The step.</param>
    /// <param name="sums">Pre-activations under it, or undefined.</param>
    /// <param name="weights">Weights under it, or undefined when not <see cref="ReadsWeights"/>.</param>
    /// <param name="sets">Takes the sets.</param>
    public void Find(PendingTerms terms, PanelMatrix sums, PanelMatrix weights, ActiveSets sets)
    {
        terms.MarkRows(_changed);
        Update(sums, weights);
        List(_gain, sets.Active);
        sets.Finish(sums, Layer);
        // What this trial moved may have to be moved back by the next.
        Array.Clear(_changed);
        terms.MarkRows(_changed);
    }

    /// <summary>Says that the step of the last pass became part of the weights: nothing has to be moved back.</summary>
    public void Accept() => Array.Clear(_changed);

    public abstract void Dispose();

    protected abstract void Build(ActiveBatch inputs, PanelMatrix sums);

    /// <summary>Brings the <see cref="Changed"/> rows up to date.</summary>
    protected abstract void Update(PanelMatrix sums, PanelMatrix weights);

    /// <summary>Lists neurons and gain * (g - theta).</summary>
    protected abstract void List(float gain, ActiveBatch active);
}
