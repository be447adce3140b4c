using System.CommandLine;

namespace Subquad.Perf.Reports;

/// <summary><c>readme</c>: renews the tables of README from the published results.</summary>
static class ReadmeCommand
{
    public static Command Create()
    {
        const string says = "Renews the tables between the markers of README.md from the published results of this machine.";
        var command = new Command("readme", says);
        command.SetAction(_ =>
        {
            foreach (string line in Readme.Renew(Report.RequireRepository()))
                Console.WriteLine(line);
        });
        return command;
    }
}
