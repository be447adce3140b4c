using System.Globalization;
using Subquad.Perf.Reports;
using Subquad.Perf.Reports.Turns;
using static Subquad.Perf.Reports.MarkdownTable;

namespace Subquad.Perf.EndToEnd.Turns;

/// <summary>Whole runs of two builds of this program by turns, beside a second build of the old source: how far apart two equal builds are is the spread that a difference must leave.</summary>
sealed class RunTurns
{
    /// <summary>Ratios as near to 1 as this count as equal however small the spread is.</summary>
    const double Near = 0.03;

    /// <summary>Arguments of runs whose default cases take too long to be repeated by turns, or load a library to compare with.</summary>
    static readonly Dictionary<string, string[]> s_arguments = new() { ["kernels"] = ["--no-peer", "--m", "8192"] };

    public required PublishedProgram Before { get; init; }

    public required PublishedProgram After { get; init; }

    /// <summary>A second build of the source of <see cref="Before"/>.</summary>
    public required PublishedProgram Control { get; init; }

    /// <summary>Runs of this program: a name, or a name and its arguments separated by spaces.</summary>
    public required IReadOnlyList<string> Runs { get; init; }

    public required int Rounds { get; init; }

    public FinishedRun Run(FileInfo json)
    {
        var report = new Report("before-after");
        string tables = $"""
            Whole runs by turns: the old build, the new one and a second build of the old one (A/A), each as a process of its own, {Rounds} rounds in changing order. Seconds are medians over the rounds, ratios
            medians of the ratio within a round. The A/A spread is the distance from 1 that the A/A ratio reaches with two standard errors. A row is equal when its ratio is within {Percent(Near)} of 1 or within
            the spread. Allocated is the most that any round reports per warm call.

            """;
        foreach (string run in Runs)
        {
            string[] words = run.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            string[] arguments = [.. words, .. words.Length == 1 && s_arguments.TryGetValue(words[0], out string[]? more) ? more : []];
            Dictionary<string, Measured> rows = Measure(arguments);
            var table = new MarkdownTable("row", "before, µs", "after, µs", "after / before", "A/A", "A/A spread", "allocated before, after", "");
            foreach (Measured row in rows.Values)
                Add(report, table, words[0], row);
            int equal = rows.Values.Count(IsEqual);
            tables += $"\n`{string.Join(' ', arguments)}`: {equal} of {rows.Count} rows are equal.\n\n{table}";
            report.Keep(json);
        }
        return new FinishedRun(report, tables);
    }

    /// <summary>A row, and the most bytes that a call of it allocated on each side; null where the run does not count them.</summary>
    sealed record Measured(TurnRow Times)
    {
        public double? AllocatedBefore { get; set; }

        public double? AllocatedAfter { get; set; }
    }

    Dictionary<string, Measured> Measure(string[] arguments)
    {
        var rows = new Dictionary<string, Measured>();
        PublishedProgram[] sides = [Before, After, Control];
        for (int round = 0; round < Rounds; round++)
        {
            // Every order of the three in turn.
            int[] order = [round % 3, (round + 1 + round / 3 % 2) % 3, (round + 2 - round / 3 % 2) % 3];
            var found = new Dictionary<string, Row>[sides.Length];
            foreach (int side in order)
                found[side] = RowsOf(sides[side], arguments);
            Console.WriteLine($"{arguments[0]}: round {round + 1} of {Rounds}");
            foreach ((string key, Row before) in found[0])
            {
                if (!found[1].TryGetValue(key, out Row? after) || !found[2].TryGetValue(key, out Row? control))
                    continue;
                if (!rows.TryGetValue(key, out Measured? row))
                    rows.Add(key, row = new Measured(new TurnRow(key)));
                row.Times.Add(new RoundTimes(before.Number("seconds")!.Value, after.Number("seconds")!.Value, control.Number("seconds")!.Value));
                row.AllocatedBefore = Most(row.AllocatedBefore, before.Number("allocated_bytes"));
                row.AllocatedAfter = Most(row.AllocatedAfter, after.Number("allocated_bytes"));
            }
        }
        return rows.Count > 0 ? rows : throw new InvalidOperationException($"no row of '{string.Join(' ', arguments)}' is common to the three builds");
    }

    static Dictionary<string, Row> RowsOf(PublishedProgram program, string[] arguments)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("subquad-turns");
        try
        {
            string file = Path.Combine(folder.FullName, "rows.json");
            program.Run([.. arguments, "--json", file]);
            return Json.Read(File.ReadAllText(file)).Where(row => row.Number("seconds") is > 0).ToDictionary(Comparison.Identity);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    static void Add(Report report, MarkdownTable table, string run, Measured row)
    {
        TurnRow times = row.Times;
        PairedRatio ratio = times.Ratio, control = times.Control;
        string verdict = IsEqual(row) ? "" : ratio.Median > 1 ? "SLOWER" : "faster";
        Row line = TurnTables.RowOf(times, IsEqual(row) ? "same" : verdict.ToLowerInvariant());
        line.Add("run", run);
        line.Add("control_ratio", control.Median);
        line.Add("control_spread", control.Spread);
        line.Add("allocated_before", row.AllocatedBefore);
        line.Add("allocated_after", row.AllocatedAfter);
        report.Add(line);
        string allocated = row.AllocatedAfter is null ? "-" : string.Create(CultureInfo.InvariantCulture, $"{row.AllocatedBefore:0} B, {row.AllocatedAfter:0} B");
        table.Add(times.Key, Cell(1e6 * times.Before), Cell(1e6 * times.After), TurnTables.Ratio(ratio.Median), TurnTables.Ratio(control.Median), Percent(control.Spread), allocated, verdict);
    }

    static bool IsEqual(Measured row) => Math.Abs(row.Times.Ratio.Median - 1) <= Math.Max(Near, row.Times.Control.Spread);

    static double? Most(double? one, double? other) => other is { } value ? Math.Max(one ?? 0, value) : one;
}
