using Subquad.Perf.Reports;
using Subquad.Simd;
using Subquad.Simd.Dispatch;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;
using static Subquad.Perf.Reports.MarkdownTable;

namespace Subquad.Perf.EndToEnd.BFloat16;

/// <summary>
/// Weights of bfloat16 beside float32: seconds of a forward pass on every fused kernel set of full width, and what rounding does to the
/// predictions of the default model.
/// </summary>
sealed class BFloat16Run
{
    /// <summary>From this share of the rate at which a whole matrix is read, a forward pass counts as bound by memory.</summary>
    const double BoundShare = 0.6;

    /// <summary>Data that take turns, so that small batches do not meet their columns in a cache again.</summary>
    const int DataInTurn = 32;

    /// <summary>A first layer: as many inputs as an image of the MNIST family has pixels, all of them active.</summary>
    const int DenseInputs = 784, DenseBatch = 128;

    readonly Report _report = new("bfloat16");

    public required int Width { get; init; }
    public required int[] Batches { get; init; }
    public required double[] Densities { get; init; }
    public required int[] Threads { get; init; }
    public required int Repeats { get; init; }
    public required bool WithModel { get; init; }

    public FinishedRun Run()
    {
        KernelSet[] sets = [.. KernelSets.Available.Where(set => set.IsFused && set.Lanes == KernelSets.Available[0].Lanes)];
        var table = new MarkdownTable(
            "kernels", "threads", "batch", "fires", "float32 ms", "bfloat16 ms", "times faster", "float32 GB/s", "bfloat16 GB/s",
            "of reading");
        using (PanelMatrix single = RandomWeights(Width, Width))
        using (var narrow = new PanelMatrix(Width, Width, ElementFormat.BFloat16))
        {
            sets[0].Round(single, narrow, 0);
            foreach (int threads in Threads)
            {
                double reading = Reading(sets[0], single, threads);
                foreach (int batch in Batches)
                    foreach (double density in Densities)
                    {
                        using var inputs = new BFloat16Inputs(Width, batch, density, Math.Max(1, DataInTurn / batch));
                        foreach (KernelSet kernels in sets)
                            Forward(kernels, single, narrow, inputs, threads, reading, table);
                    }
            }
        }
        var dense =
            new MarkdownTable("kernels", "threads", "float32 ms", "bfloat16 ms", "times faster", "float32 GFLOP/s", "bfloat16 GFLOP/s");
        foreach (int threads in Threads)
            foreach (KernelSet kernels in sets)
                Dense(kernels, threads, dense);
        var model = new MarkdownTable(
            "kernels", "test accuracy, float32", "bfloat16", "predictions that change", "largest score difference", "weights MB, float32",
            "bfloat16");
        if (WithModel)
            foreach (Row row in BFloat16Model.Run(sets))
            {
                _report.Add(row);
                model.Add(
                    row.Text("kernels")!, Percent(row.Number("float32_test_accuracy")), Percent(row.Number("test_accuracy")),
                    $"{row.Number("changed_predictions")} of {row.Number("n"):#,0}",
                    Cell(row.Number("largest_score_difference")), Cell(row.Number("float32_weight_bytes") / 1e6),
                    Cell(row.Number("weight_bytes") / 1e6));
            }
        IEnumerable<Row> bound = _report.Rows.Where(row => row.Number("of_reading") >= BoundShare);
        return new FinishedRun(_report, $"""
            A forward pass of a layer of {Width:#,0} x {Width:#,0} with weights of float32 and of bfloat16 (`KernelSet.Accumulate`, sums in
            float32). GB/s: the lines of weights that any datum of the batch needs, each counted once. "of reading": the float32 pass's rate
            beside that of reading the whole matrix in order. Where that is {Percent(BoundShare)} or more, bfloat16 is
            {Cell(bound.Select(row => row.Number("ratio")).Min())} to {Cell(bound.Select(row => row.Number("ratio")).Max())} times as fast.

            {table}
            A dense layer of {DenseInputs} inputs and {Width:#,0} outputs, batch {DenseBatch} (`KernelSet.AccumulateDense`):

            {dense}
            The default model of `train` (the embedded Fashion-MNIST sample), trained once, and its predictions of the test images with both
            formats:

            {model}
            """);
    }

    void Forward(
        KernelSet kernels, PanelMatrix single, PanelMatrix narrow, BFloat16Inputs inputs, int threads, double reading, MarkdownTable table)
    {
        using var team = new WorkerTeam(threads);
        using var sums = new PanelMatrix(Width, inputs.Batch);
        var verbs = new TeamKernels(kernels, team);
        var seconds = new List<double>[] { [], [] };
        PanelMatrix[] weights = [single, narrow];
        // By turns: what else the machine does falls on both.
        for (int repeat = 0; repeat <= Repeats; repeat++)
            for (int format = 0; format < 2; format++)
            {
                double taken = Measure.Seconds(() =>
                {
                    foreach (ActiveBatch batch in inputs.Turns)
                        verbs.Forward(weights[format], batch, sums);
                });
                if (repeat > 0)
                    seconds[format].Add(taken / inputs.Turns.Count);
            }
        (double float32, double bfloat16) = (Measure.Median(seconds[0]), Measure.Median(seconds[1]));
        double bytes = inputs.Columns * (double)Width * sizeof(float), rate = bytes / float32 / 1e9;
        var row = new Row
        {
            { "kind", "bfloat16" },
            { "name", "forward" },
            { "m", Width },
            { "batch", inputs.Batch },
            { "density", inputs.Density },
            { "threads", threads },
            { "kernels", kernels.Name },
            { "seconds", bfloat16 },
            { "peer", "float32" },
            { "peer_seconds", float32 },
            { "ratio", float32 / bfloat16 },
            { "touched_bytes", bytes / 2 },
            { "gigabytes_per_second", bytes / 2 / bfloat16 / 1e9 },
            { "peer_gigabytes_per_second", rate },
            { "of_reading", rate / reading },
        };
        _report.Add(row);
        table.Add(
            kernels.Name, $"{threads}", $"{inputs.Batch}", Percent(inputs.Density), Milliseconds(float32), Milliseconds(bfloat16),
            Cell(row.Number("ratio")),
            Cell(rate), Cell(row.Number("gigabytes_per_second")), Cell(row.Number("of_reading")));
    }

    void Dense(KernelSet kernels, int threads, MarkdownTable table)
    {
        using var team = new WorkerTeam(threads);
        using PanelMatrix single = RandomWeights(Width, DenseInputs), inputs = RandomWeights(DenseBatch, DenseInputs);
        using var narrow = new PanelMatrix(Width, DenseInputs, ElementFormat.BFloat16);
        using var sums = new PanelMatrix(Width, DenseBatch);
        kernels.Round(single, narrow, 0);
        double float32 = Seconds(single), bfloat16 = Seconds(narrow), work = 2.0 * Width * DenseInputs * DenseBatch / 1e9;
        var row = new Row
        {
            { "kind", "bfloat16" },
            { "name", "dense" },
            { "m", Width },
            { "inputs", DenseInputs },
            { "batch", DenseBatch },
            { "density", 1.0 },
            { "threads", threads },
            { "kernels", kernels.Name },
            { "seconds", bfloat16 },
            { "peer", "float32" },
            { "peer_seconds", float32 },
            { "ratio", float32 / bfloat16 },
            { "gflops", work / bfloat16 },
            { "peer_gflops", work / float32 },
        };
        _report.Add(row);
        table.Add(
            kernels.Name, $"{threads}", Milliseconds(float32), Milliseconds(bfloat16), Cell(row.Number("ratio")), Cell(work / float32),
            Cell(work / bfloat16));

        double Seconds(PanelMatrix weights) => Measure.Median(
            Repeats,
            () => team.Run(weights.Panels / 2, (pair, _) => kernels.AccumulateDense(weights, inputs, sums, 2 * pair, 2 * pair + 2)));
    }

    /// <summary>GB/s of reading a whole matrix in order.</summary>
    double Reading(KernelSet kernels, PanelMatrix weights, int threads)
    {
        using var team = new WorkerTeam(threads);
        double seconds = Measure.Median(Repeats, () => team.Run(weights.Panels, (panel, _) => kernels.SquaredNorm(weights.Panel(panel))));
        double rate = weights.Panels * (double)Width * PanelMatrix.PanelRows * sizeof(float) / seconds / 1e9;
        _report.Add(new Row
        {
            { "kind", "bfloat16" },
            { "name", "read" },
            { "m", Width },
            { "threads", threads },
            { "kernels", kernels.Name },
            { "seconds", seconds },
            { "gigabytes_per_second", rate },
        });
        return rate;
    }

    /// <summary>As in the kernels run: every row is a stretch of one random sequence.</summary>
    static PanelMatrix RandomWeights(int rows, int columns)
    {
        var weights = new PanelMatrix(rows, columns);
        var random = new Random(1);
        float[] sequence = new float[rows + columns];
        foreach (ref float value in sequence.AsSpan())
            value = (float)(Math.Sqrt(6.0 / columns) * (2 * random.NextDouble() - 1));
        for (int row = 0; row < rows; row++)
            weights.SetRows(row, 1, sequence.AsSpan(row, columns));
        return weights;
    }
}
