using System.CommandLine;
using Subquad.Perf.Reports;

namespace Subquad.Perf.EndToEnd.Peers;

/// <summary><c>peer WORK ARGUMENT...</c>: the command line of a child process, see <see cref="PeerProcess"/>.</summary>
static class PeerCommand
{
    /// <param name="works">The work of all experiments.</param>
    public static Command Create(IReadOnlyList<PeerWork> works)
    {
        Argument<string> name = new("work");
        Argument<string[]> arguments = new("arguments");
        var command = new Command("peer", "One measurement in a process of its own; prints its rows.") { name, arguments };
        command.Hidden = true;
        command.SetAction(parsed =>
        {
            IEnumerable<Row> rows = Find(parsed.GetValue(name)!).Run(parsed.GetValue(arguments)!);
            using Stream output = Console.OpenStandardOutput();
            Json.Write(output, rows);
        });
        return command;

        PeerWork Find(string wanted) => works.FirstOrDefault(work => work.Name == wanted)
            ?? throw new InvalidOperationException($"a child process knows no work named '{wanted}'");
    }
}
