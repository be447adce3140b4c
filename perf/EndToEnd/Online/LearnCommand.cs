using System.CommandLine;
using static Subquad.Perf.Reports.RunOptions;

namespace Subquad.Perf.EndToEnd.Online;

/// <summary><c>learn</c>.</summary>
static class LearnCommand
{
    public static Command Create()
    {
        Option<FileInfo> json = JsonFile();
        var command = new Command("learn", "Times single calls of an online learner: learn, forget, predict, interval.") { json };
        command.SetAction(parsed => LearnRun.Run().Save(parsed.GetValue(json)!, standard: true));
        return command;
    }
}
