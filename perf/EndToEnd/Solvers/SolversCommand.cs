using System.CommandLine;
using Subquad.Perf.EndToEnd.Peers;
using Subquad.Perf.EndToEnd.Trainings;
using Subquad.Perf.Reports;
using static Subquad.Perf.Reports.RunOptions;

namespace Subquad.Perf.EndToEnd.Solvers;

/// <summary><c>solvers</c>.</summary>
static class SolversCommand
{
    public static Command Create()
    {
        Option<FileInfo> json = JsonFile();
        Option<DirectoryInfo> data = ImageOptions.Folder();
        var part = new Option<string>("--part")
        {
            Description =
                $"Measure one part only and keep the others as they are published: {string.Join(", ", SolversRun.PartNames)}.",
        };
        part.AcceptOnlyFromAmong(SolversRun.PartNames);
        Option<int> most = Positive("--most", "Break-even: the most data.", 32_768);
        Option<int> threads = Positive("--threads", "Workers, and threads of the dense library.", Environment.ProcessorCount);
        Option<bool> noPeer = PeerOptions.NoPeer();
        const string says = "Shows what sketches, preconditioners and lazy weights cost and save, beside the exact solve.";
        var command = new Command("solvers", says) { json, data, part, most, threads, noPeer };
        command.SetAction(parsed =>
        {
            FileInfo file = parsed.GetValue(json)!;
            FileInfo? earlier = file.Exists ? file : Report.Published("solvers");
            new SolversRun
            {
                Parts = parsed.GetValue(part) is { } one ? [one] : SolversRun.PartNames,
                Threads = parsed.GetValue(threads),
                MostData = parsed.GetValue(most),
                WithPeer = !parsed.GetValue(noPeer),
                Data = parsed.GetValue(data)!,
                Earlier = earlier is { Exists: true } ? Json.Read(File.ReadAllText(earlier.FullName)) : [],
            }.Run().Save(file, standard: AreDefaults(parsed, most, threads, noPeer));
        });
        return command;
    }
}
