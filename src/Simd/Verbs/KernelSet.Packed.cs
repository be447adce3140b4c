using Subquad.Simd.Memory;

namespace Subquad.Simd;

/// <content>Active blocks of weights side by side, and products with them.</content>
public abstract partial class KernelSet
{
    /// <summary>
    /// Pack: copies W[T_i, S_i] of every datum side by side, for the inputs <paramref name="inputFrom"/> to <paramref name="inputTo"/> - 1.
    /// </summary>
    /// <param name="weights">W.</param>
    /// <param name="outputs">The active outputs T.</param>
    /// <param name="inputs">The active inputs S, transposed.</param>
    /// <param name="packed">Planned for these outputs and inputs.</param>
    /// <param name="inputFrom">First input.</param>
    /// <param name="inputTo">One past the last input.</param>
    /// <param name="scratch">Emptied; grows to the largest block of outputs.</param>
    internal void Pack(
        PanelMatrix weights, ActiveBatch outputs, TransposedBatch inputs, PackedBlocks packed, int inputFrom, int inputTo,
        Arena scratch)
    {
        CheckPack(weights, outputs, inputs, packed, inputFrom, inputTo);
        PackUnchecked(weights, outputs, inputs, packed, inputFrom, inputTo, scratch);
    }

    internal static void CheckPack(
        PanelMatrix weights, ActiveBatch outputs, TransposedBatch inputs, PackedBlocks packed, int inputFrom, int inputTo)
    {
        CheckPairs(weights, outputs, inputs);
        (ActiveBatch plannedOutputs, ActiveBatch plannedInputs) = PlanOf(packed);
        Expect.That(
            plannedOutputs == outputs && plannedInputs.Width == inputs.Lists.Count && plannedInputs.EntryCount == inputs.Lists.EntryCount,
            $"expected blocks planned for these outputs and inputs, found blocks planned for others");
        CheckRange(inputFrom, inputTo, weights.Columns);
    }

    internal void PackUnchecked(
        PanelMatrix weights, ActiveBatch outputs, TransposedBatch inputs, PackedBlocks packed, int inputFrom, int inputTo,
        Arena scratch) =>
        Serving(NativeVerb.Pack).PackCore(weights, outputs, inputs, packed, inputFrom, inputTo, scratch);

    private protected abstract void PackCore(
        PanelMatrix weights, ActiveBatch outputs, TransposedBatch inputs, PackedBlocks packed, int inputFrom, int inputTo,
        Arena scratch);

    /// <summary>
    /// The pull-back of <see cref="PullBack"/> from packed blocks, for the data <paramref name="datumFrom"/> to <paramref name="datumTo"/>
    /// - 1. Sums run over lanes: other bits, same bound.
    /// </summary>
    internal void PullBackPacked(
        PackedBlocks packed, NativeBuffer<float> outputValues, NativeBuffer<float> pulled, int datumFrom, int datumTo, Arena scratch)
    {
        CheckPacked(packed, outputValues, pulled, datumFrom, datumTo);
        PullBackPackedUnchecked(packed, outputValues, pulled, datumFrom, datumTo, scratch);
    }

    internal static void CheckPacked(
        PackedBlocks packed, NativeBuffer<float> outputValues, NativeBuffer<float> inputValues, int datumFrom, int datumTo)
    {
        (ActiveBatch outputs, ActiveBatch inputs) = PlanOf(packed);
        outputs.CheckValues(outputValues);
        inputs.CheckValues(inputValues);
        CheckRange(datumFrom, datumTo, outputs.Count);
    }

    internal void PullBackPackedUnchecked(
        PackedBlocks packed, NativeBuffer<float> outputValues, NativeBuffer<float> pulled, int datumFrom, int datumTo, Arena scratch) =>
        Serving(NativeVerb.PullBackPacked).PullBackPackedCore(packed, outputValues, pulled, datumFrom, datumTo, scratch);

    private protected abstract void PullBackPackedCore(
        PackedBlocks packed, NativeBuffer<float> outputValues, NativeBuffer<float> pulled, int datumFrom, int datumTo, Arena scratch);

    /// <summary>
    /// The push-forward of <see cref="PushForward"/> from packed blocks, for the data <paramref name="datumFrom"/> to
    /// <paramref name="datumTo"/> - 1: the same bits. Here the inputs' values are in the order of their own batch, not transposed.
    /// </summary>
    internal void PushForwardPacked(
        PackedBlocks packed, NativeBuffer<float> inputValues, NativeBuffer<float> pushed, int datumFrom, int datumTo, Arena scratch)
    {
        CheckPacked(packed, pushed, inputValues, datumFrom, datumTo);
        PushForwardPackedUnchecked(packed, inputValues, pushed, datumFrom, datumTo, scratch);
    }

    internal void PushForwardPackedUnchecked(
        PackedBlocks packed, NativeBuffer<float> inputValues, NativeBuffer<float> pushed, int datumFrom, int datumTo, Arena scratch) =>
        Serving(NativeVerb.PushForwardPacked).PushForwardPackedCore(packed, inputValues, pushed, datumFrom, datumTo, scratch);

    private protected abstract void PushForwardPackedCore(
        PackedBlocks packed, NativeBuffer<float> inputValues, NativeBuffer<float> pushed, int datumFrom, int datumTo, Arena scratch);

    private protected static (ActiveBatch Outputs, ActiveBatch Inputs) PlanOf(PackedBlocks packed) =>
        (packed.Outputs ?? throw Unplanned(), packed.Inputs ?? throw Unplanned());

    private static InvalidOperationException Unplanned() => new("expected packed blocks with a plan, found some that were never planned");
}
