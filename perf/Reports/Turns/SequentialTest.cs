namespace Subquad.Perf.Reports.Turns;

/// <summary>
/// Finds rows that became slower by 5 % or more. Every row is screened in a few rounds; rows that may be slower are measured again,
/// longer, and only the second measurement counts. So a row that was slow by chance is cleared, and rows that are the same cost little.
/// </summary>
/// <remarks>
/// The thresholds follow from the self-test of perf/Kernels (<c>watch</c>): medians of rows that did not change stay below the band,
/// medians of rows that are slower by 5 % above.
/// </remarks>
sealed class SequentialTest
{
    /// <summary>A row is slower when its median ratio is above 1 by more than this.</summary>
    public const double Band = 0.03;

    /// <summary>Rows above this, or with two standard errors above <see cref="ScreenHigh"/>, are measured again.</summary>
    const double Screen = 0.02, ScreenHigh = 0.04;

    /// <summary>
    /// A ratio counts as slower only if it is this many standard errors above 1: the error itself is an estimate from a few rounds.
    /// </summary>
    const double Errors = 4;

    /// <summary>The slow-down to be found: a row is the same when two standard errors do not reach it.</summary>
    const double Sought = 0.05;

    /// <summary>Rounds of the screening, rounds between two looks of the second measurement, and looks.</summary>
    public const int ScreenRounds = 5, ConfirmRounds = 9, Looks = 4;

    /// <summary>Rounds after which the second measurement ends.</summary>
    public const int MostRounds = Looks * ConfirmRounds;

    /// <summary>Measures one round of the rows with these keys (null for all), each for the seconds given.</summary>
    public delegate IReadOnlyList<(string Key, RoundTimes Times)> Round(IReadOnlySet<string>? keys, double seconds);

    /// <summary>Seconds of each side of a row in a round of the screening.</summary>
    public double ScreenSeconds { get; init; } = 0.15;

    /// <summary>Seconds of each side of a row in a round of the second measurement.</summary>
    public double ConfirmSeconds { get; init; } = 0.3;

    /// <summary>
    /// Whether time is left for more rounds of the second measurement; rows that are still open when it ends are unclear.
    /// </summary>
    public Func<bool> HasTime { get; init; } = () => true;

    /// <summary>Called after each round with a sentence for people.</summary>
    public Action<string> Progress { get; init; } = _ => { };

    /// <summary>Returns every row; a row that was measured again holds the rounds of the second measurement alone.</summary>
    public IReadOnlyList<TurnRow> Run(Round measure)
    {
        var rows = new Dictionary<string, TurnRow>();
        for (int round = 1; round <= ScreenRounds; round++)
        {
            AddRound(rows, measure(null, ScreenSeconds));
            Progress($"screening, round {round} of {ScreenRounds}");
        }
        Dictionary<string, TurnRow> open = rows.Values.Where(IsSuspicious)
            .ToDictionary(row => row.Key, row => new TurnRow(row.Key) { Verdict = Verdict.Unclear });
        foreach (TurnRow row in open.Values)
            rows[row.Key] = row;
        for (int round = 1; open.Count > 0 && round <= MostRounds && HasTime(); round++)
        {
            AddRound(open, measure(open.Keys.ToHashSet(), ConfirmSeconds));
            Progress($"second measurement of {open.Count} rows, round {round}");
            if (round % ConfirmRounds == 0)
                Look(open);
        }
        Look(open);
        return [.. rows.Values];
    }

    /// <summary>Judges the rows that are open, and closes those that are clear. Too few rounds leave a row unclear.</summary>
    static void Look(Dictionary<string, TurnRow> open)
    {
        foreach (TurnRow row in open.Values.Where(row => row.Rounds.Count >= ScreenRounds))
            row.Verdict = Judge(row);
        foreach (TurnRow row in open.Values.Where(row => row.Verdict != Verdict.Unclear).ToArray())
            open.Remove(row.Key);
    }

    static bool IsSuspicious(TurnRow row) => row.Ratio.Median > 1 + Screen || row.Ratio.High > 1 + ScreenHigh;

    static Verdict Judge(TurnRow row)
    {
        PairedRatio ratio = row.Ratio;
        if (ratio.Median <= 1 + Band)
            return ratio.High < 1 + Sought ? Verdict.Same : Verdict.Unclear;
        // A median of few rounds may be above the band by chance; that both halves are is far less likely.
        int half = row.Rounds.Count / 2;
        bool isSlower = half >= ConfirmRounds && Math.Log(ratio.Median) > Errors * ratio.Error
            && IsAbove(row.Rounds.Take(half)) && IsAbove(row.Rounds.Skip(half));
        return isSlower ? Verdict.Slower : Verdict.Unclear;
    }

    static bool IsAbove(IEnumerable<RoundTimes> rounds) =>
        PairedRatio.Of(rounds.Select(round => round.After / round.Before)).Median > 1 + Band;

    static void AddRound(Dictionary<string, TurnRow> rows, IReadOnlyList<(string Key, RoundTimes Times)> round)
    {
        foreach ((string key, RoundTimes times) in round)
        {
            if (!rows.TryGetValue(key, out TurnRow? row))
                rows.Add(key, row = new TurnRow(key));
            row.Add(times);
        }
    }
}
