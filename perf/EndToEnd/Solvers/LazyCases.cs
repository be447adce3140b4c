using System.Diagnostics;
using Subquad.Perf.EndToEnd.Trainings;
using Subquad.Perf.Reports;
using Subquad.Weights;
using static Subquad.Perf.Reports.MarkdownTable;

namespace Subquad.Perf.EndToEnd.Solvers;

/// <summary>
/// A network of two layers, both trained, by every policy of adding its steps to the weights: what a step costs on average, the last flush
/// included, and how large the change is on its own.
/// </summary>
static class LazyCases
{
    const int Repeats = 3, Dimension = 32;
    const double Shift = 0.4;

    static readonly FlushPolicy[] s_policies =
        [FlushPolicy.Immediate, FlushPolicy.RankAbove(256), FlushPolicy.RankAbove(1_024), FlushPolicy.Never, FlushPolicy.CostModel];

    static readonly (int Width, int Data, int Outputs)[] s_cases =
    [
        (4_096, 64, 1), (4_096, 64, 10), (4_096, 512, 1), (8_192, 64, 1), (8_192, 512, 1), (16_384, 64, 1), (16_384, 64, 10),
        (16_384, 512, 1),
    ];

    /// <summary>As many steps as give every policy the same number of terms to add, but for the most data: 1,024 with 64 data.</summary>
    static int StepsOf(int data) => data <= 64 ? 16 : 8;

    /// <summary>A row for each network and policy.</summary>
    public static IEnumerable<Row> Run() => s_cases.SelectMany(network => Run(network.Width, network.Data, network.Outputs));

    /// <summary>The rows as the page of results shows them: a line for each network, milliseconds of a step by policy.</summary>
    public static string Table(IEnumerable<Row> rows)
    {
        var table = new MarkdownTable(
            ["m", "n", "outputs", .. s_policies.Select(policy => $"{policy}, ms"), "cost model / best", "terms held", "delta, MB",
            "weights, MB"]);
        foreach (IGrouping<(double?, double?, double?), Row> group in rows.Where(row => row.Text("kind") == "lazy")
            .GroupBy(row => (row.Number("m"), row.Number("n"), row.Number("outputs"))))
        {
            Row Of(FlushPolicy policy) => group.Single(row => row.Text("name") == policy.ToString());
            double? best = s_policies.Where(policy => policy != FlushPolicy.CostModel && policy != FlushPolicy.Never)
                .Min(policy => Of(policy).Number("seconds"));
            table.Add([
                $"{group.Key.Item1:#,0}", $"{group.Key.Item2}", $"{group.Key.Item3}",
                .. s_policies.Select(policy => Milliseconds(Of(policy).Number("seconds"))),
                Cell(Of(FlushPolicy.CostModel).Number("seconds") / best), $"{Of(FlushPolicy.CostModel).Number("most_rank"):#,0}",
                Cell(Of(FlushPolicy.Never).Number("delta_bytes") / 1e6),
                Cell(Of(FlushPolicy.Never).Number("model_bytes") / 1e6)]);
        }
        return $"""
            Two hidden layers of width m on n random unit vectors in {Dimension} dimensions, c = {Shift}, both layers trained, {StepsOf(64)}
            steps ({StepsOf(512)} with 512 data): milliseconds of a whole step on average, the flush at the end included, by the policy that
            adds the steps' rank-one terms to the weights. Best: of those that add them in the end. Terms held: the most that the cost
            model, the default, kept beside the second layer. Delta: the factors of all steps, as `never` keeps them, beside the weights
            themselves.

            {table}
            """;
    }

    /// <summary>The rows of one network, a policy after another.</summary>
    public static IEnumerable<Row> Run(int width, int data, int outputs)
    {
        var shape = new NetworkShape { Inputs = Dimension, Hidden = [width, width], Outputs = outputs, ShiftConstant = [Shift] };
        // Compiles every method and starts the threads.
        foreach (FlushPolicy policy in s_policies)
            _ = Train(shape with { Hidden = [512, 512] }, policy, 64);
        foreach (FlushPolicy policy in s_policies)
        {
            Trained[] repeats = [.. Enumerable.Range(0, Repeats).Select(_ => Train(shape, policy, data))];
            yield return new Row
            {
                { "kind", "lazy" },
                { "name", policy.ToString() },
                { "m", width },
                { "n", data },
                { "outputs", outputs },
                { "density", repeats[0].Density },
                { "threads", Environment.ProcessorCount },
                { "kernels", repeats[0].Kernels },
                { "seconds", Measure.Median(repeats.Select(run => run.Seconds)) },
                { "forward_seconds", Measure.Median(repeats.Select(run => run.Forward)) },
                { "pullback_seconds", Measure.Median(repeats.Select(run => run.PullBack)) },
                { "solve_seconds", Measure.Median(repeats.Select(run => run.Solve)) },
                { "update_seconds", Measure.Median(repeats.Select(run => run.Update)) },
                { "cg_iterations", repeats[0].Iterations },
                { "most_rank", repeats[0].MostRank },
                { "delta_bytes", policy == FlushPolicy.Never ? repeats[0].DeltaBytes : null },
                { "model_bytes", repeats[0].ModelBytes },
                { "loss", repeats[0].Loss },
            };
        }
    }

    readonly record struct Trained(
        double Seconds, double Forward, double PullBack, double Solve, double Update, double Density, double Iterations, int MostRank,
        long DeltaBytes, long ModelBytes, double Loss, string Kernels);

    static Trained Train(NetworkShape shape, FlushPolicy policy, int data)
    {
        using Network network = Network.Create(shape, seed: 1);
        using var trainer = new GaussNewtonTrainer(new()
        {
            TrainFrom = 1,
            Steps = StepsOf(data),
            AdaptDamping = false,
            ResidualTolerance = 0,
            Flush = policy,
        });
        var reports = new List<GaussNewtonStepReport>();
        long begun = 0;
        int mostRank = 0;
        trainer.Fit(network, RandomUnitData.Create(data, Dimension, shape.Outputs, seed: 1), progress: new Listener(report =>
        {
            // The first report tells the state before the first step.
            if (reports.Count == 0)
                begun = Stopwatch.GetTimestamp();
            reports.Add(report);
            mostRank = Math.Max(mostRank, network.Weights[^1].Rank);
        }));
        double seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        return new(
            seconds / StepsOf(data), PerStep("forward"), PerStep("pullback"), PerStep("solve"), PerStep("update"), reports[0].Active[^1],
            reports.Skip(1).Average(report => report.CgIterations), mostRank, network.Weights.Sum(DeltaBytes),
            network.WeightBytes, reports[^1].Loss, network.Kernels.Name);

        double PerStep(string stage) => reports.Skip(1).Sum(report => report.Seconds[stage]) / StepsOf(data);
    }

    /// <summary>Bytes of the factors: an id and a value for each entry, a start for each term.</summary>
    static long DeltaBytes(LowRankWeights weights) =>
        weights.Terms.Sum(terms =>
            (terms.Outputs.Entries + terms.Inputs.Entries) * (sizeof(int) + sizeof(float)) + 2L * (terms.Count + 1) * sizeof(long));
}
