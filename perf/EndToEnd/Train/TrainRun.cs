using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Subquad.Perf.Reports;
using Subquad.Simd;
using Subquad.Simd.Dispatch;
using static Subquad.Perf.Reports.MarkdownTable;

namespace Subquad.Perf.EndToEnd.Train;

/// <summary>
/// README's first command as a user types it, `train` on the embedded sample, for several seeds on every kernel set of this machine.
/// </summary>
static partial class TrainRun
{
    const int Seeds = 3;

    public static FinishedRun Run()
    {
        string repository = Report.RequireRepository();
        // Built first, so that only training is timed.
        ChildProgram.Run(repository, "dotnet", "build", "-c", "Release", "src/Cli");
        var report = new Report("train");
        Dictionary<string, List<(double Seconds, double Accuracy)>> runs =
            KernelSets.Available.ToDictionary(kernels => kernels.Name, _ => new List<(double, double)>());
        // By turns, so that all sets meet what the machine does besides.
        for (int seed = 1; seed <= Seeds; seed++)
            foreach ((string kernels, List<(double Seconds, double Accuracy)> own) in runs)
            {
                (double seconds, double accuracy) = Train(repository, kernels, seed);
                own.Add((seconds, accuracy));
                report.Add(new Row
                {
                    { "kind", "train" },
                    { "name", "sample" },
                    { "seed", seed },
                    { "threads", Environment.ProcessorCount },
                    { "kernels", kernels },
                    { "seconds", seconds },
                    { "test_accuracy", accuracy },
                });
            }
        var table = new MarkdownTable(
            ["kernels", .. Enumerable.Range(1, Seeds).Select(seed => $"test accuracy, seed {seed}"), "seconds (median)",
            "seconds (longest)"]);
        foreach ((string kernels, List<(double Seconds, double Accuracy)> own) in runs)
        {
            double[] seconds = [.. own.Select(run => run.Seconds)];
            table.Add(
                [kernels, .. own.Select(run => Percent(run.Accuracy)), $"{Cell(Measure.Median(seconds))} s", $"{Cell(seconds.Max())} s"]);
        }
        return new FinishedRun(report, $"""
            `train` without arguments: the embedded 4,000 Fashion-MNIST images, tested on 2,000 others; seconds of the whole process.

            {table}
            """);
    }

    static (double Seconds, double Accuracy) Train(string repository, string kernels, int seed)
    {
        string folder = Directory.CreateTempSubdirectory("subquad-train").FullName;
        try
        {
            long started = Stopwatch.GetTimestamp();
            string output = ChildProgram.Run(
                folder, "dotnet", "run", "--no-build", "-c", "Release", "--project", Path.Combine(repository, "src", "Cli"), "--", "train",
                "--seed", $"{seed}", "--kernels", kernels);
            double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            Match accuracy = Accuracy().Match(output);
            if (!accuracy.Success)
                throw new InvalidDataException($"train on {kernels}, seed {seed}, printed no test accuracy: {output}");
            return (seconds, double.Parse(accuracy.Groups["percent"].Value, CultureInfo.InvariantCulture) / 100);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [GeneratedRegex(@"test accuracy (?<percent>[\d.]+) %")]
    private static partial Regex Accuracy();
}
