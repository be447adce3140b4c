using Subquad.Data;
using Subquad.Layers;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;
using Subquad.Weights;

namespace Subquad.Engine;

/// <summary>
/// One layer's part of the Jacobian at a point: cotangents u and tangents dh on its active sets, and the inner products of what enters it.
/// </summary>
internal sealed class LayerTangent : IDisposable
{
    private const int Chunk = 64;

    private readonly TeamKernels _kernels;
    private readonly LayerStack _layers;
    private readonly int _layer;
    private readonly long _packedLimit;
    private readonly PackedBlocks _packed = new();
    private readonly TermProducts _products;
    private readonly Action<int, int> _applyDerivative, _addPushed;
    private bool _isPacked;
    private HiddenState _state = null!;
    private HiddenState? _below;
    private NativeBuffer<float> _cotangent = new(0), _tangent = new(0), _pushed = new(0), _transposed = new(0), _scaled = new(0);
    private NativeBuffer<float> _projected = null!;
    private ActiveBatch _inputs = null!;

    public LayerTangent(TeamKernels kernels, LayerStack layers, int layer, long packedLimit)
    {
        _kernels = kernels;
        _layers = layers;
        _layer = layer;
        _packedLimit = packedLimit;
        Terms = new PendingTerms(kernels);
        _products = new TermProducts(kernels);
        _applyDerivative = (chunk, _) => ApplyActivationDerivative(chunk * Chunk, Math.Min(Active.Count, (chunk + 1) * Chunk));
        _addPushed = (chunk, _) => AddPushed(chunk * (long)(1 << 16));
    }

    /// <summary>u, on the active sets.</summary>
    public NativeBuffer<float> Cotangent => _cotangent;

    /// <summary>dg, then dh, on the active sets.</summary>
    public NativeBuffer<float> Tangent => _tangent;

    /// <summary>V V^T.</summary>
    public PanelMatrix Products { get; } = new(1, 1);

    /// <summary>The step after <see cref="StageTerms"/>.</summary>
    public PendingTerms Terms { get; }

    private ActiveBatch Active => _state.Sets.Active;
    private LowRankWeights Weights => _layers.Weights[_layer];

    /// <summary>Takes the layer's state of a new point, and packs its active blocks when that pays.</summary>
    public void MoveTo(BatchState state)
    {
        _state = state.Of(_layer);
        _inputs = state.InputOf(_layer);
        _below = _layer > state.From ? state.Of(_layer - 1) : null;
        GrowOnlyBuffer.EnsureListCapacity(ref _cotangent, Active.EntryCount);
        GrowOnlyBuffer.EnsureListCapacity(ref _tangent, Active.EntryCount);
        _isPacked = false;
        if (_below is null)
            return;

        // The rule looks at sizes only, so that the path, and with it the bits, is the same on every machine.
        _isPacked = PackedBlocks.BytesOf(Active, _inputs) <= _packedLimit;
        GrowOnlyBuffer.EnsureListCapacity(ref _pushed, Active.EntryCount);
        if (!_isPacked)
        {
            GrowOnlyBuffer.EnsureListCapacity(ref _transposed, _inputs.EntryCount);
            return;
        }
        _packed.Plan(Active, _inputs);
        _kernels.Pack(Weights.Base, Active, _below.Transposed, _packed);
    }

    /// <summary>t = W^T u on the active inputs.</summary>
    public void PullBack(NativeBuffer<float> pulled)
    {
        if (!_isPacked)
        {
            Weights.QueryTransposed(_products, Active, _cotangent, _below!.Transposed, _inputs, pulled);
            return;
        }
        _kernels.PullBack(_packed, _cotangent, pulled);
        Weights.SubtractTransposedTerms(_products, Active, _cotangent, _inputs, pulled);
    }

    /// <summary>The step -s^2 sum of u v^T of the cotangents at hand.</summary>
    public void StageTerms(float hiddenStepScale) => Terms.Set(Active, _cotangent, _state.Transposed, _inputs, hiddenStepScale);

    /// <summary>The same for cotangents that are the ones at hand times a factor per datum; those at hand stay.</summary>
    public void StageScaledTerms(float hiddenStepScale, OutputVector factors)
    {
        GrowOnlyBuffer.EnsureListCapacity(ref _scaled, Active.EntryCount);
        for (int block = 0; block < Active.Blocks; block++)
            for (int datum = 0; datum < Active.Count; datum++)
            {
                (long start, int length) = Active.Segment(block, datum);
                float factor = (float)factors[datum][0];
                Span<float> from = _cotangent.Slice(start, length), to = _scaled.Slice(start, length);
                for (int i = 0; i < length; i++)
                    to[i] = factor * from[i];
            }
        Terms.Set(Active, _scaled, _state.Transposed, _inputs, hiddenStepScale);
    }

    /// <summary>dg = s^2 * (the terms' effect on their own data).</summary>
    public void TakeDirect(PanelMatrix product, float hiddenStepScale)
    {
        _kernels.GatherActive(product, Active, dataInRows: true, _tangent);
        foreach (ref float value in _tangent.Slice(0, checked((int)Active.EntryCount)))
            value *= hiddenStepScale;
    }

    /// <summary>dg += W dh of the layer below.</summary>
    public void AddPushed(NativeBuffer<float> below)
    {
        if (_isPacked)
        {
            _kernels.PushForward(_packed, below, _pushed);
            Weights.SubtractTerms(_products, Active, _pushed, _inputs, below);
        }
        else
        {
            _below!.Transposed.Gather(below, _transposed);
            Weights.Query(_products, Active, _pushed, _below.Transposed, _transposed, _inputs, below);
        }
        _kernels.Team.Run((int)((Active.EntryCount + (1 << 16) - 1) >> 16), _addPushed);
    }

    /// <summary>
    /// Takes cotangents through the activation (t to u) or tangents (dg to dh): gain * t for a plain layer, (t - &lt;t, h&gt; h) / norm for
    /// a normalised one. The map is its own transpose on the active set, so both ways are one.
    /// </summary>
    public void ApplyActivationDerivative(NativeBuffer<float> values)
    {
        _projected = values;
        _kernels.Team.Run((Active.Count + Chunk - 1) / Chunk, _applyDerivative);
    }

    public void Dispose()
    {
        _packed.Dispose();
        Products.Dispose();
        Terms.Dispose();
        _products.Dispose();
        _cotangent.Dispose();
        _tangent.Dispose();
        _pushed.Dispose();
        _scaled.Dispose();
        _transposed.Dispose();
    }

    private void AddPushed(long from)
    {
        int length = (int)Math.Min(1 << 16, Active.EntryCount - from);
        _kernels.Kernels.Axpy(1f, _pushed.Slice(from, length), _tangent.Slice(from, length));
    }

    private void ApplyActivationDerivative(int from, int to)
    {
        ActiveBatch active = Active;
        ReadOnlySpan<float> norms = _state.Sets.Norms;
        for (int datum = from; datum < to; datum++)
        {
            if (!_layers.Normalised)
            {
                Scale(active, datum, _layers.GainOf(_layer));
                continue;
            }
            double along = 0;
            for (int block = 0; block < active.Blocks; block++)
            {
                (long start, int length) = active.Segment(block, datum);
                Span<float> t = _projected.Slice(start, length), h = active.Values.Slice(start, length);
                for (int i = 0; i < length; i++)
                    along += (double)t[i] * h[i];
            }
            if (norms[datum] == 0)
                continue;
            float shift = (float)along, inverse = 1 / norms[datum];
            for (int block = 0; block < active.Blocks; block++)
            {
                (long start, int length) = active.Segment(block, datum);
                Span<float> t = _projected.Slice(start, length), h = active.Values.Slice(start, length);
                for (int i = 0; i < length; i++)
                    t[i] = (t[i] - shift * h[i]) * inverse;
            }
        }
    }

    private void Scale(ActiveBatch active, int datum, float gain)
    {
        for (int block = 0; block < active.Blocks; block++)
        {
            (long start, int length) = active.Segment(block, datum);
            foreach (ref float value in _projected.Slice(start, length))
                value *= gain;
        }
    }
}
