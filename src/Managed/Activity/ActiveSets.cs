using Subquad.Layers;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;

namespace Subquad.Activity;

/// <summary>
/// Which neurons of one layer fire for each datum of a batch, with their values h and norms: every pre-activation is compared with its
/// threshold, so the set is the exact one for the arithmetic used.
/// </summary>
internal sealed class ActiveSets : IDisposable
{
    private const int Chunk = 64;

    private readonly TeamKernels _kernels;
    private readonly Action<int, int> _finish, _addResidual;
    private NativeBuffer<float> _norms = new(0);
    private Layer _layer = null!;
    private ActivationPoint _point;
    private ActiveBatch _residual = null!;

    public ActiveSets(TeamKernels kernels)
    {
        _kernels = kernels;
        _finish = (chunk, _) => _layer.Activation.Finish(_point, chunk * Chunk, EndOf(chunk));
        _addResidual = (chunk, _) => AddResidual(chunk * Chunk, EndOf(chunk));
    }

    /// <summary>Bytes of the sets of a layer for so many data.</summary>
    public static Int128 BytesOf(LayerSize layer, int count) =>
        ActiveBatch.BytesOf(count, layer.Width, layer.EntriesOf(count)) + NativeBuffer<float>.BytesOf(count);

    /// <summary>The sets, and h.</summary>
    public ActiveBatch Active { get; } = new();

    /// <summary>The norm that h was divided by, per datum; 1 for a plain layer, 0 for a dead datum.</summary>
    public ReadOnlySpan<float> Norms => _norms.Slice(0, Active.Count);

    /// <summary>Data for which no neuron fires.</summary>
    public int Dead
    {
        get
        {
            int dead = 0;
            foreach (float norm in Norms)
                dead += norm == 0 ? 1 : 0;
            return dead;
        }
    }

    /// <summary>The state that the derivative of a layer's activation is taken at.</summary>
    /// <param name="preActivations">g of the same pass; null where a shifted ReLU found its sets without it.</param>
    /// <param name="layer">The layer.</param>
    public ActivationPoint PointOf(PanelMatrix? preActivations, Layer layer) => new(Active, _norms, preActivations, layer.Thresholds);

    /// <summary>Finds the sets from the pre-activations of a layer.</summary>
    public void Find(PanelMatrix preActivations, Layer layer)
    {
        layer.Activation.List(_kernels, preActivations, layer.Thresholds, Active);
        Finish(preActivations, layer);
    }

    /// <summary>Completes the values and sets the norms, once <see cref="Active"/> holds the lists.</summary>
    /// <inheritdoc cref="PointOf"/>
    public void Finish(PanelMatrix? preActivations, Layer layer)
    {
        GrowOnlyBuffer.EnsureCapacity(ref _norms, Active.Count);
        (_layer, _point) = (layer, PointOf(preActivations, layer));
        _kernels.Team.Run((Active.Count + Chunk - 1) / Chunk, _finish);
    }

    /// <summary>Adds what entered a residual block to the values that leave its last layer, which lists every neuron.</summary>
    /// <param name="entered">Lists over as many neurons.</param>
    public void AddResidual(ActiveBatch entered)
    {
        _residual = entered;
        _kernels.Team.Run((Active.Count + Chunk - 1) / Chunk, _addResidual);
    }

    public void Dispose()
    {
        Active.Dispose();
        _norms.Dispose();
    }

    private void AddResidual(int from, int to)
    {
        foreach (ActiveSegment segment in _residual.SegmentsOf(from, to))
        {
            Span<float> values = Active.Segment(segment.Block, segment.Datum).Values;
            ReadOnlySpan<float> entered = segment.Values;
            ReadOnlySpan<ushort> offsets = segment.Offsets;
            for (int i = 0; i < entered.Length; i++)
                values[offsets[i]] += entered[i];
        }
    }

    private int EndOf(int chunk) => Math.Min(Active.Count, (chunk + 1) * Chunk);
}
