namespace Subquad.Perf.Reports.Turns;

/// <summary>One row of a comparison by turns.</summary>
/// <param name="Key">Fields that say what was measured, joined; equal on both sides.</param>
sealed record TurnRow(string Key)
{
    readonly List<RoundTimes> _rounds = [];

    public IReadOnlyList<RoundTimes> Rounds => _rounds;

    public Verdict Verdict { get; set; } = Verdict.Same;

    /// <summary>Median over the rounds.</summary>
    public double Before => Measure.Median(_rounds.Select(round => round.Before));

    /// <inheritdoc cref="Before"/>
    public double After => Measure.Median(_rounds.Select(round => round.After));

    /// <summary>New by old: above 1 is slower.</summary>
    public TurnRatio Ratio => TurnRatio.Of(_rounds.Select(round => round.Ratios));

    /// <summary>The second build of the old source by the first one; only with a control.</summary>
    public TurnRatio Control => TurnRatio.Of(_rounds.Select(round => round.ControlRatios));

    /// <summary>The most bytes that a warm call of the old build allocated in any round.</summary>
    public long AllocatedBefore => _rounds.Max(round => round.AllocatedBefore);

    /// <summary>As <see cref="AllocatedBefore"/>, of the new build.</summary>
    public long AllocatedAfter => _rounds.Max(round => round.AllocatedAfter);

    public void Add(RoundTimes times) => _rounds.Add(times);
}

/// <summary>What a comparison by turns found for a row.</summary>
enum Verdict
{
    /// <summary>Not slower by the band.</summary>
    Same,

    /// <summary>Slower by more than the band, beyond the noise.</summary>
    Slower,

    /// <summary>The noise of this row leaves room for a slow-down that should be found.</summary>
    Unclear,
}
