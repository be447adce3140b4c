using Subquad.Perf.Reports;
using Subquad.Simd.Dispatch;
using Subquad.Simd.Memory;
using Subquad.Simd.Search;
using Subquad.Simd.Threading;

namespace Subquad.Perf.EndToEnd.Strategies;

/// <summary>
/// Which neurons a bound does not rule out, found by the scan that the certificate uses (it also raises the bound on its way) and by
/// correlation trees over the raised bound. Every bound changes in every step, so the trees are built anew.
/// </summary>
static class CertificateCase
{
    const int Repeats = 15;

    /// <summary>Rows of kind `certificate`, and the cells of a table line.</summary>
    public static (Row Row, string[] Cells) Run(int width, int data, double listed)
    {
        using var team = new WorkerTeam(Environment.ProcessorCount);
        var kernels = new TeamKernels(KernelSets.Best, team);
        var verbs = new CertificateKernels(kernels);
        using var forest = new CorrelationForest(kernels.Kernels, team);
        using PanelMatrix upper = new(width, data), support = new(width, data);
        using var bound = new RowBound(width, data);
        using ActiveBatch byScan = new(), byTree = new();
        var random = new Random(1);
        var row = new float[data];
        for (int r = 0; r < width; r++)
        {
            foreach (ref float value in row.AsSpan())
                value = random.NextSingle() - 0.5f;
            upper.SetRows(r, 1, row);
        }
        float limit = (float)(0.5 - listed);
        bound.Limits.Slice(0, width).Fill(limit);
        // A bound that meets the limit is not ruled out; a tree reports what is strictly above.
        using var thresholds = new NativeBuffer<float>(bound.Limits.Length);
        thresholds.CopyFrom(bound.Limits);
        thresholds.Slice(0, width).Fill(MathF.BitDecrement(limit));
        Action scan = () =>
        {
            verbs.RaiseAndCountUncertain(upper, support, bound, byScan);
            verbs.ListUncertain(upper, bound, byScan);
        };
        Action build = () => forest.Build(upper, thresholds), report = () => forest.Report(1f, byTree);
        var times = new List<(double Scan, double Build, double Report)>();
        // In turns, so that a noisy moment hits all three.
        for (int repeat = -1; repeat < Repeats; repeat++)
        {
            (double, double, double) taken = (Measure.Seconds(scan), Measure.Seconds(build), Measure.Seconds(report));
            if (repeat >= 0)
                times.Add(taken);
        }
        if (!byScan.SameEntries(byTree))
            throw new InvalidOperationException($"the scan lists {byScan.Entries} neurons, the trees {byTree.Entries}");
        double scanned = Measure.Median(times.Select(time => time.Scan)), built = Measure.Median(times.Select(time => time.Build)),
            reported = Measure.Median(times.Select(time => time.Report));
        var result = new Row
        {
            { "kind", "certificate" },
            { "name", "correlation-tree" },
            { "m", width },
            { "n", data },
            { "density", byScan.Density },
            { "threads", team.Degree },
            { "kernels", kernels.Kernels.Name },
            { "seconds", built + reported },
            { "build_seconds", built },
            { "report_seconds", reported },
            { "peer", "scan" },
            { "peer_seconds", scanned },
            { "ratio", scanned / (built + reported) },
        };
        return (result, [
            $"{width:#,0}", $"{data}", MarkdownTable.Percent(byScan.Density), MarkdownTable.Cell(1e3 * scanned),
            MarkdownTable.Cell(1e3 * built), MarkdownTable.Cell(1e3 * reported),
            MarkdownTable.Cell(scanned / (built + reported))]);
    }
}
