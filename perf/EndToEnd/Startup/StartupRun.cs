using System.Globalization;
using System.Text.RegularExpressions;
using Subquad.Perf.Reports;
using Subquad.Simd.Dispatch;
using static Subquad.Perf.Reports.MarkdownTable;

namespace Subquad.Perf.EndToEnd.Startup;

/// <summary>
/// The command as it can be published, compiled at run time or ahead of time: how soon it answers, how long the default training takes, and
/// how much it puts on the disk.
/// </summary>
sealed partial class StartupRun
{
    static readonly (string Name, string Says, string Needs, string[] Options)[] s_builds =
    [
        ("jit", "compiled at run time, the machine's .NET", "scalar", ["--self-contained", "false"]),
        ("jit-self-contained", "compiled at run time, .NET beside it", "scalar", ["--self-contained", "true"]),
        ("ready-to-run", "compiled ahead, improved at run time, .NET beside it", "scalar",
        ["--self-contained", "true", "-p:PublishReadyToRun=true"]),
        ("aot-v3", "compiled ahead for AVX2", "simd256", ["-p:Aot=x86-64-v3"]),
        ("aot-v4", "compiled ahead for AVX-512", "simd512", ["-p:Aot=x86-64-v4"]),
    ];

    public required int Starts { get; init; }

    public required int Trainings { get; init; }

    public FinishedRun Run()
    {
        string repository = Report.RequireRepository();
        var report = new Report("startup");
        var table = new MarkdownTable("build", "", "kernels", "start", "default training", "on disk");
        string work = Directory.CreateTempSubdirectory("subquad-startup").FullName;
        try
        {
            foreach ((string name, string says, string needs, string[] options) in s_builds)
            {
                if (KernelSets.Available.All(set => set.Name != needs))
                    continue;
                string folder = Path.Combine(work, name), command = Path.Combine(folder, "Subquad.Cli");
                ChildProgram.Run(
                    repository, "dotnet", ["publish", "-c", "Release", "src/Cli", "-r", "linux-x64", "-o", folder, .. options]);
                long bytes = new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories)
                    .Where(file => file.Extension is not (".pdb" or ".xml" or ".dbg")).Sum(file => file.Length);
                double start = Measure.Median(Starts, () => ChildProgram.Run(folder, command, "--version"));
                (double training, string kernels, double accuracy) = Train(work, command);
                report.Add(new Row
                {
                    { "kind", "startup" },
                    { "name", name },
                    { "threads", Environment.ProcessorCount },
                    { "kernels", kernels },
                    { "seconds", start },
                    { "train_seconds", training },
                    { "test_accuracy", accuracy },
                    { "bytes", bytes },
                });
                table.Add(name, says, kernels, $"{Milliseconds(start)} ms", $"{Cell(training)} s", $"{Cell(bytes / 1e6)} MB");
            }
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
        return new FinishedRun(report, $"""
            The command published for linux-x64. Start is `--version`, median of {Starts}; training is `train` without arguments, the whole
            process, median of {Trainings}; on the disk are all files but symbols and documentation, Skia for the plot among them.

            {table}
            """);
    }

    (double Seconds, string Kernels, double Accuracy) Train(string work, string command)
    {
        string output = "";
        double seconds = Measure.Median(Enumerable.Range(0, Trainings).Select(_ =>
        {
            string folder = Directory.CreateDirectory(Path.Combine(work, "train")).FullName;
            double taken = Measure.Seconds(() => output = ChildProgram.Run(folder, command, "train"));
            Directory.Delete(folder, recursive: true);
            return taken;
        }));
        Match kernels = Kernels().Match(output), accuracy = Accuracy().Match(output);
        if (!kernels.Success || !accuracy.Success)
            throw new InvalidDataException($"'{command} train' printed no kernels or no test accuracy: {output}");
        return (seconds, kernels.Groups["name"].Value, double.Parse(accuracy.Groups["percent"].Value, CultureInfo.InvariantCulture) / 100);
    }

    [GeneratedRegex(@"kernels (?<name>[\w+-]+),")]
    private static partial Regex Kernels();

    [GeneratedRegex(@"test accuracy (?<percent>[\d.]+) %")]
    private static partial Regex Accuracy();
}
