using Subquad.Simd.Memory;

namespace Subquad.Simd;

/// <content>The verbs on pairs of an active output and an active input: backward passes, tangents, updates.</content>
public abstract partial class KernelSet
{
    /// <summary>
    /// Pull-back: t_i[j] = sum over r in T_i of W[r, j] u_i[r] for j in S_i, for the inputs <paramref name="inputFrom"/> to
    /// <paramref name="inputTo"/> - 1.
    /// </summary>
    /// <param name="weights">W.</param>
    /// <param name="outputs">The active outputs T.</param>
    /// <param name="outputValues">u, in the order of <paramref name="outputs"/>.</param>
    /// <param name="inputs">The active inputs S, transposed.</param>
    /// <param name="pulled">t is added to it: zeroed, in the order of the batch that <paramref name="inputs"/> was built from.</param>
    /// <param name="inputFrom">First input.</param>
    /// <param name="inputTo">One past the last input.</param>
    /// <param name="scratch">Emptied; grows to the largest block of outputs.</param>
    internal void PullBack(
        PanelMatrix weights, ActiveBatch outputs, NativeBuffer<float> outputValues, TransposedBatch inputs,
        NativeBuffer<float> pulled, int inputFrom, int inputTo, Arena scratch)
    {
        CheckPullBack(weights, outputs, outputValues, inputs, pulled, inputFrom, inputTo);
        PullBackUnchecked(weights, outputs, outputValues, inputs, pulled, inputFrom, inputTo, scratch);
    }

    /// <summary>Bytes of scratch that a pull-back, push-forward or scatter of average lists reserves: an address per entry.</summary>
    /// <param name="count">Data.</param>
    /// <param name="outputs">Outputs that the lists range over.</param>
    /// <param name="active">Active outputs of a datum.</param>
    internal static Int128 PairScratchOf(int count, int outputs, double active)
    {
        double data = Math.Min(count, ActiveBatch.BlockSize), share = Math.Min(1, (double)ActiveBatch.BlockSize / outputs);
        return (Int128)(data * active * share) * sizeof(int) + NativeBuffer<byte>.Alignment;
    }

    internal static void CheckPullBack(
        PanelMatrix weights, ActiveBatch outputs, NativeBuffer<float> outputValues, TransposedBatch inputs,
        NativeBuffer<float> pulled, int inputFrom, int inputTo)
    {
        CheckPairs(weights, outputs, inputs);
        outputs.CheckValues(outputValues);
        inputs.Lists.CheckValues(pulled);
        CheckRange(inputFrom, inputTo, weights.Columns);
    }

    internal void PullBackUnchecked(
        PanelMatrix weights, ActiveBatch outputs, NativeBuffer<float> outputValues, TransposedBatch inputs,
        NativeBuffer<float> pulled, int inputFrom, int inputTo, Arena scratch) =>
        Serving(NativeVerb.PullBack).PullBackCore(weights, outputs, outputValues, inputs, pulled, inputFrom, inputTo, scratch);

    private protected abstract void PullBackCore(
        PanelMatrix weights, ActiveBatch outputs, NativeBuffer<float> outputValues, TransposedBatch inputs,
        NativeBuffer<float> pulled, int inputFrom, int inputTo, Arena scratch);

    /// <summary>
    /// Push-forward: g_i[r] = sum over j in S_i of W[r, j] x_i[j] for r in T_i only, for the blocks of outputs <paramref name="blockFrom"/>
    /// to <paramref name="blockTo"/> - 1.
    /// </summary>
    /// <param name="weights">W.</param>
    /// <param name="outputs">The active outputs T.</param>
    /// <param name="pushed">g is added to it: zeroed, in the order of <paramref name="outputs"/>.</param>
    /// <param name="inputs">The active inputs S, transposed.</param>
    /// <param name="inputValues">x, in the transposed order.</param>
    /// <param name="blockFrom">First block of outputs.</param>
    /// <param name="blockTo">One past the last block.</param>
    /// <param name="scratch">Emptied; grows to the largest block of outputs.</param>
    internal void PushForward(
        PanelMatrix weights, ActiveBatch outputs, NativeBuffer<float> pushed, TransposedBatch inputs,
        NativeBuffer<float> inputValues, int blockFrom, int blockTo, Arena scratch)
    {
        CheckPushForward(weights, outputs, pushed, inputs, inputValues, blockFrom, blockTo);
        PushForwardUnchecked(weights, outputs, pushed, inputs, inputValues, blockFrom, blockTo, scratch);
    }

    internal static void CheckPushForward(
        PanelMatrix weights, ActiveBatch outputs, NativeBuffer<float> pushed, TransposedBatch inputs,
        NativeBuffer<float> inputValues, int blockFrom, int blockTo)
    {
        CheckPairs(weights, outputs, inputs);
        outputs.CheckValues(pushed);
        inputs.Lists.CheckValues(inputValues);
        CheckRange(blockFrom, blockTo, outputs.Blocks);
    }

    internal void PushForwardUnchecked(
        PanelMatrix weights, ActiveBatch outputs, NativeBuffer<float> pushed, TransposedBatch inputs,
        NativeBuffer<float> inputValues, int blockFrom, int blockTo, Arena scratch) =>
        Serving(NativeVerb.PushForward).PushForwardCore(weights, outputs, pushed, inputs, inputValues, blockFrom, blockTo, scratch);

    private protected abstract void PushForwardCore(
        PanelMatrix weights, ActiveBatch outputs, NativeBuffer<float> pushed, TransposedBatch inputs,
        NativeBuffer<float> inputValues, int blockFrom, int blockTo, Arena scratch);

    /// <summary>
    /// Scatter: W[r, j] += scale * sum over i of u_i[r] x_i[j], in datum order, for the blocks of outputs <paramref name="blockFrom"/> to
    /// <paramref name="blockTo"/> - 1.
    /// </summary>
    /// <param name="weights">W, updated in place.</param>
    /// <param name="outputs">The active outputs T.</param>
    /// <param name="outputValues">u, in the order of <paramref name="outputs"/>.</param>
    /// <param name="inputs">The active inputs S, transposed.</param>
    /// <param name="inputValues">x, in the transposed order.</param>
    /// <param name="scale">Multiplies every term.</param>
    /// <param name="blockFrom">First block of outputs.</param>
    /// <param name="blockTo">One past the last block.</param>
    /// <param name="scratch">Emptied; grows to the largest block of outputs.</param>
    internal void Scatter(
        PanelMatrix weights, ActiveBatch outputs, NativeBuffer<float> outputValues, TransposedBatch inputs,
        NativeBuffer<float> inputValues, float scale, int blockFrom, int blockTo, Arena scratch)
    {
        CheckScatter(weights, outputs, outputValues, inputs, inputValues, blockFrom, blockTo);
        ScatterUnchecked(weights, outputs, outputValues, inputs, inputValues, scale, blockFrom, blockTo, scratch);
    }

    internal static void CheckScatter(
        PanelMatrix weights, ActiveBatch outputs, NativeBuffer<float> outputValues, TransposedBatch inputs,
        NativeBuffer<float> inputValues, int blockFrom, int blockTo)
    {
        CheckWritable(weights);
        CheckPairs(weights, outputs, inputs);
        outputs.CheckValues(outputValues);
        inputs.Lists.CheckValues(inputValues);
        CheckRange(blockFrom, blockTo, outputs.Blocks);
    }

    internal void ScatterUnchecked(
        PanelMatrix weights, ActiveBatch outputs, NativeBuffer<float> outputValues, TransposedBatch inputs,
        NativeBuffer<float> inputValues, float scale, int blockFrom, int blockTo, Arena scratch) =>
        Serving(NativeVerb.Scatter).ScatterCore(weights, outputs, outputValues, inputs, inputValues, scale, blockFrom, blockTo, scratch);

    private protected abstract void ScatterCore(
        PanelMatrix weights, ActiveBatch outputs, NativeBuffer<float> outputValues, TransposedBatch inputs,
        NativeBuffer<float> inputValues, float scale, int blockFrom, int blockTo, Arena scratch);

    private static void CheckPairs(PanelMatrix weights, ActiveBatch outputs, TransposedBatch inputs)
    {
        Expect.That(
            outputs.Width == weights.Rows,
            $"expected outputs of width {weights.Rows}, the rows of the weights, found {outputs.Width}");
        Expect.That(
            inputs.Lists.Count == weights.Columns,
            $"expected inputs of width {weights.Columns}, the columns of the weights, found {inputs.Lists.Count}");
        Expect.That(
            inputs.Lists.Width == outputs.Count,
            $"expected inputs of {outputs.Count} data, as the outputs have, found {inputs.Lists.Width}");
    }
}
