using Subquad.Perf.Reports;
using static Subquad.Perf.Reports.MarkdownTable;

namespace Subquad.Perf.EndToEnd.Online;

/// <summary>
/// The share of held-out targets inside their jackknife+ intervals, over the standard splits of the UCI regression sets.
/// </summary>
static class IntervalsRun
{
    const int Width = 1_024, MostTraining = 1_000, MostHeldOut = 200;
    const double Density = 0.5;

    static readonly double[] s_levels = [0.8, 0.9];

    public static FinishedRun Run(DirectoryInfo folder)
    {
        var report = new Report("intervals");
        var table = new MarkdownTable(
            ["set", "splits", "rows", "held out", .. s_levels.Select(level => $"covered at {Percent(level)}"), "width at 90 %", "RMSE"]);
        DirectoryInfo[] sets = [.. folder.GetDirectories().OrderBy(set => set.Name, StringComparer.Ordinal)];
        if (sets.Length == 0)
            throw new InvalidDataException($"{folder} holds no sets; name the folder of the UCI regression sets with --data");
        foreach (DirectoryInfo set in sets)
            Measure(new RegressionSet(set), report, table);
        return new FinishedRun(report, $"""
            Jackknife+ intervals of one hidden layer of {Width:#,0} neurons at a density of {Percent(Density)}, drawn by the number of the
            split, with the default damping. A split trains on at most {MostTraining:#,0} of its rows and predicts at most {MostHeldOut}
            of those that it holds out. `rows` and `held out` are of the first split; the width is the mean, in units of the target.

            {table}
            """);
    }

    static void Measure(RegressionSet set, Report report, MarkdownTable table)
    {
        var covered = new long[s_levels.Length];
        double width = 0, squares = 0;
        int count = 0, rows = 0, held = 0;
        for (int split = 0; split < set.TestRows.Length; split++)
        {
            Dataset training = set.Training(split, MostTraining);
            var shape = new NetworkShape { Hidden = [Width], Densities = [Density] };
            using Network network = Network.Create(shape, training, seed: (ulong)split);
            using OnlineLearner learner = network.StartLearning(training);
            int[] tested = RegressionSet.Thinned(set.TestRows[split], MostHeldOut);
            if (split == 0)
                (rows, held) = (training.Count, tested.Length);
            foreach (int row in tested)
            {
                for (int level = 0; level < s_levels.Length; level++)
                {
                    PredictionInterval interval = learner.PredictInterval(set.Features(row), s_levels[level]);
                    covered[level] += set.Target(row) >= interval.Lower && set.Target(row) <= interval.Upper ? 1 : 0;
                    if (level < s_levels.Length - 1)
                        continue;
                    width += interval.Upper - interval.Lower;
                    squares += Math.Pow(interval.Value - set.Target(row), 2);
                }
                count++;
            }
        }
        double[] shares = [.. covered.Select(number => number / (double)count)];
        for (int level = 0; level < s_levels.Length; level++)
            report.Add(new Row
            {
                { "kind", "intervals" },
                { "name", set.Name },
                { "m", Width },
                { "n", rows },
                { "density", Density },
                { "level", s_levels[level] },
                { "coverage", shares[level] },
                { "predictions", count },
                { "rmse", Math.Sqrt(squares / count) },
            });
        table.Add([
            set.Name, $"{set.TestRows.Length}", $"{rows:#,0}", $"{held:#,0}", .. shares.Select(share => Percent(share)),
            Cell(width / count), Cell(Math.Sqrt(squares / count))]);
    }
}
