using System.CommandLine;
using Subquad.Perf.Reports.Turns;

namespace Subquad.Perf.EndToEnd.Turns;

/// <summary><c>serve RUN...</c>: the command line of one side of a comparison by turns.</summary>
static class ServeCommand
{
    public static Command Create()
    {
        Argument<string[]> names = new("runs");
        var command = new Command("serve", "One side of a comparison by turns.") { names };
        command.Hidden = true;
        command.SetAction(parsed => SampleServer.Run(BeforeAfterRun.Served(parsed.GetValue(names)!), Console.In, Console.Out));
        return command;
    }
}
