using Subquad.Activity;
using Subquad.Data;
using Subquad.Layers;
using Subquad.Simd;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;
using Subquad.Weights;

namespace Subquad.Engine;

/// <summary>
/// The pass of a hidden layer: cotangents u and tangents dh on its lists, the inner products of what enters it, and the step as rank-one
/// terms u v^T, one per datum.
/// </summary>
internal class HiddenPass : LayerPass
{
    private const int Chunk = 64, LongChunk = 1 << 16;

    private readonly long _packedLimit;
    private readonly PanelMatrix _product;
    private readonly PackedBlocks _packed = new();
    private readonly TermProducts _products;
    private readonly Action<int, int> _applyDerivative, _addPushed;
    private bool _isPacked;
    private HiddenState? _below;
    private HiddenPass? _residualFrom, _residualTo;
    private NativeBuffer<float> _cotangent = new(0), _tangent = new(0), _pushed = new(0), _transposed = new(0), _scaled = new(0);
    private NativeBuffer<float> _residual = new(0), _projected = null!;
    private ActivationPoint _point;
    private HiddenState _state = null!;
    private ActiveBatch _inputs = null!;

    /// <param name="kernels">Verbs.</param>
    /// <param name="layers">Parameters.</param>
    /// <param name="number">Which hidden layer, from 0.</param>
    /// <param name="packedLimit">The most bytes that packed blocks may take.</param>
    /// <param name="product">Scratch that the passes share; not owned.</param>
    public HiddenPass(TeamKernels kernels, LayerStack layers, int number, long packedLimit, PanelMatrix product)
    {
        (Kernels, Layers, Number, _packedLimit, _product) = (kernels, layers, number, packedLimit, product);
        Terms = new PendingTerms(kernels);
        _products = new TermProducts(kernels);
        _applyDerivative = (chunk, _) => ApplyActivationDerivative(chunk * Chunk, Math.Min(Active.Count, (chunk + 1) * Chunk));
        _addPushed = (chunk, _) => AddPushed(chunk * (long)LongChunk);
    }

    /// <summary>Bytes of the pass of a trained layer, and of the terms that it holds beside the weights.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="count">Data of a step.</param>
    /// <param name="isLowest">Whether no layer below is trained.</param>
    /// <param name="hasOneOutput">Whether the network has one output.</param>
    /// <param name="packedLimit">The most bytes that packed blocks may take.</param>
    public static Int128 BytesOf(LayerSize layer, int count, bool isLowest, bool hasOneOutput, long packedLimit)
    {
        Int128 entries = layer.EntriesOf(count), inputs = layer.InputEntriesOf(count), list = GrowOnlyBuffer.BytesOfList<float>(entries);
        Int128 bytes = (hasOneOutput ? 3 : 2) * list + PendingTerms.BytesOf(entries) + PanelMatrix.BlockBytesOf(count, count)
            + LowRankWeights.HeldBytesOf(layer.HeldTerms, count, layer.Width, layer.Active, layer.Inputs, layer.ActiveInputs);
        if (isLowest)
            return bytes;
        return bytes + list
            + TermProducts.BytesOfListed(count, layer.HeldTerms, layer.Width, layer.Inputs, Int128.Max(entries, inputs))
            + (IsPacked(layer, count, hasOneOutput, packedLimit)
                ? PackedBlocks.PlanBytesOf(count, layer.Active, layer.ActiveInputs) : GrowOnlyBuffer.BytesOfList<float>(inputs));
    }

    /// <summary>Bytes of scratch that a worker reserves for the pass.</summary>
    /// <inheritdoc cref="BytesOf"/>
    public static Int128 ScratchOf(LayerSize layer, int count, bool isLowest, bool hasOneOutput, long packedLimit) => Int128.Max(
        KernelSet.PairScratchOf(count, layer.Width, layer.Active),
        !isLowest && IsPacked(layer, count, hasOneOutput, packedLimit) ? PackedBlocks.ScratchOf(layer.Width, layer.Inputs) : 0);

    /// <summary>The most terms that stay beside the weights of a layer when each step is appended.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="isFirst">Whether it is the first layer of the network.</param>
    /// <param name="count">Terms of a step.</param>
    /// <param name="steps">Steps at most.</param>
    /// <param name="outputs">Outputs of the network.</param>
    /// <param name="flush">When they are added to the base.</param>
    public static long MostHeld(LayerSize layer, bool isFirst, int count, int steps, int outputs, FlushPolicy flush)
    {
        double activeInputs = isFirst ? layer.Inputs : layer.ActiveInputs;
        long most = flush.MostRank
            ?? FlushCosts.MostRank(layer.Width, layer.Inputs, layer.Active, activeInputs, count, outputs);
        // A step that alone is more is added to the base at once; the one that brings a flush is appended before.
        return count == 0 || count > most ? 0 : Math.Min(most / count + 1, steps) * count;
    }

    /// <summary>u, on the lists.</summary>
    public NativeBuffer<float> Cotangent => _cotangent;

    /// <summary>dh, on the lists.</summary>
    public NativeBuffer<float> Tangent => _tangent;

    /// <summary>V V^T.</summary>
    public PanelMatrix Products { get; } = new(1, 1);

    /// <summary>The step after <see cref="StageStep"/>.</summary>
    public PendingTerms Terms { get; }

    protected TeamKernels Kernels { get; }
    protected LayerStack Layers { get; }
    protected int Number { get; }
    protected Layer Layer => Layers.Hidden[Number];
    protected LowRankWeights Weights => Layers.Weights[Number];

    private ActiveBatch Active => _state.Sets.Active;

    /// <summary>Says that what leaves another layer enters the residual block that ends here.</summary>
    public void AddResidualOf(HiddenPass source) => (_residualFrom, source._residualTo) = (source, this);

    /// <summary>Takes the layer's state of a new point, and packs its active blocks when that pays.</summary>
    public override void MoveTo(BatchState state)
    {
        _state = state.Of(Number);
        _point = _state.Sets.PointOf(_state.PreActivations, Layer);
        _inputs = state.InputOf(Number);
        _below = Number > state.From ? state.Of(Number - 1) : null;
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
        Kernels.Pack(Weights.Base, Active, _below.Transposed, _packed);
    }

    public override void PullBack(HiddenPass below)
    {
        if (_isPacked)
        {
            Kernels.PullBack(_packed, _cotangent, below._cotangent);
            Weights.SubtractTransposedTerms(_products, Active, _cotangent, _inputs, below._cotangent);
        }
        else
        {
            Weights.QueryTransposed(_products, Active, _cotangent, _below!.Transposed, _inputs, below._cotangent);
        }
        below.CompleteCotangent();
    }

    /// <summary>Takes the cotangents of what leaves this layer, once the layer above set them, to those of its pre-activations.</summary>
    public void CompleteCotangent()
    {
        if (_residualTo is not null)
            Kernels.Kernels.Axpy(1f, _residualTo._residual.Slice(0, Entries), _cotangent.Slice(0, Entries));
        if (_residualFrom is not null)
            KeepResidual(_residualFrom.Active);
        ApplyActivationDerivative(_cotangent);
    }

    public override void StageStep(float hiddenStepScale) => Terms.Set(Active, _cotangent, _state.Transposed, _inputs, hiddenStepScale);

    public override void StageScaledStep(float hiddenStepScale, OutputVector factors)
    {
        GrowOnlyBuffer.EnsureListCapacity(ref _scaled, Active.EntryCount);
        foreach (ActiveSegment segment in Active.Segments())
        {
            float factor = (float)factors[segment.Datum][0];
            Span<float> from = segment.In(_cotangent), to = segment.In(_scaled);
            for (int i = 0; i < from.Length; i++)
                to[i] = factor * from[i];
        }
        Terms.Set(Active, _scaled, _state.Transposed, _inputs, hiddenStepScale);
    }

    public override void PushForward(HiddenPass? below, float hiddenStepScale)
    {
        // What the layer's own terms add for their own data.
        Terms.Multiply(Products, _product);
        Kernels.GatherActive(_product, Active, dataInRows: true, _tangent);
        foreach (ref float value in _tangent.Slice(0, Entries))
            value *= hiddenStepScale;
        if (below is not null)
            AddPushed(below._tangent);
        ApplyActivationDerivative(_tangent);
        if (_residualFrom is not null)
            AddResidual(_residualFrom);
    }

    public override void StageTrial()
    {
    }

    public override void ForwardUnder(in Trial trial)
    {
        BatchState target = trial.Target;
        ActiveBatch inputs = target.InputOf(Number);
        HiddenState own = target.Of(Number);
        PanelMatrix stepped = trial.Stepped.Of(inputs, Terms);
        CertifiedActivity? certificate = trial.Certified.Length > 0 ? trial.Certified[Number] : null;
        if (certificate is not null && certificate.TryFind(inputs, target.Of(Number - 1).Transposed, Terms, stepped, own.Sets))
        {
            own.Changed(certificate.Computed);
            if (trial.Certificates!.Audits)
                trial.Certificates.Audit(target, Number, stepped, Terms.Scale);
            return;
        }
        target.Accumulate(Number);
        Kernels.SubtractTransposed(own.PreActivations, stepped, Terms.Scale, own.PreActivations);
        target.Activate(Number, reevaluated: 1);
        certificate?.Renew(inputs, own.PreActivations);
    }

    public override void Commit(BatchState state, TransposedBatch constantInputs, FlushPolicy flush) =>
        Append(state.InputOf(Number), state.Of(Number - 1).Transposed, flush);

    public override void Finish(FlushPolicy flush)
    {
        if (!KeepsTerms(flush))
            Weights.Flush(Kernels);
        Weights.Trim();
    }

    public override void Dispose()
    {
        _packed.Dispose();
        Products.Dispose();
        Terms.Dispose();
        _products.Dispose();
        _cotangent.Dispose();
        _tangent.Dispose();
        _pushed.Dispose();
        _scaled.Dispose();
        _residual.Dispose();
        _transposed.Dispose();
    }

    /// <summary>Whether a step stays beside the weights whatever it costs.</summary>
    protected bool KeepsTerms(FlushPolicy flush) => Weights.IsReadOnly || flush == FlushPolicy.Never;

    /// <summary>Adds the step to the base of the weights or beside it, as the policy says.</summary>
    protected void Append(ActiveBatch inputs, TransposedBatch transposed, FlushPolicy flush)
    {
        int most = Weights.IsReadOnly ? int.MaxValue : flush.MostRank ?? MostRank(inputs);
        if (!Weights.HasTerms && Terms.Outputs.Count > most)
        {
            Weights.Fold(Kernels, Terms.Outputs, Terms.OutputValues, transposed, Terms.Scale);
            return;
        }
        Weights.Append(Terms);
        if (Weights.Rank > most)
            Weights.Flush(Kernels);
    }

    private static bool IsPacked(LayerSize layer, int count, bool hasOneOutput, long packedLimit) =>
        !hasOneOutput && PackedBlocks.BytesOf(count, layer.Active, layer.ActiveInputs) <= packedLimit;

    private int Entries => checked((int)Active.EntryCount);

    /// <summary>The cost model's choice, from the shares of neurons that were meant to fire, not from those that do.</summary>
    private int MostRank(ActiveBatch inputs)
    {
        double activeInputs = Number == 0 ? Layer.Inputs : Layer.Inputs * Layers.Hidden[Number - 1].ExpectedDensity;
        return FlushCosts.MostRank(
            Layer.Width, Layer.Inputs, Layer.Width * Layer.ExpectedDensity, activeInputs, inputs.Count, Layers.Outputs);
    }

    /// <summary>dg += W dh of the layer below.</summary>
    private void AddPushed(NativeBuffer<float> below)
    {
        if (_isPacked)
        {
            Kernels.PushForward(_packed, below, _pushed);
            Weights.SubtractTerms(_products, Active, _pushed, _inputs, below);
        }
        else
        {
            _below!.Transposed.Gather(below, _transposed);
            Weights.Query(_products, Active, _pushed, _below.Transposed, _transposed, _inputs, below);
        }
        Kernels.Team.Run((int)((Active.EntryCount + LongChunk - 1) / LongChunk), _addPushed);
    }

    private void AddPushed(long from)
    {
        int length = (int)Math.Min(LongChunk, Active.EntryCount - from);
        Kernels.Kernels.Axpy(1f, _pushed.Slice(from, length), _tangent.Slice(from, length));
    }

    private void ApplyActivationDerivative(NativeBuffer<float> values)
    {
        _projected = values;
        Kernels.Team.Run((Active.Count + Chunk - 1) / Chunk, _applyDerivative);
    }

    private void ApplyActivationDerivative(int from, int to) => Layer.Activation.ApplyDerivative(_point, _projected, from, to);

    /// <summary>
    /// Keeps the cotangents of what leaves the block, which are also cotangents of what entered it, on the lists of the latter.
    /// </summary>
    private void KeepResidual(ActiveBatch entered)
    {
        GrowOnlyBuffer.EnsureListCapacity(ref _residual, entered.EntryCount);
        foreach (ActiveSegment segment in entered.Segments())
        {
            ReadOnlySpan<ushort> offsets = segment.Offsets;
            Span<float> cotangent = Active.Segment(segment.Block, segment.Datum).In(_cotangent), kept = segment.In(_residual);
            for (int i = 0; i < kept.Length; i++)
                kept[i] = cotangent[offsets[i]];
        }
    }

    /// <summary>dh += the tangent of what entered the block.</summary>
    private void AddResidual(HiddenPass source)
    {
        foreach (ActiveSegment segment in source.Active.Segments())
        {
            ReadOnlySpan<ushort> offsets = segment.Offsets;
            Span<float> tangent = Active.Segment(segment.Block, segment.Datum).In(_tangent), pushed = segment.In(source._tangent);
            for (int i = 0; i < pushed.Length; i++)
                tangent[offsets[i]] += pushed[i];
        }
    }
}
