using Subquad.Perf.EndToEnd.Peers;
using Subquad.Perf.EndToEnd.Trainings;
using Subquad.Perf.Reports;

namespace Subquad.Perf.EndToEnd.Scaling;

/// <summary>
/// What a step costs as the width grows, stage by stage, and the same step done dense in libtorch: all layers trained, and the last one
/// alone (the cached path). Every network has a process of its own, so two are never in memory at once.
/// </summary>
sealed class ScalingRun
{
    // Enough for the heaviest dense step to be measured more than once only where it takes seconds, not a minute.
    const double DenseOperations = 4e12;
    const int UncertainWidth = 8_192, UncertainData = 64, UncertainImages = 1_000;
    const int SeveralWidth = 16_384, SeveralData = 512, SeveralOutputs = 10;

    readonly Report _report = new("scaling");

    public required int[] Widths { get; init; }
    public required int[] Batches { get; init; }
    public required int Repeats { get; init; }
    public required int Steps { get; init; }
    public required int Threads { get; init; }
    public required ActivityStrategy Activity { get; init; }
    public required bool WithPeer { get; init; }

    /// <summary>The folder of Fashion-MNIST, null when there is none.</summary>
    public required DirectoryInfo? Images { get; init; }

    public FinishedRun Run()
    {
        foreach (int batch in Batches)
        {
            foreach (int width in Widths)
            {
                Compare(new ScalingCase(width, batch, Outputs: 1, TrainFrom: 1, Steps, Repeats, Threads, Activity));
                Compare(new ScalingCase(width, batch, Outputs: 1, TrainFrom: ScalingCase.Layers, Steps, Repeats, Threads, Activity));
            }
            foreach (Row slope in ScalingSlopes.Of(_report.Rows, batch))
                _report.Add(slope);
        }
        // Bounded by the widths asked for, so that a trial run is small throughout.
        int widest = Widths.Max();
        Compare(new ScalingCase(
            Math.Min(SeveralWidth, widest), Math.Min(SeveralData, Batches.Max()), SeveralOutputs, TrainFrom: 1, Steps, Repeats, Threads,
            Activity));
        var uncertain = new ScalingCase(
            Math.Min(UncertainWidth, widest), UncertainData, Outputs: 1, TrainFrom: 1, Math.Max(4, Steps), Repeats: 1, Threads,
            ActivityStrategy.Certified);
        foreach (int from in (ReadOnlySpan<int>)[2, 1])
        {
            CountUncertain(uncertain with { TrainFrom = from }, images: null);
            if (Images is not null)
                CountUncertain(uncertain with { TrainFrom = from, Batch = UncertainImages, Outputs = ImageSet.Classes }, Images);
        }
        return new FinishedRun(_report, ScalingTables.Render(_report.Rows)) { Plot = ScalingPlot.Draw(_report.Rows, Batches) };
    }

    void Compare(ScalingCase run)
    {
        List<Row> rows = Rows("scaling", run);
        if (rows.Count == 0)
            return;
        Row[] later = [.. rows.Where(ScalingSlopes.IsLater).DefaultIfEmpty(rows[^1])];
        Row? dense = WithPeer
            ? Dense(run with { CgIterations = (int)Measure.Median(later.Select(row => row.Number("cg_iterations")!.Value)) })
            : null;
        foreach (Row row in rows)
        {
            if (dense is not null)
                AddPeer(row, dense);
            _report.Add(row);
        }
        if (dense?.Number("cached") is { } cached)
            _report.Add(new Row
            {
                { "kind", "stage" },
                { "name", "dense-cached" },
                { "m", run.Width },
                { "n", run.Batch },
                { "layers", ScalingCase.Layers },
                { "train_from", run.TrainFrom },
                { "outputs", run.Outputs },
                { "threads", run.Threads },
                { "peer", "libtorch" },
                { "seconds", cached },
                { "residual_ratio", dense.Number("cached_residual_ratio") },
                { "extrapolated", dense.Text("extrapolated") is null ? null : true },
            });
    }

    /// <summary>The same step dense, or what it would take by the widths that did fit into memory.</summary>
    Row? Dense(ScalingCase run)
    {
        // Six products for all layers, two for the last one, each 2 n m^2 operations; several outputs take many more.
        double operations = 12.0 * run.Batch * run.Width * run.Width * (run.Outputs > 1 ? 5 : 1);
        run = run with { Repeats = (int)Math.Clamp(DenseOperations / operations, 1, run.Repeats) };
        if (DenseNetwork.Bytes(run) > Simd.Memory.NativeBytes.Available)
            return ScalingSlopes.Extrapolate(_report.Rows, run);
        if (Rows("dense-step", run) is not [var dense])
            return ScalingSlopes.Extrapolate(_report.Rows, run);
        _report.AddPeer(dense.Text("version"));
        return dense;
    }

    static void AddPeer(Row row, Row dense)
    {
        bool isCached = row.Text("name") == "cached-step";
        double? seconds = dense.Number(isCached ? "step" : row.Text("name")!);
        row.Add("peer", "libtorch");
        row.Add("peer_seconds", seconds);
        row.Add("ratio", seconds / row.Number("seconds"));
        if (isCached)
        {
            row.Add("dense_cached_seconds", dense.Number("cached"));
            row.Add("dense_cached_ratio", dense.Number("cached") / row.Number("seconds"));
        }
        if (row.Text("name") is "step" or "cached-step")
            row.Add("peer_residual_ratio", dense.Number("residual_ratio"));
        if (dense.Text("extrapolated") is not null)
            row.Add("extrapolated", true);
    }

    /// <summary>
    /// Per layer and forward pass, the neurons that were computed though they do not fire: those that the bound could not rule out.
    /// </summary>
    void CountUncertain(ScalingCase run, DirectoryInfo? images)
    {
        List<Row> rows = images is null ? Rows("scaling", run) : Rows("scaling-images", run, images.FullName);
        foreach (Row row in rows.Where(row => row.Text("name") == "forward"))
            for (int layer = run.TrainFrom; layer <= ScalingCase.Layers; layer++)
            {
                double active = row.Number($"active_fraction_{layer}")!.Value,
                    reevaluated = row.Number($"reevaluated_fraction_{layer}")!.Value;
                _report.Add(new Row
                {
                    { "kind", "uncertain" },
                    { "name", row.Text("data") },
                    { "m", run.Width },
                    { "n", run.Batch },
                    { "layers", ScalingCase.Layers },
                    { "train_from", run.TrainFrom },
                    { "threads", run.Threads },
                    { "kernels", row.Text("kernels") },
                    { "seconds", row.Number("seconds") },
                    { "step", (long)row.Number("step")! },
                    { "layer", layer },
                    { "active_fraction", active },
                    { "reevaluated_fraction", reevaluated },
                    { "full_pass", reevaluated == 1 },
                    // Of a layer whose pre-activations are only corrected (the lowest trained one) none is in doubt.
                    { "uncertain_fraction", Math.Max(0, reevaluated - active) },
                    { "flips", (long)row.Number($"flips_{layer}")! },
                    { "residual_ratio", row.Number("residual_ratio") },
                });
            }
    }

    /// <summary>A network that does not fit into memory, or whose process fails, leaves a gap and does not end the run.</summary>
    static List<Row> Rows(string work, ScalingCase run, params object[] more)
    {
        try
        {
            return PeerProcess.Run(work, [.. run.Arguments, .. more]);
        }
        catch (InvalidOperationException failure)
        {
            Console.Error.WriteLine(failure.Message);
            return [];
        }
    }
}
