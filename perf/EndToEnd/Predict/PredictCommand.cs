using System.CommandLine;
using static Subquad.Perf.Reports.RunOptions;

namespace Subquad.Perf.EndToEnd.Predict;

/// <summary><c>predict</c>.</summary>
static class PredictCommand
{
    public static Command Create()
    {
        Option<FileInfo> json = JsonFile();
        var command = new Command("predict", "Times the prediction of a single row.") { json };
        command.SetAction(parsed => PredictRun.Run().Save(parsed.GetValue(json)!, standard: true));
        return command;
    }
}
