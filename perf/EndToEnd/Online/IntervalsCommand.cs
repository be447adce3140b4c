using System.CommandLine;
using static Subquad.Perf.Reports.RunOptions;

namespace Subquad.Perf.EndToEnd.Online;

/// <summary><c>intervals</c>.</summary>
static class IntervalsCommand
{
    public static Command Create()
    {
        Option<FileInfo> json = JsonFile();
        var data = new Option<DirectoryInfo>("--data")
        {
            Description = "Folder with the UCI regression sets. Default: uci-regression in the folder that SUBQUAD_DATA names.",
            DefaultValueFactory = _ =>
                new(Path.Combine(Environment.GetEnvironmentVariable("SUBQUAD_DATA") ?? "data", "uci-regression")),
        };
        data.AcceptExistingOnly();
        const string says = "Counts how many targets of held-out rows lie in their jackknife+ intervals.";
        var command = new Command("intervals", says) { json, data };
        command.SetAction(parsed => IntervalsRun.Run(parsed.GetValue(data)!).Save(parsed.GetValue(json)!, standard: true));
        return command;
    }
}
