using System.Globalization;
using static Subquad.Perf.Reports.MarkdownTable;

namespace Subquad.Perf.Reports.Turns;

/// <summary>Comparisons by turns as rows of a results file and as tables.</summary>
static class TurnTables
{
    public static MarkdownTable Compared() => new("row", "before, µs", "after, µs", "after / before", "± standard error", "rounds", "");

    public static void Add(MarkdownTable table, TurnRow row) => table.Add(
        row.Key, Cell(1e6 * row.Before), Cell(1e6 * row.After), Ratio(row.Ratio.Value), Percent(row.Ratio.Error), $"{row.Rounds.Count}",
        row.Verdict == Verdict.Same ? "" : row.Verdict.ToString().ToUpperInvariant());

    public static Row RowOf(TurnRow row, string verdict) => new()
    {
        { "kind", "turns" },
        { "name", row.Key },
        { "seconds", row.After },
        { "before_seconds", row.Before },
        { "ratio", row.Ratio.Value },
        { "ratio_error", row.Ratio.Error },
        { "rounds", row.Rounds.Count },
        { "verdict", verdict },
    };

    /// <summary>A ratio near 1: three decimals.</summary>
    public static string Ratio(double ratio) => double.IsNaN(ratio) ? "-" : ratio.ToString("0.000", CultureInfo.InvariantCulture);
}
