using Subquad.Perf.Reports;

namespace Subquad.Perf.EndToEnd.Scaling;

/// <summary>Seconds of a step over the width, Subquad and dense, a panel per number of data.</summary>
static class ScalingPlot
{
    public static string Draw(IReadOnlyList<Row> rows, int[] batches)
    {
        var plot = new LogLogPlot("A Gauss-Newton step, three hidden layers", "width m of every hidden layer", "seconds per step");
        foreach (int batch in batches)
            plot.Add($"n = {batch} data",
            [
                Series(batch, "dense (libtorch), all layers", "step", ScalingSlopes.Measured("peer_seconds")),
                Series(batch, "Subquad, all layers, from the fourth step", "step", row => row.Number("seconds")),
                Series(batch, "Subquad, last layer (cached)", "cached-step", row => row.Number("seconds")),
            ]);
        return plot.ToString();

        LogLogPlot.Series Series(int batch, string name, string stage, Func<Row, double?> quantity)
        {
            (double Width, double Value)[] points = ScalingSlopes.Points(rows, batch, stage, ScalingSlopes.IsLater, quantity);
            return new(name, points, points.Length < 2 ? double.NaN : ScalingSlopes.Fit(points));
        }
    }
}
