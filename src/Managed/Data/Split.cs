namespace Subquad.Data;

/// <summary>Divides examples by a seed: the same seed gives the same rows on every machine. Classes are divided in proportion.</summary>
internal static class Split
{
    /// <summary>
    /// Holds a fraction of the rows out, at least one row on each side, each side in its original order; of every class about that fraction
    /// is held out.
    /// </summary>
    /// <param name="examples">Two rows or more.</param>
    /// <param name="fraction">What to hold out, above 0 and below 1.</param>
    /// <param name="seed">Decides which rows.</param>
    /// <exception cref="ArgumentException">The fraction is outside that range, or there is one row only.</exception>
    public static (Examples Training, Examples HeldOut) Holdout(Examples examples, double fraction, ulong seed)
    {
        if (!(fraction > 0 && fraction < 1))
            throw new ArgumentOutOfRangeException(nameof(fraction), $"expected a fraction above 0 and below 1, found {fraction}");
        if (examples.Count < 2)
            throw new ArgumentException($"expected at least 2 rows to split, found {examples.Count}", nameof(examples));

        int heldOut = Math.Clamp((int)Math.Round(fraction * examples.Count), 1, examples.Count - 1);
        // Without random offsets a class of n rows gives the nearest integer to fraction * n; a lone row stays in training for fractions
        // below one half.
        int[] order = Order(examples.Labels, examples.Count, new SplitMix64(seed), randomOffsets: false);
        Array.Sort(order, 0, heldOut);
        Array.Sort(order, heldOut, order.Length - heldOut);
        return (examples.Take(order.AsSpan(heldOut)), examples.Take(order.AsSpan(0, heldOut)));
    }

    /// <summary>Draws rows, classes in proportion, in their original order; all rows are this same object.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The count is outside 1 to that of the rows.</exception>
    public static Examples Sample(Examples examples, int count, ulong seed)
    {
        if (count < 1 || count > examples.Count)
            throw new ArgumentOutOfRangeException(nameof(count), $"expected 1 to {examples.Count} rows, found {count}");
        if (count == examples.Count)
            return examples;
        // The streams of small numbers are those of the hold-out and of the epochs.
        int[] order = Order(examples.Labels, examples.Count, new SplitMix64(seed, ulong.MaxValue), randomOffsets: false);
        Array.Sort(order, 0, count);
        return examples.Take(order.AsSpan(0, count));
    }

    /// <summary>
    /// One epoch: every row once, in shuffled batches that hold the classes in about the proportions of the whole; the last batch may be
    /// smaller.
    /// </summary>
    /// <param name="labels">The classes of the rows; empty for rows of values.</param>
    /// <param name="count">Rows.</param>
    /// <param name="batch">Rows of a batch, at least 1; above the count means one batch of everything.</param>
    /// <param name="seed">Decides the order, together with <paramref name="epoch"/>.</param>
    /// <param name="epoch">The number of the epoch, 0 or more.</param>
    /// <returns>Row indices, batch by batch.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The batch is below 1 or the epoch below 0.</exception>
    public static int[][] Batches(int[] labels, int count, int batch, ulong seed, int epoch)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        // Stream 0 of the seed is the hold-out's.
        int[] order = Order(labels, count, new SplitMix64(seed, (ulong)epoch + 1), randomOffsets: true);
        return order.Chunk(batch).ToArray();
    }

    /// <summary>
    /// A shuffle in which every window holds the classes in proportion: row j of a class of n sits at (j + offset) / n of the way.
    /// </summary>
    private static int[] Order(int[] labels, int count, SplitMix64 random, bool randomOffsets)
    {
        int[] shuffled = random.Permutation(count);
        if (labels.Length == 0)
            return shuffled;

        var size = new int[labels.Max() + 1];
        foreach (int label in labels)
            size[label]++;
        var offset = new double[size.Length];
        for (int c = 0; c < offset.Length; c++)
            offset[c] = randomOffsets ? random.NextUnit() : 0.5;

        // The place in the high half, the rank in the shuffle in the low half: keys are unique and ties are random.
        var taken = new int[size.Length];
        var keys = new ulong[shuffled.Length];
        for (int rank = 0; rank < keys.Length; rank++)
        {
            int label = labels[shuffled[rank]];
            double place = (taken[label]++ + offset[label]) / size[label];
            keys[rank] = (Math.Min((ulong)(place * 4294967296.0), uint.MaxValue) << 32) | (uint)rank;
        }
        Array.Sort(keys);
        return Array.ConvertAll(keys, key => shuffled[(int)(key & uint.MaxValue)]);
    }
}
