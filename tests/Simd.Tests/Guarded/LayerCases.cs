using Subquad.Simd.Kernels;
using Subquad.Simd.Lanes;
using Subquad.Simd.Memory;

namespace Subquad.Simd.Tests.Guarded;

/// <summary>The verbs of a layer: forward passes, norms, Gram matrices, products over active pairs, packed blocks, layouts.</summary>
internal static unsafe class LayerCases<TSimd, TVec, TSimdDouble, TVecDouble>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
    where TSimdDouble : struct, ISimdDouble<TVecDouble>
    where TVecDouble : struct
{
    private const float Raise = 1.1f, Scale = 0.3f;

    public static IEnumerable<GuardedCase> All { get; } =
    [
        Row("Accumulate",
            (k, o) => k.Accumulate(o.Weights, o.Inputs, o.Sums, 0, o.Panels),
            (_, g, o) => AccumulateKernel<TSimd, TVec, ChainedSums<TSimd, TVec>>.Run(
                g.Of(o.Weights), g.Of(o.Inputs), (byte*)g.Of(o.Sums).Data, o.Sums.PanelStride, PanelMatrix.PanelRows, 0, o.Panels,
                lowerOnly: false),
            (core, g, o) => core->Accumulate(g.At(o.Weights), g.At(o.Inputs), g.At(o.Sums), 0, o.Panels, 0, o.Data)),
        Row("AccumulateDense",
            (k, o) => k.AccumulateDense(o.Weights, o.InputRows, o.Sums, 0, o.Panels),
            (_, g, o) => DenseKernel<TSimd, TVec, SinglePair<TSimd, TVec>>.Run(
                g.Of(o.Weights).Data, o.Weights.PanelStride, o.Columns, g.Of(o.InputRows), g.Of(o.Sums), 0, o.Panels),
            (core, g, o) => core->AccumulateDense(g.At(o.Weights), g.At(o.InputRows), g.At(o.Sums), 0, o.Panels)),
        Row("RoundBFloat16",
            (k, o) => k.Round(o.Weights, o.Narrow, 0),
            (_, g, o) => RoundKernel<TSimd, TVec>.Run(g.Of(o.Weights), g.OfNarrow(o.Narrow), o.Panels, 0),
            (core, g, o) => core->RoundBFloat16(g.At(o.Weights), g.AtNarrow(o.Narrow), o.Panels, 0)),
        Row("AccumulateBFloat16",
            (k, o) => k.Accumulate(o.Narrow, o.Inputs, o.Sums, 0, o.Panels),
            (_, g, o) => BFloat16Kernel<TSimd, TVec>.Run(g.OfNarrow(o.Narrow), g.Of(o.Inputs), g.Of(o.Sums), 0, o.Panels, 0, o.Data),
            (core, g, o) => core->AccumulateBFloat16(g.AtNarrow(o.Narrow), g.At(o.Inputs), g.At(o.Sums), 0, o.Panels, 0, o.Data),
            (k, o) => k.Round(o.Weights, o.Narrow, 0), CoreReference.Own),
        Row("AccumulateDenseBFloat16",
            (k, o) => k.AccumulateDense(o.Narrow, o.InputRows, o.Sums, 0, o.Panels),
            (_, g, o) => DenseKernel<TSimd, TVec, BFloat16Pair<TSimd, TVec>>.Run(
                (float*)g.OfNarrow(o.Narrow).Data, o.Narrow.NarrowView.Stride, o.Columns, g.Of(o.InputRows), g.Of(o.Sums), 0, o.Panels),
            (core, g, o) => core->AccumulateDenseBFloat16(g.AtNarrow(o.Narrow), g.At(o.InputRows), g.At(o.Sums), 0, o.Panels),
            (k, o) => k.Round(o.Weights, o.Narrow, 0), CoreReference.Own),
        Row("SupportNorms",
            (k, o) => k.SupportNorms(o.Weights, o.Inputs, Raise, o.Sums, 0, o.Panels),
            (_, g, o) => NormKernel<TSimd, TVec>.OnSupports(g.Of(o.Weights), g.Of(o.Inputs), Raise, g.Of(o.Sums), 0, o.Panels),
            (core, g, o) => core->SupportNorms(g.At(o.Weights), g.At(o.Inputs), Raise, g.At(o.Sums), 0, o.Panels)),
        Row("RowNorms",
            (k, o) => k.RowNorms(o.Weights, Raise, o.OfRows, 0, o.Panels),
            (_, g, o) => NormKernel<TSimd, TVec>.OfRows(g.Of(o.Weights), Raise, g.Of(o.OfRows), 0, o.Panels),
            (core, g, o) => core->RowNorms(g.At(o.Weights), Raise, g.Of(o.OfRows), 0, o.Panels)),
        Row("Gram",
            (k, o) => k.Gram(o.InputRows, o.Inputs, o.Inputs.Values, o.Gram, o.GramStride, 0, o.InputRows.Panels),
            (_, g, o) => AccumulateKernel<TSimd, TVec, WideSums<TSimd, TVec>>.Run(
                g.Of(o.InputRows), g.Of(o.Inputs), (byte*)g.Of(o.Gram), PanelMatrix.PanelRows, o.GramStride, 0, o.InputRows.Panels,
                lowerOnly: true),
            (core, g, o) => core->Gram(g.At(o.InputRows), g.At(o.Inputs), g.Of(o.Gram), o.GramStride, 0, o.InputRows.Panels)),
        Row("PullBack PairScratch",
            (k, o) => k.PullBack(o.Weights, o.Outputs, o.Outputs.Values, o.Transposed, o.Pulled, 0, o.Columns, o.Scratch),
            (_, g, o) => Pairs(g, o, new PullBackVisit<TSimd, TVec>(g.Of(o.Outputs).Values, g.Of(o.Pulled))),
            (core, g, o) => core->PullBack(
                g.At(o.Weights), g.At(o.Outputs), g.At(o.Transposed), g.Of(o.Pulled), g.Take<int>(core->PairScratch(g.At(o.Outputs))), 0,
                o.Columns)),
        Row("PushForward PairScratch",
            (k, o) =>
                k.PushForward(o.Weights, o.Outputs, o.Pushed, o.Transposed, o.Transposed.Lists.Values, 0, o.Outputs.Blocks, o.Scratch),
            (_, g, o) => Pairs(g, o, new PushForwardVisit<TSimd, TVec>(g.Of(o.Transposed).Lists.Values, g.Of(o.Pushed))),
            (core, g, o) => core->PushForward(
                g.At(o.Weights), g.At(o.Outputs), g.At(o.Transposed), g.Of(o.Pushed), g.Take<int>(core->PairScratch(g.At(o.Outputs))), 0,
                o.Outputs.Blocks)),
        Row("Scatter PairScratch",
            (k, o) => k.Scatter(
                o.Weights, o.Outputs, o.Outputs.Values, o.Transposed, o.Transposed.Lists.Values, Scale, 0, o.Outputs.Blocks, o.Scratch),
            (_, g, o) => Pairs(g, o, new ScatterVisit<TSimd, TVec>(g.Of(o.Outputs).Values, g.Of(o.Transposed).Lists.Values, Scale)),
            (core, g, o) => core->Scatter(
                g.At(o.Weights), g.At(o.Outputs), g.At(o.Transposed), Scale, g.Take<int>(core->PairScratch(g.At(o.Outputs))), 0,
                o.Outputs.Blocks)),
        Row("Pack PairScratch",
            (k, o) => k.Pack(o.Weights, o.Outputs, o.Transposed, o.Packed, 0, o.Columns, o.Scratch),
            (_, g, o) => Pairs(g, o, new PackVisit<TSimd, TVec>(g.Of(o.Packed))),
            (core, g, o) => core->Pack(
                g.At(o.Weights), g.At(o.Outputs), g.At(o.Transposed), g.At(o.Packed), g.Take<int>(core->PairScratch(g.At(o.Outputs))), 0,
                o.Columns)),
        Row("PullBackPacked PackedScratch",
            (k, o) => k.PullBackPacked(o.Packed, o.Outputs.Values, o.Pulled, 0, o.Data, o.Scratch),
            (_, g, o) => PackedKernel<TSimd, TVec>.PullBack(
                g.Of(o.Packed), g.Of(o.Outputs), g.Of(o.Inputs), g.Of(o.Outputs).Values, g.Of(o.Pulled), 0, o.Data, Room(o)),
            (core, g, o) => core->PullBackPacked(
                g.At(o.Packed), g.At(o.Outputs), g.At(o.Inputs), g.Of(o.Pulled),
                g.Take<float>(core->PackedScratch(g.At(o.Outputs), g.At(o.Inputs))), 0, o.Data),
            (k, o) => k.Pack(o.Weights, o.Outputs, o.Transposed, o.Packed, 0, o.Columns, o.Scratch), CoreReference.Own),
        Row("PushForwardPacked PackedScratch",
            (k, o) => k.PushForwardPacked(o.Packed, o.Inputs.Values, o.Pushed, 0, o.Data, o.Scratch),
            (_, g, o) => PackedKernel<TSimd, TVec>.PushForward(
                g.Of(o.Packed), g.Of(o.Outputs), g.Of(o.Inputs), g.Of(o.Inputs).Values, g.Of(o.Pushed), 0, o.Data, Room(o)),
            (core, g, o) => core->PushForwardPacked(
                g.At(o.Packed), g.At(o.Outputs), g.At(o.Inputs), g.Of(o.Pushed),
                g.Take<float>(core->PackedScratch(g.At(o.Outputs), g.At(o.Inputs))), 0, o.Data),
            (k, o) => k.Pack(o.Weights, o.Outputs, o.Transposed, o.Packed, 0, o.Columns, o.Scratch)),
        Row("Spread",
            (k, o) => k.Spread(o.Inputs, o.Inputs.Values, o.SpreadRows, 0, o.SpreadRows.Panels),
            (_, g, o) => LayoutKernel.Spread(g.Of(o.Inputs), g.Of(o.SpreadRows), 0, o.SpreadRows.Panels),
            (core, g, o) => core->Spread(g.At(o.Inputs), g.At(o.SpreadRows), 0, o.SpreadRows.Panels)),
        Row("SubtractTransposed",
            (k, o) => k.SubtractTransposed(o.Drawn, o.Across, Scale, o.Sums, 0, o.Panels),
            (_, g, o) => LayoutKernel.SubtractTransposed(g.Of(o.Drawn), g.Of(o.Across), Scale, g.Of(o.Sums), 0, o.Panels),
            (core, g, o) => core->SubtractTransposed(g.At(o.Drawn), g.At(o.Across), Scale, g.At(o.Sums), 0, o.Panels)),
        Row("NarrowSymmetric",
            (k, o) => k.NarrowSymmetric(o.Products, o.Data, o.Square, 0, o.Square.Panels),
            (_, g, o) =>
                LayoutKernel.NarrowSymmetric<TSimdDouble, TVecDouble>(g.Of(o.Products), o.Data, g.Of(o.Square), 0, o.Square.Panels),
            (core, g, o) => core->NarrowSymmetric(g.Of(o.Products), o.Data, g.At(o.Square), 0, o.Square.Panels)),
        Row("GatherActive",
            (k, o) => k.GatherActive(o.Drawn, o.Outputs, dataInRows: false, o.Pushed, 0, o.Outputs.Blocks),
            (_, g, o) => LayoutKernel.GatherActive(g.Of(o.Drawn), g.Of(o.Outputs), dataInRows: false, g.Of(o.Pushed), 0, o.Outputs.Blocks),
            (core, g, o) => core->GatherActive(g.At(o.Drawn), g.At(o.Outputs), 0, g.Of(o.Pushed), 0, o.Outputs.Blocks)),
        Row("GatherActive",
            (k, o) => k.GatherActive(o.InputRows, o.Inputs, dataInRows: true, o.Pulled, 0, o.Inputs.Blocks),
            (_, g, o) => LayoutKernel.GatherActive(g.Of(o.InputRows), g.Of(o.Inputs), dataInRows: true, g.Of(o.Pulled), 0, o.Inputs.Blocks),
            (core, g, o) => core->GatherActive(g.At(o.InputRows), g.At(o.Inputs), 1, g.Of(o.Pulled), 0, o.Inputs.Blocks)),
        Row("Raise",
            (k, o) => k.Raise(o.Drawn, o.Bounds.Slack, o.Bounds.Sizes, o.Sums, 0, o.Panels),
            (_, g, o) =>
                LayoutKernel.Raise<TSimd, TVec>(g.Of(o.Drawn), g.Of(o.Bounds.Slack), g.Of(o.Bounds.Sizes), g.Of(o.Sums), 0, o.Panels),
            (core, g, o) => core->Raise(g.At(o.Drawn), g.Of(o.Bounds.Slack), g.Of(o.Bounds.Sizes), g.At(o.Sums), 0, o.Panels)),
    ];

    private static GuardedCase Row(
        string verbs, BufferCall<LayerOperands> wanted, ManagedCall<LayerOperands> managed, CoreCall<LayerOperands> core,
        BufferCall<LayerOperands>? prepare = null, CoreReference reference = CoreReference.Scalar) =>
        new GuardedCase<LayerOperands>(verbs, LayerOperands.Sizes, wanted, managed, core, prepare, reference);

    private static void Pairs<TVisit>(GuardedOperands g, LayerOperands o, TVisit visit) where TVisit : struct, IColumnVisit<TSimd, TVec>
    {
        ActiveView outputs = g.Of(o.Outputs);
        int* addresses = g.Take<int>(ActivePairsKernel<TSimd, TVec, TVisit>.AddressesOf(outputs));
        ActivePairsKernel<TSimd, TVec, TVisit>.Run(
            g.Of(o.Weights), outputs, g.Of(o.Transposed), visit, 0, outputs.Blocks, 0, o.Columns, addresses);
    }

    private static Arena Room(LayerOperands o)
    {
        o.Scratch.Reserve(PackedBlocks.ScratchOf(o.Outputs.Width, o.Inputs.Width));
        return o.Scratch;
    }
}
