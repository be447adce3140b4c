using System.Globalization;

namespace Subquad;

/// <summary>
/// When the steps of a training, held beside each layer's weights as rank-one terms, are added to them. Held terms make every pass a little
/// dearer and every step's update far cheaper; the results agree within rounding. When a fit ends, what it holds is added, unless the
/// policy is <see cref="Never"/> or the weights are shared and read-only.
/// </summary>
public sealed record FlushPolicy
{
    private FlushPolicy(int? mostRank) => MostRank = mostRank;

    /// <summary>As many steps are held as a cost model says, which looks at sizes only: the same on every machine.</summary>
    public static FlushPolicy CostModel { get; } = new((int?)null);

    /// <summary>Every step is added at once.</summary>
    public static FlushPolicy Immediate { get; } = RankAbove(0);

    /// <summary>Nothing is ever added, not even when a fit ends: the change of the weights can then be kept on its own.</summary>
    public static FlushPolicy Never { get; } = new(int.MaxValue);

    /// <summary>The most terms that are held beside a layer; null when the cost model says.</summary>
    public int? MostRank { get; }

    /// <summary>All terms of a layer are added when there are more than so many; a step has as many as data.</summary>
    /// <param name="rank">0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rank is negative.</exception>
    public static FlushPolicy RankAbove(int rank)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rank);
        return new(rank);
    }

    /// <inheritdoc/>
    public override string ToString() => MostRank switch
    {
        null => "cost model",
        0 => "immediate",
        int.MaxValue => "never",
        { } rank => string.Create(CultureInfo.InvariantCulture, $"rank > {rank}"),
    };
}
