using System.Runtime.InteropServices;
using Subquad.Perf.Reports;

namespace Subquad.Perf.EndToEnd.Tables;

/// <summary>
/// Subquad's side of a split: the command with its defaults. It runs in a process that does nothing else, so that the peak of memory of
/// the children of this process is that of the command.
/// </summary>
static unsafe partial class CommandPeer
{
    const int Children = -1;

    public static Row Run(TableMetric metric, TableFiles files, string command)
    {
        string folder = Directory.CreateTempSubdirectory("subquad-command").FullName;
        try
        {
            string model = Path.Combine(folder, "model.safetensors"), metrics = Path.Combine(folder, "metrics.json");
            string[] data = files.Train is { } train ? [train, .. files.IsRegression ? ["--task", "regression"] : (string[])[]] : [];
            string output = "";
            double seconds = Measure.Seconds(() =>
                output = ChildProgram.Run(folder, command, ["train", .. data, "--no-plot", "--out", model]));
            long peak = PeakOfChildren();
            ChildProgram.Run(folder, command, ["evaluate", model, files.Test, "--json", metrics]);
            Row measured = Json.Read($"[{File.ReadAllText(metrics)}]")[0];
            return new Row
            {
                { "value", measured.Number(metric.Field) },
                { "seconds", seconds },
                { "peak_bytes", peak },
                { "network", LineOf(output, "network: ") },
                { "stopped", LineOf(output, "stopped: ") },
            };
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    static string? LineOf(string output, string start) =>
        output.Split('\n').FirstOrDefault(line => line.StartsWith(start, StringComparison.Ordinal))?[start.Length..];

    static long PeakOfChildren()
    {
        // struct rusage: two times of 16 bytes, then ru_maxrss in KiB among 14 numbers.
        long* usage = stackalloc long[18];
        return GetUsage(Children, usage) == 0 ? usage[4] * 1024
            : throw new InvalidOperationException("getrusage does not tell the memory of children");
    }

    [LibraryImport("libc", EntryPoint = "getrusage")]
    private static partial int GetUsage(int who, long* usage);
}
