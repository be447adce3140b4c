using Subquad.Perf.Reports;

namespace Subquad.Perf.EndToEnd.Scaling;

/// <summary>
/// Exponents of the width: least squares through the logarithms of what was measured. "Later" is the median over the steps from the fourth
/// on.
/// </summary>
static class ScalingSlopes
{
    public const int LaterFrom = 4;

    /// <summary>The slopes of a number of data; none for a quantity with fewer than two widths.</summary>
    public static IEnumerable<Row> Of(IReadOnlyList<Row> rows, int batch)
    {
        return new[]
        {
            Slope("arithmetic/first-forward", "forward", row => row.Number("step") == 1, row => row.Number("multiply_adds")),
            Slope("arithmetic/later", "step", IsLater, row => row.Number("multiply_adds")),
            // The stage of n^2 k: correcting the pre-activations, and the Gram matrix.
            Slope(
                "arithmetic/cached", "cached-step", IsLater,
                row => row.Number("forward_multiply_adds") + row.Number("gram_multiply_adds")),
            Slope("lines/later", "step", IsLater, row => row.Number("touched_lines")),
            Slope("seconds/first-forward", "forward", row => row.Number("step") == 1, row => row.Number("seconds")),
            Slope("seconds/later", "step", IsLater, row => row.Number("seconds")),
            Slope("seconds/cached", "cached-step", IsLater, row => row.Number("seconds")),
            Slope("seconds/dense", "step", IsLater, Measured("peer_seconds")),
            Slope("seconds/dense-last-layer", "cached-step", IsLater, Measured("peer_seconds")),
            Slope("seconds/dense-cached", "cached-step", IsLater, Measured("dense_cached_seconds")),
        }.OfType<Row>();

        Row? Slope(string name, string stage, Func<Row, bool> steps, Func<Row, double?> quantity)
        {
            (double Width, double Value)[] points = Points(rows, batch, stage, steps, quantity);
            if (points.Length < 2)
                return null;
            return new Row
            {
                { "kind", "slope" },
                { "name", name },
                { "m", (long)points[^1].Width },
                { "n", batch },
                { "layers", ScalingCase.Layers },
                { "threads", Number("threads") },
                { "kernels", rows[0].Text("kernels") },
                { "slope", Fit(points) },
                { "m_from", (long)points[0].Width },
                { "widths", points.Length },
            };
        }

        long? Number(string field) => (long?)rows[0].Number(field);
    }

    /// <summary>Medians over steps, one point per width, the narrowest first.</summary>
    public static (double Width, double Value)[] Points(
        IReadOnlyList<Row> rows, int batch, string stage, Func<Row, bool> steps, Func<Row, double?> quantity) =>
    [
        .. rows.Where(row => row.Text("kind") == "stage" && row.Text("name") == stage)
            .Where(row => row.Number("n") == batch && row.Number("outputs") == 1 && steps(row))
            .GroupBy(row => row.Number("m")!.Value, quantity)
            .Select(group => (group.Key, Values: group.OfType<double>().Where(value => value > 0).ToArray()))
            .Where(point => point.Values.Length > 0).OrderBy(point => point.Key).Select(point => (point.Key, Measure.Median(point.Values))),
    ];

    public static bool IsLater(Row row) => row.Number("step") >= LaterFrom;

    /// <summary>A field of the rows whose peer was measured.</summary>
    public static Func<Row, double?> Measured(string field) => row => row.Text("extrapolated") is null ? row.Number(field) : null;

    /// <summary>The exponent p of the best a m^p.</summary>
    public static double Fit((double Width, double Value)[] points)
    {
        double x = points.Average(point => Math.Log(point.Width)), y = points.Average(point => Math.Log(point.Value));
        return points.Sum(point => (Math.Log(point.Width) - x) * (Math.Log(point.Value) - y))
            / points.Sum(point => Math.Pow(Math.Log(point.Width) - x, 2));
    }

    /// <summary>
    /// The dense step at a width that does not fit into memory, along the slope of those that did; null without two of them.
    /// </summary>
    public static Row? Extrapolate(IReadOnlyList<Row> rows, ScalingCase run)
    {
        string stage = run.IsCached ? "cached-step" : "step";
        double? step = Along("peer_seconds");
        return step is null ? null : new Row
        {
            { "step", step },
            { "cached", run.IsCached ? Along("dense_cached_seconds") : null },
            { "extrapolated", true },
        };

        double? Along(string field)
        {
            (double Width, double Value)[] points = Points(rows, run.Batch, stage, _ => true, Measured(field));
            return points.Length < 2 ? null : points[^1].Value * Math.Pow(run.Width / points[^1].Width, Fit(points));
        }
    }
}
