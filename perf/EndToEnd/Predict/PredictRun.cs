using Subquad.Perf.Reports;
using Subquad.Perf.Reports.Turns;
using static Subquad.Perf.Reports.MarkdownTable;

namespace Subquad.Perf.EndToEnd.Predict;

/// <summary>
/// How long one row takes on the caller's thread, as a host would ask: median and 99th percentile of single calls, and what a warm call
/// allocates.
/// </summary>
static class PredictRun
{
    const int Inputs = 784, Outputs = 10, Calls = 2_000, Rows = 64;

    static readonly (int Width, double[] Densities)[] s_cases =
        [(1_024, [0.2, 0.1]), (4_096, [0.2, 0.1]), (4_096, [0.03]), (16_384, [0.03])];

    public static FinishedRun Run()
    {
        var report = new Report("predict");
        var table = new MarkdownTable("hidden layers", "density", "median", "99 %", "allocated");
        foreach ((int width, double[] densities) in s_cases)
        {
            using Network network = Create(width, densities);
            (double median, double high, long allocated) = Time(network);
            string density = string.Join(" / ", densities.Select(value => Percent(value)));
            report.Add(new Row
            {
                { "kind", "predict" },
                { "name", "single-row" },
                { "m", width },
                { "n", 1 },
                { "density", densities[^1] },
                { "threads", 1 },
                { "kernels", network.Kernels.Name },
                { "seconds", median },
                { "seconds_99", high },
                { "allocated_bytes", allocated },
            });
            table.Add($"2 x {width:#,0}", density, $"{Cell(1e6 * median)} µs", $"{Cell(1e6 * high)} µs", $"{allocated} B");
        }
        return new FinishedRun(report, $"""
            `network.Predict(row, scores)` for one row of {Inputs} features, half of them zero, and {Outputs} outputs, on one thread;
            {Calls:#,0} calls.

            {table}
            """);
    }

    /// <summary>The cases as rows of a comparison by turns; the networks live as long as the process.</summary>
    public static IEnumerable<ServedRow> Served()
    {
        foreach ((int width, double[] densities) in s_cases)
        {
            Network network = Create(width, densities);
            float[][] rows = RandomRows();
            var scores = new float[Outputs];
            int call = 0;
            string density = string.Join(" / ", densities.Select(value => Percent(value)));
            yield return new ServedRow(
                "predict", $"predict, one row, 2 x {width:#,0}, {density}, {network.Kernels.Name}",
                () => network.Predict(rows[call++ % Rows], scores));
        }
    }

    static Network Create(int width, double[] densities) =>
        Network.Create(new NetworkShape { Inputs = Inputs, Hidden = [width, width], Outputs = Outputs, Densities = densities }, seed: 1);

    /// <summary>Half of the features are zero.</summary>
    static float[][] RandomRows()
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, Rows).Select(_ => RandomRow())];

        float[] RandomRow() => [.. Enumerable.Range(0, Inputs).Select(_ => random.Next(2) * random.NextSingle())];
    }

    static (double Median, double High, long Allocated) Time(Network network)
    {
        float[][] rows = RandomRows();
        var scores = new float[Outputs];
        var seconds = new double[Calls];
        foreach (float[] row in rows)
            network.Predict(row, scores);
        int call = 0;
        Action predict = () => network.Predict(rows[call % Rows], scores);
        Measure.Seconds(predict);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (; call < Calls; call++)
            seconds[call] = Measure.Seconds(predict);
        long allocated = (GC.GetAllocatedBytesForCurrentThread() - before) / Calls;
        Array.Sort(seconds);
        return (seconds[Calls / 2], seconds[Calls * 99 / 100], allocated);
    }
}
