using System.CommandLine;
using static Subquad.Perf.Reports.RunOptions;

namespace Subquad.Perf.EndToEnd.Contraction;

/// <summary><c>contraction</c>.</summary>
static class ContractionCommand
{
    public static Command Create()
    {
        Option<FileInfo> json = JsonFile();
        const string says = "Shows how fast undamped Gauss-Newton steps shrink the residual on random data.";
        var command = new Command("contraction", says) { json };
        command.SetAction(parsed => ContractionRun.Run().Save(parsed.GetValue(json)!, standard: true));
        return command;
    }
}
