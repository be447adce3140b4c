using System.Diagnostics;
using Subquad.Perf.Reports;
using Subquad.Perf.Reports.Turns;

namespace Subquad.Perf.Kernels.Turns;

/// <summary>Compares the verbs of two builds by turns.</summary>
sealed class TurnsRun
{
    /// <summary>Rows named in an annotation; the table has them all.</summary>
    const int MostNamed = 5;

    public required ServedRounds Rounds { get; init; }

    /// <summary>Minutes after which no further round begins.</summary>
    public required double Minutes { get; init; }

    /// <summary>Whether GitHub Actions reads the output: what it should show beside the run is marked.</summary>
    public bool Annotates { get; init; }

    /// <summary>Returns the exit code: 1 when a verb is slower, or when no row was compared.</summary>
    public int Run(FileInfo json)
    {
        var report = new Report("turns");
        IReadOnlyList<TurnRow> rows = Compare(Console.WriteLine, out double seconds);
        MarkdownTable table = TurnTables.Compared();
        foreach (TurnRow row in rows.OrderByDescending(row => row.Verdict != Verdict.Same))
        {
            Row line = TurnTables.RowOf(row, row.Verdict.ToString().ToLowerInvariant());
            line.Add("kernels", ServedRounds.KernelsOf(row.Key));
            report.Add(line);
            TurnTables.Add(table, row);
        }
        new FinishedRun(report, $"""
            {rows.Count} rows, compared by turns in {seconds:0} s: {SequentialTest.ScreenRounds} rounds of fresh processes each.
            A row that may be slower is measured again, in {SequentialTest.LeastRounds} to {SequentialTest.MostRounds} rounds.
            It shows those alone.
            A ratio is the median over all rounds of a turn by the other side's turn beside it.
            SLOWER is a ratio above {1 + SequentialTest.Band} by {SequentialTest.Errors} standard errors, and above it in both halves.
            UNCLEAR is a row whose noise leaves open which side of the band it is on.

            {table}
            """).Save(json, standard: false);
        string[] slower = Named(Verdict.Slower), unclear = Named(Verdict.Unclear);
        string notice = Annotates ? "::notice::" : "notice: ";
        if (unclear.Length > 0)
            Console.WriteLine($"{notice}{unclear.Length} of {rows.Count} rows are unclear: {Some(unclear)}");
        if (slower.Length > 0)
            Console.WriteLine($"{(Annotates ? "::warning::" : "")}{slower.Length} of {rows.Count} rows are slower: {Some(slower)}");
        else
            Console.WriteLine($"none of {rows.Count} rows is slower");
        return slower.Length > 0 || rows.Count == 0 ? 1 : 0;

        string[] Named(Verdict verdict) =>
            [.. rows.Where(row => row.Verdict == verdict).Select(row => $"{row.Key}: {TurnTables.Ratio(row.Ratio.Value)}")];
    }

    /// <summary>The rows and their verdicts.</summary>
    public IReadOnlyList<TurnRow> Compare(Action<string> progress, out double seconds)
    {
        var clock = Stopwatch.StartNew();
        IReadOnlyList<TurnRow> rows = new SequentialTest
        {
            HasTime = () => clock.Elapsed.TotalMinutes < Minutes,
            Progress = done => progress($"{clock.Elapsed.TotalSeconds:0} s: {done}"),
        }.Run(Rounds.Measure);
        seconds = clock.Elapsed.TotalSeconds;
        return rows;
    }

    static string Some(string[] rows) => string.Join("; ", rows.Take(MostNamed)) + (rows.Length > MostNamed ? "; ..." : "");
}
