using Subquad.Perf.Reports;
using static Subquad.Perf.Reports.MarkdownTable;

namespace Subquad.Perf.EndToEnd.Online;

/// <summary>
/// How long one call of an <see cref="OnlineLearner"/> takes as the rows come and go: median, 99th percentile and slowest of single calls.
/// </summary>
static class LearnRun
{
    const int Inputs = 64, Calls = 300;

    static readonly (int Rows, int Width, double Density, int Outputs)[] s_cases =
        [(250, 4_096, 0.05, 1), (1_000, 4_096, 0.05, 1), (1_000, 4_096, 0.05, 10), (1_000, 1_024, 0.5, 1)];

    public static FinishedRun Run()
    {
        var report = new Report("learn");
        var table = new MarkdownTable("rows", "hidden layer", "density", "outputs", "call", "median", "99 %", "slowest", "allocated");
        foreach ((int rows, int width, double density, int outputs) in s_cases)
        {
            var random = new Random(1);
            Dataset data = Dataset.From(Numbers(random, rows * Inputs), Inputs, Numbers(random, rows * outputs), outputs);
            var shape = new NetworkShape { Hidden = [width], Densities = [density] };
            using Network network = Network.Create(shape, data, seed: 1);
            using OnlineLearner learner = network.StartLearning(data, new() { Damping = 1e-3 });
            foreach ((string call, double[] seconds, long allocated) in Time(learner, random, outputs))
            {
                Array.Sort(seconds);
                (double median, double high, double slowest) = (seconds[Calls / 2], seconds[Calls * 99 / 100], seconds[^1]);
                report.Add(new Row
                {
                    { "kind", "learn" },
                    { "name", call },
                    { "m", width },
                    { "n", rows },
                    { "outputs", outputs },
                    { "density", density },
                    { "threads", 1 },
                    { "kernels", network.Kernels.Name },
                    { "seconds", median },
                    { "seconds_99", high },
                    { "seconds_slowest", slowest },
                    { "allocated_bytes", allocated },
                });
                table.Add(
                    $"{rows:#,0}", $"{width:#,0}", Percent(density), $"{outputs}", call, $"{Milliseconds(median)} ms",
                    $"{Milliseconds(high)} ms", $"{Milliseconds(slowest)} ms", $"{allocated} B");
            }
        }
        return new FinishedRun(report, $"""
            Single calls of an `OnlineLearner` on one thread, with rows of {Inputs} features; {Calls} of each kind in turn, so that the
            number of rows stays. Rows are forgotten anywhere among those that are learned. `Predict` computes from the rows, not from
            output weights. Memory that grows counts as allocated.

            {table}
            """);
    }

    /// <summary>The calls by turns.</summary>
    static IEnumerable<(string Call, double[] Seconds, long Allocated)> Time(OnlineLearner learner, Random random, int outputs)
    {
        var numbers = Enumerable.Range(0, learner.Count).Select(number => (long)number).ToList();
        float[] row = [], targets = [], scores = new float[outputs];
        var intervals = new PredictionInterval[outputs];
        (string Name, Action Call)[] calls =
        [
            ("learn", () => numbers.Add(learner.Learn(row, targets))),
            ("predict", () => learner.Predict(row, scores)),
            ("interval", () => learner.PredictIntervals(row, 0.9, intervals)),
            ("forget", Forget),
        ];
        double[][] seconds = [.. calls.Select(_ => new double[Calls])];
        var allocated = new long[calls.Length];
        for (int turn = -10; turn < Calls; turn++)
        {
            (row, targets) = (Numbers(random, Inputs), Numbers(random, outputs));
            for (int call = 0; call < calls.Length; call++)
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                double taken = Measure.Seconds(calls[call].Call);
                if (turn < 0)
                    continue;
                seconds[call][turn] = taken;
                allocated[call] += GC.GetAllocatedBytesForCurrentThread() - before;
            }
        }
        return calls.Select((call, i) => (call.Name, seconds[i], allocated[i] / Calls));

        void Forget()
        {
            int place = random.Next(numbers.Count);
            learner.Forget(numbers[place]);
            (numbers[place], numbers[^1]) = (numbers[^1], numbers[place]);
            numbers.RemoveAt(numbers.Count - 1);
        }
    }

    static float[] Numbers(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
}
