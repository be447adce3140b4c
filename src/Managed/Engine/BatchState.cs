using Subquad.Activity;
using Subquad.Layers;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;
using Subquad.Weights;

namespace Subquad.Engine;

/// <summary>
/// One batch on its way through the layers from <see cref="From"/> on: what enters the first of them, what each leaves behind, and the
/// outputs.
/// </summary>
internal sealed class BatchState : IDisposable
{
    private readonly TeamKernels _kernels;
    private readonly LayerStack _layers;
    private readonly PanelMatrix _dense = new(1, 1), _direct = new(1, 1);
    private readonly TermProducts _products;

    public BatchState(TeamKernels kernels, LayerStack layers, int from)
    {
        _kernels = kernels;
        _layers = layers;
        From = from;
        _products = new TermProducts(kernels);
        Hidden = new HiddenState[layers.Hidden.Length - from];
        for (int i = 0; i < Hidden.Length; i++)
            Hidden[i] = new HiddenState(kernels);
    }

    /// <summary>Bytes of the states of hidden layers for so many data.</summary>
    /// <param name="network">The network.</param>
    /// <param name="from">The first layer that is covered.</param>
    /// <param name="to">One past the last.</param>
    /// <param name="count">Data.</param>
    /// <param name="computed">The first layer whose pre-activations are computed from its weights.</param>
    /// <param name="hasSums">Whether the layers before that one have pre-activations.</param>
    /// <param name="isTransposed">Whether the sets are transposed.</param>
    public static Int128 BytesOf(NetworkSize network, int from, int to, int count, int computed, bool hasSums, bool isTransposed) =>
        network.Sum(from, computed, layer => HiddenState.BytesOf(layer, count, hasSums, isTransposed))
        + network.Sum(computed, to, layer => HiddenState.BytesOf(layer, count, hasSums: true, isTransposed))
        + network.Most(computed, to, layer => layer.ActiveInputs >= TeamKernels.ForwardBreakEven * layer.Inputs
            ? PanelMatrix.BlockBytesOf(count, layer.Inputs) : 0)
        + network.Most(computed, to, layer => TermProducts.BytesOfHeld(count, layer.HeldTerms, layer.Width, layer.Inputs));

    /// <summary>Bytes of the outputs for so many data.</summary>
    public static Int128 OutputBytesOf(NetworkSize network, int count) =>
        (network.HasDirect ? 2 : 1) * PanelMatrix.BlockBytesOf(network.Outputs, count);

    /// <summary>The first layer (from 0) that this state covers.</summary>
    public int From { get; }

    /// <summary>What enters layer <see cref="From"/>; not owned.</summary>
    public ActiveBatch Inputs { get; set; } = null!;

    /// <summary>
    /// What enters the network, which direct weights read: <see cref="Inputs"/> unless layers below <see cref="From"/> are left out. Not
    /// owned.
    /// </summary>
    public ActiveBatch Rows { get => field ?? Inputs; init; }

    /// <summary>The same, transposed, where direct weights are trained. Not owned.</summary>
    public TransposedBatch? TransposedRows { get; init; }

    /// <summary>The state of layers From, From + 1, ...</summary>
    public HiddenState[] Hidden { get; }

    /// <summary>f: outputs x data.</summary>
    public PanelMatrix Outputs { get; } = new(1, 1);

    public int Count => Inputs.Count;

    /// <summary>Finds the active sets of the first layer in place of a scan; null for the scan. Not owned.</summary>
    public IncrementalActiveSetFinder? Finder { get; set; }

    /// <summary>What enters a layer.</summary>
    public ActiveBatch InputOf(int layer) => layer == From ? Inputs : Hidden[layer - From - 1].Sets.Active;

    /// <summary>The state of a layer, by its number in the network.</summary>
    public HiddenState Of(int layer) => Hidden[layer - From];

    /// <summary>The last hidden layer's state.</summary>
    public HiddenState Last => Hidden[^1];

    /// <summary>The full forward pass with the layers' own weights.</summary>
    public void Forward()
    {
        ForwardHidden();
        _kernels.Forward(_layers.Output, Last.Sets.Active, Outputs);
        if (_layers.Direct is { } direct)
            AddDirect(direct.Matrix);
    }

    /// <summary>f += B^T x.</summary>
    /// <param name="direct">B^T: outputs x inputs.</param>
    public void AddDirect(PanelMatrix direct)
    {
        _kernels.Forward(direct, Rows, _direct);
        for (int panel = 0; panel < Outputs.Panels; panel++)
            _kernels.Kernels.Axpy(1f, _direct.Panel(panel), Outputs.Panel(panel));
    }

    /// <summary>The forward pass up to the last hidden layer.</summary>
    public void ForwardHidden()
    {
        for (int layer = From; layer < _layers.Hidden.Length; layer++)
        {
            IncrementalActiveSetFinder? finder = layer == From ? Finder : null;
            if (finder is not { ReadsWeights: true })
                Accumulate(layer);
            if (finder is null)
            {
                Activate(layer, reevaluated: 1);
                continue;
            }
            finder.Begin(InputOf(layer), Of(layer).PreActivations, Of(layer).Sets);
            Of(layer).Changed(finder.Computed);
        }
    }

    /// <summary>g = W h of a layer, for all neurons.</summary>
    public void Accumulate(int layer) => _layers.Weights[layer].Query(_products, InputOf(layer), Of(layer).PreActivations, _dense);

    /// <summary>Active sets and h of a layer from its pre-activations.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="reevaluated">Share of the pre-activations that were computed anew.</param>
    public void Activate(int layer, double reevaluated)
    {
        HiddenState state = Of(layer);
        Layer parameters = _layers.Hidden[layer];
        state.Sets.Find(state.PreActivations, parameters);
        if (parameters.ResidualOf > 0)
            state.Sets.AddResidual(InputOf(layer - parameters.ResidualOf + 1));
        state.Changed(reevaluated);
    }

    public void Dispose()
    {
        foreach (HiddenState state in Hidden)
            state.Dispose();
        Outputs.Dispose();
        _dense.Dispose();
        _direct.Dispose();
        _products.Dispose();
    }
}
