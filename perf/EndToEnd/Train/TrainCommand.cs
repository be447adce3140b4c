using System.CommandLine;
using static Subquad.Perf.Reports.RunOptions;

namespace Subquad.Perf.EndToEnd.Train;

/// <summary><c>train</c>.</summary>
static class TrainCommand
{
    public static Command Create()
    {
        Option<FileInfo> json = JsonFile();
        const string says = "Runs the default training of the command for three seeds on every kernel set.";
        var command = new Command("train", says) { json };
        command.SetAction(parsed => TrainRun.Run().Save(parsed.GetValue(json)!, standard: true));
        return command;
    }
}
