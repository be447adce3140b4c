using Subquad.Perf.Reports;
using Subquad.Perf.Reports.Turns;
using static Subquad.Perf.Reports.MarkdownTable;

namespace Subquad.Perf.EndToEnd.Turns;

/// <summary>Rows and table of a comparison of an old build, a new one and a second build of the old source (A/A).</summary>
static class BeforeAfterTable
{
    /// <summary>Ratios as near to 1 as this count as equal however small the spread is.</summary>
    const double Near = 0.03;

    /// <param name="kind">Kind of the report.</param>
    /// <param name="rows">What was compared.</param>
    /// <param name="countsAllocations">Whether the bytes that a warm call allocates were counted.</param>
    /// <param name="says">The text above the table, given the number of equal rows and the bound of equality.</param>
    public static FinishedRun Finish(
        string kind, IReadOnlyCollection<TurnRow> rows, bool countsAllocations, Func<(int Equal, string Near), string> says)
    {
        var report = new Report(kind);
        string[] allocations = countsAllocations ? ["allocated before, after"] : [];
        var table = new MarkdownTable(
            ["row", "before, µs", "after, µs", "after / before", "A/A", "A/A spread", .. allocations, ""]);
        foreach (TurnRow row in rows)
        {
            bool isEqual = IsEqual(row);
            TurnRatio ratio = row.Ratio, control = row.Control;
            string verdict = isEqual ? "same" : ratio.Value > 1 ? "slower" : "faster";
            Row line = TurnTables.RowOf(row, verdict);
            line.Add("kernels", ServedRounds.KernelsOf(row.Key));
            line.Add("control_ratio", control.Value);
            line.Add("control_spread", control.Spread);
            if (countsAllocations)
            {
                line.Add("allocated_before", row.AllocatedBefore);
                line.Add("allocated_after", row.AllocatedAfter);
                allocations = [$"{row.AllocatedBefore} B, {row.AllocatedAfter} B"];
            }
            report.Add(line);
            table.Add(
                [row.Key, Cell(1e6 * row.Before), Cell(1e6 * row.After), TurnTables.Ratio(ratio.Value), TurnTables.Ratio(control.Value),
                Percent(control.Spread), .. allocations, isEqual ? "" : verdict]);
        }
        return new FinishedRun(report, $"{says((rows.Count(IsEqual), Percent(Near)))}\n\n{table}");
    }

    static bool IsEqual(TurnRow row) => Math.Abs(row.Ratio.Value - 1) <= Math.Max(Near, row.Control.Spread);
}
