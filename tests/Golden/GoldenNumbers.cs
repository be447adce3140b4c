namespace Subquad.Golden;

/// <summary>What a run gives.</summary>
/// <param name="Losses">The loss before training and after each step.</param>
/// <param name="Layers">Per hidden layer how many neurons fire in the first forward pass over all data, and a hash of which.</param>
internal sealed record GoldenNumbers(double[] Losses, (long Count, string Hash)[] Layers)
{
    private const double LossTolerance = 1e-4, LossFloor = 1e-3;

    /// <summary>
    /// How losses differ from these, compared within 1e-4 as long as these are above a thousandth of the first; null when they do not.
    /// </summary>
    public string? Difference(double[] losses)
    {
        if (losses.Length != Losses.Length)
            return $"{Losses.Length} losses expected, {losses.Length} found";
        for (int step = 0; step < losses.Length && Losses[step] > LossFloor * Losses[0]; step++)
            // A loss that is not a number differs too.
            if (!(Math.Abs(losses[step] - Losses[step]) <= LossTolerance * Losses[step]))
                return $"loss {Losses[step]:G9} expected after step {step}, {losses[step]:G9} found";
        return null;
    }

    /// <summary>How active sets differ from these; null when they do not.</summary>
    public string? Difference((long Count, string Hash)[] layers)
    {
        if (layers.Length != Layers.Length)
            return $"{Layers.Length} hidden layers expected, {layers.Length} found";
        for (int layer = 0; layer < layers.Length; layer++)
            if (layers[layer] != Layers[layer])
                return $"{Layers[layer]} expected of the neurons that fire in layer {layer + 1}, {layers[layer]} found";
        return null;
    }
}
