using Subquad.Perf.Reports;
using static Subquad.Perf.Reports.MarkdownTable;

namespace Subquad.Perf.EndToEnd.Scaling;

/// <summary>The scaling run as its page of results shows it.</summary>
static class ScalingTables
{
    static readonly string[] s_stages = ["forward", "pullback", "solve", "update"];

    public static string Render(IReadOnlyList<Row> rows) => $"""
        Random unit vectors in {ScalingCase.Dimension} dimensions, y = +-1, {ScalingCase.Layers} hidden layers of width m,
        c = {ScalingCase.ShiftConstant}, undamped steps. Step t begins with forward pass t, which follows t - 1 updates; "later" is the
        median from t = {ScalingSlopes.LaterFrom} on; with one output the residual is at the rounding of float32 after four or five. Seconds
        are medians of the trainings, without the drawing of weights; arithmetic is multiply-adds, lines are 64-byte lines of W, once per
        tile visit. "Dense" is the same step in libtorch, in a process of its own; a star marks what was extrapolated along its slope.

        Seconds of a step that trains all layers (one output unless said otherwise):

        {Steps(rows)}
        Where a later step's time goes, in milliseconds, Subquad / dense:

        {Stages(rows)}
        Multiply-adds and lines:

        {Work(rows)}
        The last layer alone (cached pre-activations, algorithm A8), in milliseconds a step; "dense" trains the last layer by W, "dense
        cached" is A8 with dense products:

        {Cached(rows)}
        Exponents p of m^p, least squares over the widths measured:

        {Slopes(rows)}
        Neurons that the bound could not rule out, as a share of the layer (those that fire not counted), by forward pass; a layer whose
        pre-activations are only corrected has none:

        {Uncertain(rows)}
        """;

    static MarkdownTable Steps(IReadOnlyList<Row> rows)
    {
        var table = new MarkdownTable(
            "n", "m", "fires", "first forward", "first step", "second", "third", "fourth", "later", "dense step", "times faster");
        foreach (Row[] steps in Networks(rows, "step"))
        {
            double later = Later(steps, "seconds") ?? double.NaN;
            double? dense = steps[0].Number("peer_seconds");
            table.Add(
                Data(steps[0]), $"{steps[0].Number("m"):#,0}", Percent(steps[0].Number("active_fraction")),
                Cell(steps[0].Number("forward_seconds")),
                Cell(At(steps, 1, "seconds")), Cell(At(steps, 2, "seconds")), Cell(At(steps, 3, "seconds")), Cell(At(steps, 4, "seconds")),
                Cell(later), Cell(dense) + Star(steps[0]), Cell(dense / later));
        }
        return table;
    }

    static MarkdownTable Stages(IReadOnlyList<Row> rows)
    {
        var table = new MarkdownTable(["n", "m", .. s_stages]);
        foreach (Row[] steps in Networks(rows, "step"))
            table.Add([
                Data(steps[0]), $"{steps[0].Number("m"):#,0}",
                .. s_stages.Select(stage =>
                {
                    Row[] stages = [.. rows.Where(row => row.Text("name") == stage && IsSameNetwork(row, steps[0]))];
                    return $"{Milliseconds(Later(stages, "seconds"))} / {Milliseconds(stages[0].Number("peer_seconds"))}";
                })]);
        return table;
    }

    static MarkdownTable Work(IReadOnlyList<Row> rows)
    {
        var table = new MarkdownTable(
            "n", "m", "first forward, 10^9", "second step, 10^9", "third, 10^9", "later, 10^9", "lines first forward, 10^6",
            "lines later step, 10^6", "evaluated in a later forward");
        foreach (Row[] steps in Networks(rows, "step"))
        {
            Row first = rows.First(row => row.Text("name") == "forward" && IsSameNetwork(row, steps[0]));
            table.Add(
                Data(steps[0]), $"{steps[0].Number("m"):#,0}", Cell(first.Number("multiply_adds") / 1e9),
                Cell(At(steps, 2, "multiply_adds") / 1e9), Cell(At(steps, 3, "multiply_adds") / 1e9),
                Cell(Later(steps, "multiply_adds") / 1e9), Cell(first.Number("touched_lines") / 1e6),
                Cell(Later(steps, "touched_lines") / 1e6), Percent(Later(steps, "reevaluated_fraction")));
        }
        return table;
    }

    static MarkdownTable Cached(IReadOnlyList<Row> rows)
    {
        var table = new MarkdownTable("n", "m", "later step", "n^2 k, 10^6", "dense", "times faster", "dense cached", "times faster");
        foreach (Row[] steps in Networks(rows, "cached-step"))
        {
            double later = Later(steps, "seconds") ?? double.NaN;
            double? dense = steps[0].Number("peer_seconds"), cached = steps[0].Number("dense_cached_seconds");
            table.Add(
                Data(steps[0]), $"{steps[0].Number("m"):#,0}", Milliseconds(later),
                Cell((Later(steps, "forward_multiply_adds") + Later(steps, "gram_multiply_adds")) / 1e6),
                Milliseconds(dense) + Star(steps[0]), Cell(dense / later), Milliseconds(cached) + Star(steps[0]), Cell(cached / later));
        }
        return table;
    }

    static MarkdownTable Slopes(IReadOnlyList<Row> rows)
    {
        Row[] slopes = [.. rows.Where(row => row.Text("kind") == "slope")];
        double?[] batches = [.. slopes.Select(row => row.Number("n")).Distinct()];
        var table = new MarkdownTable(["quantity", .. batches.Select(batch => $"n = {batch}")]);
        foreach (IGrouping<string?, Row> quantity in slopes.GroupBy(row => row.Text("name")))
            table.Add([
                quantity.Key!,
                .. batches.Select(batch => Cell(quantity.FirstOrDefault(row => row.Number("n") == batch)?.Number("slope")))]);
        return table;
    }

    static MarkdownTable Uncertain(IReadOnlyList<Row> rows)
    {
        var table = new MarkdownTable(
            "data", "n", "m", "trained from layer", "layer", "fires", "second", "third", "fourth", "fourth, of those that fire");
        foreach (var layer in rows.Where(row => row.Text("kind") == "uncertain")
            .GroupBy(row =>
                (Data: row.Text("name"), Batch: row.Number("n"), Width: row.Number("m"), From: row.Number("train_from"),
                Layer: row.Number("layer"))))
        {
            Row[] passes = [.. layer];
            table.Add(
                layer.Key.Data!, $"{layer.Key.Batch:#,0}", $"{layer.Key.Width:#,0}", $"{layer.Key.From}", $"{layer.Key.Layer}",
                Percent(passes[0].Number("active_fraction")),
                Share(2), Share(3), Share(4),
                At(passes, 4, "reevaluated_fraction") < 1
                    ? Percent(At(passes, 4, "uncertain_fraction") / At(passes, 4, "active_fraction"))
                    : "-");

            string Share(int pass) => At(passes, pass, "reevaluated_fraction") switch
            {
                null => "-",
                1 => "full pass",
                0 => "corrected",
                _ => Cell(100 * At(passes, pass, "uncertain_fraction")) + " %",
            };
        }
        return table;
    }

    static IEnumerable<Row[]> Networks(IReadOnlyList<Row> rows, string name) =>
        rows.Where(row => row.Text("kind") == "stage" && row.Text("name") == name)
        .GroupBy(row => (row.Number("n"), row.Number("m"), row.Number("outputs"))).Select(steps => steps.ToArray());

    static bool IsSameNetwork(Row a, Row b) =>
        Array.TrueForAll(["n", "m", "outputs", "train_from"], field => a.Number(field) == b.Number(field))
            && a.Text("kind") == b.Text("kind");

    static double? At(Row[] steps, int step, string field) => Array.Find(steps, row => row.Number("step") == step)?.Number(field);

    static double? Later(Row[] steps, string field) =>
        steps.Where(ScalingSlopes.IsLater).Select(row => row.Number(field)).OfType<double>().ToArray() is { Length: > 0 } values
            ? Measure.Median(values)
            : null;

    static string Data(Row row) =>
        row.Number("outputs") == 1 ? $"{row.Number("n")}" : $"{row.Number("n")}, {row.Number("outputs")} outputs";

    static string Star(Row row) => row.Text("extrapolated") is null ? "" : "*";
}
