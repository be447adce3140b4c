namespace Subquad.Perf.Reports.Turns;

/// <summary>
/// Finds rows that became slower by 5 % or more. Every row is screened in a few rounds. Rows that may be slower are measured again
/// in more rounds, and only these count. So a row that was slow by chance is cleared, and rows that are the same cost little.
/// </summary>
/// <remarks>
/// The self-test of perf/Kernels (<c>watch</c>) shows what these thresholds find; decision 65 says how they were chosen.
/// </remarks>
sealed class SequentialTest
{
    /// <summary>The slow-down to be found.</summary>
    const double Sought = 0.05;

    /// <summary>A row is slower when its ratio is above 1 by more than this: half of what is sought has equal room on both sides.</summary>
    public const double Band = Sought / 2;

    /// <summary>Rows above this are measured again, as are those whose two standard errors reach <see cref="Sought"/>.</summary>
    const double Screen = 0.005;

    /// <summary>A verdict is this many standard errors away from the band.</summary>
    public const double Errors = 2.5;

    /// <summary>A slower row is this many standard errors above 1: rows of much noise are looked at several times.</summary>
    const double ErrorsFromEqual = 4;

    /// <summary>The standard error that is assumed at least: it is an estimate from a few rounds.</summary>
    const double LeastError = 0.001;

    /// <summary>Rounds of the screening, rounds between two looks of the second measurement, and looks.</summary>
    public const int ScreenRounds = 6, ConfirmRounds = 9, Looks = 8;

    /// <summary>Rounds of the second measurement before any verdict: the standard error is an estimate from them.</summary>
    public const int LeastRounds = 2 * ConfirmRounds;

    /// <summary>Rounds after which the second measurement ends.</summary>
    public const int MostRounds = Looks * ConfirmRounds;

    /// <summary>Measures one round of the rows with these keys (null for all), each for the seconds given.</summary>
    public delegate IReadOnlyList<(string Key, RoundTimes Times)> Round(IReadOnlySet<string>? keys, double seconds);

    /// <summary>Seconds of each side of a row in a round of the screening.</summary>
    public double ScreenSeconds { get; init; } = 0.08;

    /// <summary>Seconds of each side of a row in a round of the second measurement.</summary>
    public double ConfirmSeconds { get; init; } = 0.1;

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
        // Without time for a round of the second measurement, a row keeps those of the screening.
        foreach (TurnRow row in rows.Values.Where(IsSuspicious))
            row.Verdict = Verdict.Unclear;
        Dictionary<string, TurnRow> open = rows.Values.Where(row => row.Verdict == Verdict.Unclear)
            .ToDictionary(row => row.Key, row => new TurnRow(row.Key) { Verdict = Verdict.Unclear });
        for (int round = 1; open.Count > 0 && round <= MostRounds && HasTime(); round++)
        {
            AddRound(open, measure(open.Keys.ToHashSet(), ConfirmSeconds));
            foreach (TurnRow row in open.Values)
                rows[row.Key] = row;
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
        foreach (TurnRow row in open.Values.Where(row => row.Rounds.Count >= LeastRounds))
            row.Verdict = Judge(row);
        foreach (TurnRow row in open.Values.Where(row => row.Verdict != Verdict.Unclear).ToArray())
            open.Remove(row.Key);
    }

    static bool IsSuspicious(TurnRow row) => row.Ratio.Value > 1 + Screen || row.Ratio.High > 1 + Sought;

    static Verdict Judge(TurnRow row)
    {
        TurnRatio ratio = row.Ratio;
        double above = Math.Log(ratio.Value / (1 + Band)), noise = Errors * Math.Max(ratio.Error, LeastError);
        if (above < -noise)
            return Verdict.Same;
        // A median of few rounds may be above the band by chance; that both halves are is far less likely.
        int half = row.Rounds.Count / 2;
        bool isSlower = above > noise && Math.Log(ratio.Value) > ErrorsFromEqual * ratio.Error
            && IsAbove(row.Rounds.Take(half)) && IsAbove(row.Rounds.Skip(half));
        return isSlower ? Verdict.Slower : Verdict.Unclear;
    }

    static bool IsAbove(IEnumerable<RoundTimes> rounds) => TurnRatio.Of(rounds.Select(round => round.Ratios)).Value > 1 + Band;

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
