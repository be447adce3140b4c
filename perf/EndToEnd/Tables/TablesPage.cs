using Subquad.Perf.Reports;
using static Subquad.Perf.Reports.MarkdownTable;

namespace Subquad.Perf.EndToEnd.Tables;

/// <summary>The rows of the run as tables.</summary>
static class TablesPage
{
    public static string Of(IReadOnlyList<TableSet> sets, IReadOnlyList<Row> rows)
    {
        string[] trainers = TablesWork.Trainers;
        var values = new MarkdownTable(["set", "metric", .. trainers, "reference", .. trainers.Select(name => $"{name}, s"),
            .. trainers.Select(name => $"{name}, GB")]);
        foreach (TableSet set in sets)
            values.Add([
                set.Name, set.Metric.Name, .. trainers.Select(name => Value(set, Find(rows, set, name)?.Number("value"))),
                string.Join(", ", set.References.Select(reference => $"{Value(set, reference.Value)} ({reference.Source})")),
                .. trainers.Select(name => Cell(Find(rows, set, name)?.Number("seconds"))),
                .. trainers.Select(name => Cell(Find(rows, set, name)?.Number("peak_bytes") / 1e9))]);
        return $"""
            The command `subquad train` with its defaults, ridge regression (float64, penalty by leave-one-out) and LightGBM with its
            defaults. Values are means over the standard splits: the first five of a UCI set, the one that another set comes with, or the
            first of seeded divisions. Seconds have reading and training, of the command the whole process. bibtex-80, hypernym-100 and
            cedict-100 are 80 or 100 rows with one of the four most frequent labels. LightGBM has no objective for several labels a row.

            {values}
            Differences are Subquad less ridge, over the same splits; those beyond the standard ones mix all rows of a set.

            {TableBars.Table(sets, rows)}
            """;
    }

    /// <summary>The row of a set and trainer; null if it was not measured.</summary>
    public static Row? Find(IReadOnlyList<Row> rows, TableSet set, string trainer) => rows.FirstOrDefault(row =>
        row.Text("kind") == TablesRun.TableKind && row.Text("name") == set.Name && row.Text("trainer") == trainer);

    static string Value(TableSet set, double? value) => set.Metric.IsError ? Cell(value) : Percent(value);
}
