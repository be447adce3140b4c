namespace Subquad.Layers;

/// <summary>What the memory of a hidden layer depends on, known before there are weights or data.</summary>
/// <param name="Width">Neurons.</param>
/// <param name="Active">Those that are expected to fire for a datum.</param>
/// <param name="Inputs">Inputs.</param>
/// <param name="ActiveInputs">Those that are expected not to be zero for a datum.</param>
/// <param name="HeldTerms">The most rank-one terms that a fit holds beside its weights at a time.</param>
internal readonly record struct LayerSize(int Width, double Active, int Inputs, double ActiveInputs, long HeldTerms = 0)
{
    /// <summary>Entries of the layer's lists for so many data.</summary>
    public Int128 EntriesOf(int count) => (Int128)Math.Ceiling(count * Active);

    /// <summary>Entries of what enters the layer.</summary>
    public Int128 InputEntriesOf(int count) => (Int128)Math.Ceiling(count * ActiveInputs);
}

/// <summary>
/// What the memory of a network and of the states of data in it depends on. Each owner of memory has a method <c>BytesOf</c> beside the
/// code that allocates; they add up to the estimate.
/// </summary>
/// <param name="Hidden">Hidden layers, first to last.</param>
/// <param name="Outputs">Outputs, 1 or more.</param>
/// <param name="HasDirect">Whether weights go from the input straight to the outputs.</param>
internal sealed record NetworkSize(LayerSize[] Hidden, int Outputs, bool HasDirect)
{
    /// <summary>The last hidden layer.</summary>
    public LayerSize Last => Hidden[^1];

    /// <summary>The sum of what each layer from one on takes.</summary>
    public Int128 Sum(int from, Func<LayerSize, Int128> bytes) => Sum(from, Hidden.Length, bytes);

    /// <summary>The sum of what each layer of a range takes.</summary>
    public Int128 Sum(int from, int to, Func<LayerSize, Int128> bytes)
    {
        Int128 sum = 0;
        foreach (LayerSize layer in Hidden[from..to])
            sum += bytes(layer);
        return sum;
    }

    /// <summary>The most that a layer of a range takes, for what layers share; 0 without layers.</summary>
    public Int128 Most(int from, int to, Func<LayerSize, Int128> bytes)
    {
        Int128 most = 0;
        foreach (LayerSize layer in Hidden[from..to])
            most = Int128.Max(most, bytes(layer));
        return most;
    }
}
