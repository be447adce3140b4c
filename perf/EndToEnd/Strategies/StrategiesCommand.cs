using System.CommandLine;
using static Subquad.Perf.Reports.RunOptions;

namespace Subquad.Perf.EndToEnd.Strategies;

/// <summary><c>strategies</c>.</summary>
static class StrategiesCommand
{
    public static Command Create()
    {
        Option<FileInfo> json = JsonFile();
        const string says = "Times every way to find the firing neurons of a two-layer network.";
        var command = new Command("strategies", says) { json };
        command.SetAction(parsed => StrategiesRun.Run().Save(parsed.GetValue(json)!, standard: true));
        return command;
    }
}
