using Subquad.Data;
using Subquad.Simd.Memory;

namespace Subquad;

/// <summary>
/// Native bytes that training takes beside the weights, and predictions with them, from sizes alone: said before anything is allocated.
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
        int from = (options.TrainFrom ?? shape.Hidden.Count) - 1;
        InputSize batch = BatchOf(options, training);
        long n = batch.Count, data = training.Count, heldOut = validation.Count;
        double[] shifts = shape.Shifts();
        long widest = 0, bytes = 0, activeBelow = n == 0 ? 0 : (batch.Entries + n - 1) / n;
        for (int layer = 0; layer < shape.Hidden.Count; layer++)
        {
            // Lists grow by a quarter more than they need; a trained layer holds them before and under a trial, transposed, and with
            // cotangents and tangents.
            long width = shape.Hidden[layer], active = (long)Math.Ceiling(width * Layers.Shift.UpperTail(shifts[layer]));
            bool isTrained = layer >= from;
            widest = Math.Max(widest, width);
            bytes += PanelMatrix.BytesOf(width, n + heldOut) * (isTrained ? 2 : 1) + (n + heldOut) * active * (isTrained ? 60 : 8);
            long packed = n * ((active + 15) / 16 * 16) * activeBelow * sizeof(float);
            if (layer > from && packed <= options.PackedBytes)
                bytes += packed + packed / 2;
            // The lowest trained layer's change is kept as coefficients; a certificate keeps upper bounds (now, under a trial, and of a
            // renewal) and norms of two references.
            bool keepsAll = n == data;
            if (layer == from && keepsAll)
                bytes += PanelMatrix.BytesOf(width, n) + n * active * 76;
            if (layer > from && keepsAll && options.Activity != ActivityStrategy.Full)
                bytes += 5 * PanelMatrix.BytesOf(width, n + heldOut) + (n + heldOut) * (active + activeBelow) * 20;
            if (layer > from || (isTrained && !keepsAll))
                bytes += HeldBytes(shape, options, layer, width, active, activeBelow, n, heldOut);
            activeBelow = active;
        }
        bytes += 2 * PanelMatrix.BytesOf(Math.Max(1, shape.Outputs), shape.Hidden[^1]);
        bytes += ActiveBatch.BytesOf(n, shape.Inputs, batch.Entries) + ActiveBatch.BytesOf(heldOut, shape.Inputs, validation.Entries);
        // The Gram matrix of the inputs takes them spread out.
        if (from == 0)
            bytes += TransposedBatch.BytesOf(batch.Count, shape.Inputs, batch.Entries) + PanelMatrix.BytesOf(n, shape.Inputs);

        // Two matrices of K, one inner product matrix per trained layer in float64 and float32, one for held-out data.
        long square = n * (n + 128);
        int trained = shape.Hidden.Count - from;
        bytes += square * (2 * sizeof(double) + trained * (sizeof(double) + sizeof(float))) + heldOut * (n + 64) * sizeof(float);

        // A sketched Jacobian has its own Gram matrix and factor; its second QR pass, a copy of it and two more.
        if (options.Solver is SolverChoice.SketchedConjugateGradient or SolverChoice.DirectSketch)
            bytes += Solvers.SolverCosts.SketchBytes(n, options.Solver) + 4 * square * sizeof(double);
        if (options.Solver is SolverChoice.Automatic or SolverChoice.LowRankConjugateGradient)
            bytes += n * (Solvers.SolverCosts.RankOf(checked((int)n)) + 20) * sizeof(double);

        // The snapshot that is read and the one that is filled.
        if (options.PublishEvery is not null)
            bytes += 2 * (shape.WeightBytes + shape.Hidden.Sum(width => (width + 128L) * sizeof(float)));

        // Rows spread out, products, and the dense forms of inputs; scratch of the workers.
        return bytes + options.Threads * (1L << 20) + 7 * PanelMatrix.BytesOf(Math.Max(n, heldOut), widest);
    }

    /// <summary>Bytes of a network that predicts or evaluates rows: its weights, and the states of a batch.</summary>
    /// <param name="shape">The network.</param>
    /// <param name="rows">Rows at once; more than a batch of them take no more.</param>
    /// <param name="weights">How its hidden weights lie in memory.</param>
    /// <remarks>The rows are taken to have no zeros.</remarks>
    public static long OfPredictions(NetworkShape shape, int rows, WeightFormat weights = WeightFormat.Float32)
    {
        ArgumentNullException.ThrowIfNull(shape);
        long n = Math.Min(rows, Evaluation.Evaluator.Batch), bytes = shape.WeightBytesIn(weights), inputs = shape.Inputs, widest = 0;
        double[] shifts = shape.Shifts();
        for (int layer = 0; layer < shape.Hidden.Count; layer++)
        {
            // Pre-activations, thresholds, and lists that may hold twice what fires on average.
            long width = shape.Hidden[layer], active = (long)Math.Ceiling(width * Layers.Shift.UpperTail(shifts[layer]));
            bytes += PanelMatrix.BytesOf(width, n) + width * sizeof(float) + n * active * 12;
            widest = Math.Max(widest, inputs);
            inputs = width;
        }
        return bytes + PanelMatrix.BytesOf(Math.Max(1, shape.Outputs), n) + PanelMatrix.BytesOf(n, widest)
            + ActiveBatch.BytesOf(n, shape.Inputs, n * shape.Inputs);
    }

    /// <summary>
    /// Terms held beside a layer: both factors, transposed, and once more while a step is joined to them; and the inputs spread out, which
    /// they are multiplied with.
    /// </summary>
    private static long HeldBytes(
        NetworkShape shape, GaussNewtonOptions options, int layer, long width, long active, long activeBelow, long n, long heldOut)
    {
        long inputs = layer == 0 ? shape.Inputs : shape.Hidden[layer - 1];
        long most = options.Flush.MostRank
            ?? Weights.FlushCosts.MostRank((int)width, (int)inputs, active, activeBelow, (int)n, Math.Max(1, shape.Outputs));
        if (most == 0)
            return 0;
        // Hidden layers are spread out in room that is counted for the widest of them.
        long spread = layer > 0 ? 0 : 2 * PanelMatrix.BytesOf(n, inputs) + PanelMatrix.BytesOf(heldOut, inputs);
        return Math.Min(most + n, options.Steps * n) * (active + activeBelow) * 30 + spread;
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

    internal static void RefuseTooLarge(NetworkShape shape, GaussNewtonOptions options, InputSize data, InputSize heldOut)
    {
        long wanted = OfTraining(shape, options, data, heldOut), available = NativeBytes.Available;
        if (wanted > available)
            throw new InsufficientMemoryException(
                $"a step on {BatchOf(options, data).Count} rows takes {wanted} bytes beside the weights, "
                + $"but only {available} are available; use mini-batches (Batch) or fewer rows");
    }
}
