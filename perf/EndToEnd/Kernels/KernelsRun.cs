using Subquad.Perf.EndToEnd.Peers;
using Subquad.Perf.Reports;
using Subquad.Perf.Reports.Turns;
using Subquad.Simd;
using Subquad.Simd.Dispatch;
using Subquad.Simd.Memory;

namespace Subquad.Perf.EndToEnd.Kernels;

/// <summary>The three verbs of a layer at given densities, each beside a dense library doing the whole layer's work.</summary>
sealed class KernelsRun
{
    readonly Report _report = new("kernels");
    readonly KernelSet _kernels = KernelSets.Best;

    public required int[] Widths { get; init; }
    public required int[] Batches { get; init; }
    public required double[] Densities { get; init; }
    public required int[] Threads { get; init; }
    public required int Repeats { get; init; }
    public required bool WithPeer { get; init; }

    public FinishedRun Run()
    {
        var peers = new DenseTimes(_report);
        foreach (int width in Widths)
        {
            using PanelMatrix weights = RandomWeights(width);
            foreach (int batch in Batches)
                foreach (int threads in Threads)
                {
                    // The peer runs right before the cases it is compared with: a machine's clock drifts.
                    var peer = WithPeer ? peers.Of(new DenseCase(width, batch, threads, Repeats)) : default;
                    foreach (double density in Densities)
                        Time(weights, batch, density, threads, peer.Libtorch, peer.OpenBlas);
                }
        }
        return new FinishedRun(_report, KernelTables.Render(_report.Rows));
    }

    /// <summary>Rows of a comparison by turns: the verbs of a layer of one width; its operands live as long as the process.</summary>
    public static IEnumerable<ServedRow> Served()
    {
        const int width = 8_192;
        KernelSet kernels = KernelSets.Best;
        PanelMatrix weights = RandomWeights(width);
        foreach (int batch in (int[])[128, 512])
            foreach (int threads in (int[])[1, 2])
                foreach (double density in (double[])[0.05, 0.01])
                {
                    var layer = new SparseLayer(kernels, weights, batch, density, threads);
                    layer.Pack();
                    string shape = $"m = {width:#,0}, n = {batch}, {MarkdownTable.Percent(density)}";
                    string on = $"{(threads == 1 ? "one thread" : $"{threads} threads")}, {kernels.Name}";
                    (string Verb, Action Work)[] verbs =
                    [
                        ("forward", layer.Forward), ("pullback", layer.PullBack), ("packed pullback", layer.PullBackPacked),
                        ("scatter", layer.Scatter),
                    ];
                    foreach ((string verb, Action work) in verbs)
                        yield return new ServedRow("kernels", $"{verb}, {shape}, {on}", work) { HasThreads = threads > 1 };
                }
    }

    void Time(PanelMatrix weights, int batch, double density, int threads, Row? libtorch, Row? openBlas)
    {
        using var layer = new SparseLayer(_kernels, weights, batch, density, threads);
        double denseFlops = 2.0 * batch * weights.Rows * weights.Columns;
        long forwardLines = layer.ForwardLines(), pairLines = layer.PairLines();
        double forward = Measure.Median(Repeats, layer.Forward);
        _report.Add(Verb("forward", forward, layer.ForwardElements, forwardLines));

        double pullBack = Measure.Median(Repeats, layer.PullBack), pack = Measure.Median(Repeats, layer.Pack),
            packed = Measure.Median(Repeats, layer.PullBackPacked);
        Row row = Verb("pullback", pullBack, layer.ActivePairs, pairLines);
        row.Add("forward_ratio", pullBack / forward);
        row.Add("pack_seconds", pack);
        row.Add("packed_seconds", packed);
        row.Add("packed_ratio", pullBack / packed);
        _report.Add(row);

        double scatter = Measure.Median(Repeats, layer.Scatter);
        row = Verb("scatter", scatter, layer.ActivePairs, pairLines);
        row.Add("forward_ratio", scatter / forward);
        _report.Add(row);

        // The roofline: lines of W that must come from memory once (a scatter also writes them back), and multiply-adds. Whichever rate is
        // nearer to what the machine can do is the bound. A tile copied whole moves more lines than these.
        Row Verb(string name, double seconds, long elements, long lines) => new()
        {
            { "kind", "kernel" },
            { "name", name },
            { "m", weights.Rows },
            { "batch", batch },
            { "density", density },
            { "threads", threads },
            { "kernels", _kernels.Name },
            { "seconds", seconds },
            { "peer", libtorch is null ? null : "libtorch" },
            { "peer_seconds", libtorch?.Number(name) },
            { "ratio", libtorch?.Number(name) / seconds },
            { "peer_gflops", libtorch is null ? null : denseFlops / libtorch.Number(name) / 1e9 },
            { "openblas_seconds", openBlas?.Number(name) },
            { "openblas_ratio", openBlas?.Number(name) / seconds },
            { "dense_equivalent_gflops", denseFlops / seconds / 1e9 },
            { "touched_lines", lines },
            { "touched_bytes", 64 * lines },
            { "elements", elements },
            { "gigabytes_per_second", 64 * lines / seconds / 1e9 },
            { "gigaelements_per_second", elements / seconds / 1e9 },
        };
    }

    /// <summary>
    /// Every row is a stretch of one random sequence: time does not depend on the values, and 268 million normal numbers would take longer
    /// than the run.
    /// </summary>
    static PanelMatrix RandomWeights(int width)
    {
        var weights = new PanelMatrix(width, width);
        var random = new Random(1);
        float[] sequence = new float[2 * width];
        foreach (ref float value in sequence.AsSpan())
            value = (float)(Math.Sqrt(6.0 / width) * (2 * random.NextDouble() - 1));
        for (int row = 0; row < width; row++)
            weights.SetRows(row, 1, sequence.AsSpan(row, width));
        return weights;
    }
}
