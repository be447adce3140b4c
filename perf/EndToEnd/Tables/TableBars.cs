using Subquad.Perf.Reports;
using static Subquad.Perf.Reports.MarkdownTable;

namespace Subquad.Perf.EndToEnd.Tables;

/// <summary>What the defaults of the command must reach.</summary>
static class TableBars
{
    const double LeastDifference = -0.005, MostRatio = 0.02, ReferenceBand = 1.15;
    const int NearReference = 6;

    static readonly (string Set, double Bar)[] s_values =
        [("energy", 0.75), ("yacht", 1.0), ("bibtex", 0.63), ("delicious", 0.61), ("fashion-sample", 0.85)];

    /// <summary>A line per bar: what is asked, what was found, whether it is reached.</summary>
    public static string Table(IReadOnlyList<TableSet> sets, IReadOnlyList<Row> rows)
    {
        var table = new MarkdownTable("bar", "found", "");
        foreach (TableSet set in sets)
            if (rows.FirstOrDefault(row => row.Text("kind") == TablesRun.PairKind && row.Text("name") == set.Name) is { } pair)
                AddPair(table, set, pair);
        foreach ((string name, double bar) in s_values)
            if (sets.FirstOrDefault(set => set.Name == name) is { } set && TablesPage.Find(rows, set, TablesWork.Subquad) is { } row)
                AddValue(table, set, bar, row.Number("value"));
        AddReferences(table, sets, rows);
        return table.ToString();
    }

    static void AddPair(MarkdownTable table, TableSet set, Row pair)
    {
        double difference = pair.Number("difference")!.Value;
        double worse = set.Metric.IsError ? difference / pair.Number("ridge")!.Value : difference;
        string bar = set.Metric.IsError ? $"{set.Name}: at most {MostRatio:P0} above ridge" : $"{set.Name}: at most 0.5 points below ridge";
        string error = pair.Number("standard_error") is { } known ? $", standard error {Cell(Shown(set, known))}" : "";
        table.Add(
            bar, $"difference {Cell(Shown(set, difference))}{Unit(set)}{error}, {pair.Number("splits")} splits",
            Verdict(set.Metric.IsError ? worse <= MostRatio : worse >= LeastDifference));
    }

    static void AddValue(MarkdownTable table, TableSet set, double bar, double? value) => table.Add(
        $"{set.Name}: {set.Metric.Name} at {(set.Metric.IsError ? "most" : "least")} {bar}", Cell(value),
        Verdict(set.Metric.IsError ? value <= bar : value >= bar));

    static void AddReferences(MarkdownTable table, IReadOnlyList<TableSet> sets, IReadOnlyList<Row> rows)
    {
        (TableSet Set, double Value)[] measured = [.. sets.Where(set => set.Metric.IsError && set.References.Count > 0)
            .Select(set => (set, TablesPage.Find(rows, set, TablesWork.Subquad)?.Number("value") ?? double.NaN))
            .Where(pair => double.IsFinite(pair.Item2))];
        if (measured.Length == 0)
            return;
        string[] near = [.. measured
            .Where(pair => pair.Value <= ReferenceBand * pair.Set.References[0].Value).Select(pair => pair.Set.Name)];
        table.Add(
            $"within 15 % of the published RMSE on at least {NearReference} sets",
            $"{near.Length} of {measured.Length}: {string.Join(", ", near)}", Verdict(near.Length >= NearReference));
    }

    static double Shown(TableSet set, double difference) => set.Metric.IsError ? difference : 100 * difference;

    static string Unit(TableSet set) => set.Metric.IsError ? "" : " points";

    static string Verdict(bool isReached) => isReached ? "reached" : "**missed**";
}
