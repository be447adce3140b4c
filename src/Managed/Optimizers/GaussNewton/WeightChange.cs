using Subquad.Data;
using Subquad.Engine;
using Subquad.Layers;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;
using Subquad.Weights;

namespace Subquad.Optimizers.GaussNewton;

/// <summary>
/// J_t (W_t - W_0): what the whole change of the trained parameters since the start adds to the outputs, to first order at the present
/// point. A tangent that is pushed forward. What enters the lowest trained layer is constant, so its part is the difference of
/// pre-activations; the layers above it need a copy of their first weights.
/// </summary>
internal sealed class WeightChange : IDisposable
{
    private readonly TeamKernels _kernels;
    private readonly LayerStack _layers;
    private readonly int _from;
    private readonly PanelMatrix _firstSums = new(1, 1), _pushed = new(1, 1);
    private readonly MatrixChange? _output, _direct;
    private readonly PanelMatrix[] _firstWeights;
    private readonly TermProducts _products;
    private NativeBuffer<float> _tangent = new(0), _below = new(0), _first = new(0), _transposed = new(0);

    /// <param name="kernels">Verbs.</param>
    /// <param name="layers">Parameters.</param>
    /// <param name="from">The first trained hidden layer, from 0.</param>
    /// <param name="trainsOutput">Whether A is trained.</param>
    public WeightChange(TeamKernels kernels, LayerStack layers, int from, bool trainsOutput)
    {
        (_kernels, _layers, _from) = (kernels, layers, from);
        _output = trainsOutput ? new(kernels, layers.Output) : null;
        _direct = layers.Direct is { } direct ? new(kernels, direct.Matrix) : null;
        _products = new TermProducts(kernels);
        _firstWeights = [.. layers.Hidden.Skip(from + 1).Select(layer => new PanelMatrix(layer.Width, layer.Inputs))];
    }

    /// <summary>Bytes held for the data of a step.</summary>
    public static Int128 BytesOf(NetworkSize network, int from, int count, bool trainsOutput)
    {
        Int128 bytes = PanelMatrix.BlockBytesOf(network.Hidden[from].Width, count)
            + PanelMatrix.BlockBytesOf(network.Outputs, count)
            + (trainsOutput ? MatrixChange.BytesOf(network.Outputs, network.Last.Width, count) : 0)
            + (network.HasDirect ? MatrixChange.BytesOf(network.Outputs, network.Hidden[0].Inputs, count) : 0);
        Int128 most = 0;
        for (int layer = from; layer < network.Hidden.Length; layer++)
        {
            LayerSize size = network.Hidden[layer];
            most = Int128.Max(most, GrowOnlyBuffer.BytesOfList<float>(size.EntriesOf(count)));
            if (layer > from)
                bytes += PanelMatrix.BlockBytesOf(size.Width, size.Inputs)
                    + TermProducts.BytesOfListed(count, size.HeldTerms, size.Width, size.Inputs, size.InputEntriesOf(count));
        }
        return bytes + (network.Hidden.Length > from + 1 ? 4 : 2) * most;
    }

    /// <summary>Takes the present parameters as those of the start.</summary>
    /// <param name="state">The training data, after a forward pass.</param>
    public void Begin(BatchState state)
    {
        _firstSums.CopyFrom(state.Of(_from).PreActivations);
        for (int i = 0; i < _firstWeights.Length; i++)
            _layers.Weights[_from + 1 + i].Materialise(_kernels, _firstWeights[i]);
        _output?.Begin();
        _direct?.Begin();
    }

    /// <summary>result = J_t (W_t - W_0).</summary>
    /// <param name="state">The same data at the present point.</param>
    /// <param name="result">Data x outputs.</param>
    public void PushForward(BatchState state, OutputVector result)
    {
        for (int layer = _from; layer < _layers.Hidden.Length; layer++)
        {
            ActiveBatch active = state.Of(layer).Sets.Active;
            (_tangent, _below) = (_below, _tangent);
            GrowOnlyBuffer.EnsureListCapacity(ref _tangent, active.EntryCount);
            GrowOnlyBuffer.EnsureListCapacity(ref _first, active.EntryCount);
            if (layer == _from)
            {
                _kernels.GatherActive(state.Of(layer).PreActivations, active, dataInRows: false, _tangent);
                _kernels.GatherActive(_firstSums, active, dataInRows: false, _first);
            }
            else
            {
                AddBelow(state, layer);
            }
            int entries = checked((int)active.EntryCount);
            _kernels.Kernels.Axpy(-1f, _first.Slice(0, entries), _tangent.Slice(0, entries));
            Layer parameters = _layers.Hidden[layer];
            parameters.Activation.ApplyDerivative(
                state.Of(layer).Sets.PointOf(state.Of(layer).PreActivations, parameters), _tangent, 0, active.Count);
        }
        ReadOutputs(state, result);
    }

    public void Dispose()
    {
        foreach (IDisposable part in (ReadOnlySpan<IDisposable>)[_firstSums, _pushed, _products, _tangent, _below, _first, _transposed])
            part.Dispose();
        _output?.Dispose();
        _direct?.Dispose();
        foreach (PanelMatrix weights in _firstWeights)
            weights.Dispose();
    }

    /// <summary>
    /// W_t dh + (W_t - W_0) h on the lists of a layer, as W_t (dh + h), with h what enters the layer; W_0 h is still to be subtracted.
    /// </summary>
    private void AddBelow(BatchState state, int layer)
    {
        ActiveBatch active = state.Of(layer).Sets.Active, inputs = state.InputOf(layer);
        TransposedBatch transposed = state.Of(layer - 1).Transposed;
        GrowOnlyBuffer.EnsureListCapacity(ref _transposed, inputs.EntryCount);
        int entries = checked((int)inputs.EntryCount);
        _kernels.Kernels.Axpy(1f, inputs.Values.Slice(0, entries), _below.Slice(0, entries));
        transposed.Gather(_below, _transposed);
        _layers.Weights[layer].Query(_products, active, _tangent, transposed, _transposed, inputs, _below);
        _kernels.PushForward(_firstWeights[layer - _from - 1], active, _first, transposed, transposed.Lists.Values);
    }

    /// <summary>df = A^T dh + (A - A_0)^T h + (B - B_0)^T x.</summary>
    private void ReadOutputs(BatchState state, OutputVector result)
    {
        ActiveBatch last = state.Last.Sets.Active;
        _kernels.Forward(_layers.Output, last, _tangent, _pushed);
        for (int datum = 0; datum < result.Count; datum++)
        {
            Span<double> row = result[datum];
            for (int c = 0; c < row.Length; c++)
                row[c] = _pushed[c, datum];
        }
        _output?.AddTo(result, last);
        _direct?.AddTo(result, state.Rows);
    }

    /// <summary>The change of a matrix that reads values which the step does not change.</summary>
    private sealed class MatrixChange(TeamKernels kernels, PanelMatrix weights) : IDisposable
    {
        private readonly PanelMatrix _first = new(1, 1), _change = new(1, 1), _outputs = new(1, 1);

        public static Int128 BytesOf(int outputs, int inputs, int count) =>
            2 * PanelMatrix.BlockBytesOf(outputs, inputs) + PanelMatrix.BlockBytesOf(outputs, count);

        public void Begin() => _first.CopyFrom(weights);

        public void AddTo(OutputVector result, ActiveBatch inputs)
        {
            _change.CopyFrom(weights);
            for (int panel = 0; panel < _change.Panels; panel++)
                kernels.Kernels.Axpy(-1f, _first.Panel(panel), _change.Panel(panel));
            kernels.Forward(_change, inputs, _outputs);
            for (int datum = 0; datum < result.Count; datum++)
            {
                Span<double> row = result[datum];
                for (int c = 0; c < row.Length; c++)
                    row[c] += _outputs[c, datum];
            }
        }

        public void Dispose()
        {
            _first.Dispose();
            _change.Dispose();
            _outputs.Dispose();
        }
    }
}
