using System.CommandLine;
using static Subquad.Perf.Reports.RunOptions;

namespace Subquad.Perf.EndToEnd.Startup;

/// <summary><c>startup</c>.</summary>
static class StartupCommand
{
    public static Command Create()
    {
        Option<FileInfo> json = JsonFile();
        Option<int> starts = Positive("--starts", "Starts of which the median counts.", 31);
        Option<int> trainings = Positive("--trainings", "Trainings of which the median counts.", 3);
        const string says = "Publishes the command in every way and measures its start, the default training and its size.";
        var command = new Command("startup", says) { json, starts, trainings };
        command.SetAction(parsed => new StartupRun
        {
            Starts = parsed.GetValue(starts),
            Trainings = parsed.GetValue(trainings),
        }.Run().Save(parsed.GetValue(json)!, standard: AreDefaults(parsed, starts, trainings)));
        return command;
    }
}
