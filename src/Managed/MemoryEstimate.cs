using Subquad.Data;
using Subquad.Engine;
using Subquad.Evaluation;
using Subquad.Layers;
using Subquad.Optimizers.GaussNewton;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;

namespace Subquad;

/// <summary>
/// Native bytes that training takes beside the weights, and predictions with them, from sizes alone: said before anything is allocated.
/// They are the sum of what each owner of memory says of itself, as <c>BytesOf</c> beside the code that allocates. Sizes that no machine
/// has give the largest <see cref="long"/>, never less than is needed.
/// </summary>
public static class MemoryEstimate
{
    /// <summary>Bytes of one fit: states of the batch and of held-out data before and under a trial, Gram matrices, and scratch.</summary>
    /// <param name="shape">The network.</param>
    /// <param name="options">How it is trained.</param>
    /// <param name="data">Training rows.</param>
    /// <param name="heldOut">Held-out rows.</param>
    /// <remarks>The rows are taken to have no zeros. The overload for a data set counts those of LIBSVM text by their entries.</remarks>
    public static long OfTraining(NetworkShape shape, GaussNewtonOptions options, int data, int heldOut)
    {
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegative(data);
        ArgumentOutOfRangeException.ThrowIfNegative(heldOut);
        return OfTraining(shape, options, InputSize.OfDense(data, shape.Inputs), InputSize.OfDense(heldOut, shape.Inputs));
    }

    /// <summary>Bytes of one fit on given data; zeros that a LIBSVM text leaves out take none.</summary>
    /// <param name="shape">The network.</param>
    /// <param name="options">How it is trained.</param>
    /// <param name="data">Training rows.</param>
    /// <param name="heldOut">Held-out rows, or null.</param>
    public static long OfTraining(NetworkShape shape, GaussNewtonOptions options, Dataset data, Dataset? heldOut)
    {
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(data);
        return OfTraining(shape, options, SizeOf(shape, data), heldOut is null ? default : SizeOf(shape, heldOut));
    }

    /// <summary>Bytes of one fit on rows of a size.</summary>
    internal static long OfTraining(NetworkShape shape, GaussNewtonOptions options, InputSize training, InputSize validation)
    {
        if (options.TrainFrom is { } first && (first < 1 || first > shape.Hidden.Count))
            throw new ArgumentException($"TrainFrom: expected a hidden layer from 1 to {shape.Hidden.Count}, found {first}");
        options = LeaveOneOut.Decide(options, isFirst: true, residual: false, training.Count, validation.Count);
        InputSize batch = BatchOf(options, training);
        NetworkSize network = NetworkOf(shape, batch);
        int from = FitSize.FromOf(options, network.Hidden.Length);
        bool isInBatches = batch.Count < training.Count;
        for (int layer = isInBatches ? from : from + 1; layer < network.Hidden.Length; layer++)
            network.Hidden[layer] = network.Hidden[layer] with
            {
                HeldTerms = HiddenPass.MostHeld(
                    network.Hidden[layer], isFirst: layer == 0, batch.Count, options.Steps, network.Outputs, options.Flush),
            };
        var heldOut = new LayerSize[network.Hidden.Length];
        network.Hidden.CopyTo(heldOut, 0);
        heldOut[0] = heldOut[0] with { ActiveInputs = PerRow(validation) };
        var fit = new FitSize(network, network with { Hidden = heldOut }, batch.Count, validation.Count, isInBatches, options);
        Int128 bytes = GaussNewtonOptimizer.BytesOf(fit)
            + WorkerTeam.ScratchBytesOf(options.Threads, GaussNewtonStep.ScratchOf(fit));
        // More neurons may fire later than are expected to at first.
        bytes += bytes / 32;
        // The snapshot that is read and the one that is filled.
        return Saturated(options.PublishEvery is null ? bytes : bytes + 2 * ParametersOf(shape, WeightFormat.Float32));
    }

    /// <summary>Bytes of a network that predicts or evaluates rows: its weights, and the states of a batch.</summary>
    /// <param name="shape">The network.</param>
    /// <param name="rows">Rows at once; more than a batch of them take no more.</param>
    /// <param name="weights">How its hidden weights lie in memory.</param>
    /// <remarks>The rows are taken to have no zeros.</remarks>
    public static long OfPredictions(NetworkShape shape, int rows, WeightFormat weights = WeightFormat.Float32)
    {
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        int count = Math.Min(rows, Evaluator.Batch);
        return Saturated(ParametersOf(shape, weights) + Evaluator.BytesOf(NetworkOf(shape, InputSize.OfDense(count, shape.Inputs)), count));
    }

    internal static void RefuseTooLarge(NetworkShape shape, GaussNewtonOptions options, InputSize data, InputSize heldOut)
    {
        long wanted = OfTraining(shape, options, data, heldOut), available = NativeBytes.Available;
        if (wanted > available)
            throw new InsufficientMemoryException(
                $"a step on {BatchOf(options, data).Count} rows takes {wanted} bytes beside the weights, "
                + $"but only {available} are available; use mini-batches (Batch) or fewer rows");
    }

    /// <summary>Bytes of weights and thresholds.</summary>
    private static Int128 ParametersOf(NetworkShape shape, WeightFormat format)
    {
        Int128 bytes = shape.WeightBytesIn(format);
        foreach (int width in shape.Hidden)
            bytes += PanelMatrix.BytesOf(width, 0);
        return bytes;
    }

    /// <summary>The rows of one step.</summary>
    private static InputSize BatchOf(GaussNewtonOptions options, InputSize data) =>
        options.Batch > 0 ? data.Part(Math.Min(options.Batch, data.Count)) : data;

    /// <summary>What a network of this shape makes of raw rows; it adds one feature at most.</summary>
    private static InputSize SizeOf(NetworkShape shape, Dataset data)
    {
        InputRows rows = data.Examples.Inputs;
        return rows.IsSparse ? new(rows.Count, (long)rows.Entries + rows.Count) : InputSize.OfDense(rows.Count, shape.Inputs);
    }

    private static NetworkSize NetworkOf(NetworkShape shape, InputSize rows)
    {
        double[] shifts = shape.Shifts();
        var hidden = new LayerSize[shape.Hidden.Count];
        int inputs = shape.Inputs;
        double activeInputs = PerRow(rows);
        for (int layer = 0; layer < hidden.Length; layer++)
        {
            int width = shape.Hidden[layer];
            hidden[layer] = new(width, width * Shift.UpperTail(shifts[layer]), inputs, activeInputs);
            (inputs, activeInputs) = (width, hidden[layer].Active);
        }
        return new(hidden, Math.Max(1, shape.Outputs), shape.DirectWeights);
    }

    private static double PerRow(InputSize rows) => (double)rows.Entries / Math.Max(1, rows.Count);

    private static long Saturated(Int128 bytes) => (long)Int128.Min(bytes, long.MaxValue);
}
