using System.Globalization;
using Subquad.Perf.Reports;
using Subquad.Perf.Reports.Turns;
using static Subquad.Perf.Reports.MarkdownTable;

namespace Subquad.Perf.Kernels.Turns;

/// <summary>Shows that a comparison by turns finds a verb that is slower by 5 % and finds none between two builds of one source.</summary>
sealed class WatchRun
{
    const double Share = 0.05;

    /// <summary>A verb of every family: thirty comparisons of all verbs would take days. The slow-down meets each in turn.</summary>
    static readonly (string Family, string Verb)[] s_subset =
    [
        ("forward", "AccumulateDense"),
        ("pair", "PullBack"),
        ("list", "GatherActive"),
        ("tournament", "UpdateTournament"),
        ("search", "ReportHalfSpace"),
        ("sketch", "TransformHadamard"),
        ("factor", "SolveLower"),
        ("vector", "Dot"),
    ];

    public required PublishedProgram Before { get; init; }

    /// <summary>A second build of the source of <see cref="Before"/>, from another folder.</summary>
    public required PublishedProgram After { get; init; }

    /// <summary>A build with <c>-p:SlowVerb=true</c>.</summary>
    public required PublishedProgram Slowed { get; init; }

    public required string[] Kernels { get; init; }

    public required int Clean { get; init; }

    public required int Injected { get; init; }

    /// <inheritdoc cref="TurnsRun.Minutes"/>
    public required double Minutes { get; init; }

    public FinishedRun Run(FileInfo json)
    {
        var report = new Report("regression");
        var table = new MarkdownTable("run", "slowed verb", "its ratio", "flagged", "unclear", "measured twice", "rows", "seconds");
        int found = 0, wrong = 0, clean = 0, compared = 0, unclear = 0;
        // Clean runs lie between those with a slow-down, so that a quiet or a busy hour meets both.
        for (int run = 0; run < Clean + Injected; run++)
        {
            int before = run * Injected / (Clean + Injected), after = (run + 1) * Injected / (Clean + Injected);
            string? slowed = after > before ? s_subset[before % s_subset.Length].Verb : null;
            IReadOnlyList<TurnRow> rows = Compare(slowed, out double seconds);
            TurnRow[] flagged = [.. rows.Where(row => row.Verdict == Verdict.Slower)];
            TurnRow[] unsure = [.. rows.Where(row => row.Verdict == Verdict.Unclear)];
            TurnRow[] hit = [.. rows.Where(row => IsOf(row, slowed))], others = [.. rows.Except(hit)];
            int twice = rows.Count(row => row.Rounds.Count != SequentialTest.ScreenRounds);
            found += flagged.Any(row => IsOf(row, slowed)) ? 1 : 0;
            int falsely = flagged.Count(row => !IsOf(row, slowed));
            wrong += falsely;
            clean += slowed is null && flagged.Length == 0 ? 1 : 0;
            compared += others.Length;
            unclear += unsure.Length;
            string names = Names(flagged);
            report.Add(new Row
            {
                { "kind", "regression" },
                { "name", slowed is null ? "clean" : "slowed" },
                { "run", run + 1 },
                { "kernels", string.Join('+', Kernels) },
                { "verb", slowed },
                { "ratio", hit.Length > 0 ? hit.Max(row => row.Ratio.Value) : null },
                { "flagged", names },
                { "unclear", Names(unsure) },
                { "measured_twice", twice },
                { "highest_other_ratio", others.Max(row => row.Ratio.Value) },
                { "rows_compared", rows.Count },
                { "seconds", seconds },
            });
            string ratio = hit.Length > 0 ? string.Join(", ", hit.Select(row => TurnTables.Ratio(row.Ratio.Value))) : "-";
            table.Add($"{run + 1}", slowed ?? "-", ratio, names, Names(unsure), $"{twice}", $"{rows.Count}", Cell(seconds));
            report.Keep(json);
        }
        return new FinishedRun(report, string.Create(CultureInfo.InvariantCulture, $"""
            Two builds of one source in two folders, compared by turns as `turns` does, on {string.Join(", ", Kernels)}.
            In {Injected} of {Clean + Injected} runs the calls of one verb of the second build last {Percent(Share)} longer:
            the verb was flagged in {found} of {Injected}. {clean} of {Clean} clean runs flagged nothing.
            Of {compared:#,0} comparisons of a row that was not slowed, {wrong} were flagged falsely.
            {unclear} rows were left unclear. The band is {Percent(SequentialTest.Band)}.
            The slow-down surrounds the call: it shows which slow-down of a call is found, not which change of code causes one.

            {table}
            """));
    }

    IReadOnlyList<TurnRow> Compare(string? slowed, out double seconds) => new TurnsRun
    {
        Minutes = Minutes,
        Rounds = new ServedRounds
        {
            Before = Before,
            After = slowed is null ? After : Slowed,
            Groups = [.. s_subset.Select(one => one.Family)],
            Arguments = ["--kernels", .. Kernels],
            ArgumentsAfter = slowed is null ? [] : ["--slow", string.Create(CultureInfo.InvariantCulture, $"{slowed}:{Share}")],
            IsWanted = key => s_subset.Any(one => TurnsCommands.IsOf(key, one.Verb)),
        },
    }.Compare(Console.WriteLine, out seconds);

    static bool IsOf(TurnRow row, string? verb) => verb is not null && TurnsCommands.IsOf(row.Key, verb);

    static string Names(TurnRow[] rows) =>
        rows.Length == 0 ? "-" : string.Join("; ", rows.Select(row => $"{row.Key} ({TurnTables.Ratio(row.Ratio.Value)})"));
}
