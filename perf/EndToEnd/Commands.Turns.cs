using System.CommandLine;
using Subquad.Perf.EndToEnd.Turns;
using Subquad.Perf.Reports.Turns;

namespace Subquad.Perf.EndToEnd;

static partial class Commands
{
    public static Command Turns()
    {
        const string name = "EndToEnd";
        Option<FileInfo> json = JsonFile();
        Option<DirectoryInfo> before = new("--before") { Description = "The old build: a folder to which perf/EndToEnd was published, outside any checkout, or a checkout.", Required = true };
        Option<DirectoryInfo> after = new("--after") { Description = "The new build, likewise.", Required = true };
        Option<DirectoryInfo> control = new("--control") { Description = "A second build of the old source. Default: the checkout that --before names is built a second time, or the same published folder runs twice." };
        Option<string[]> runs = new("--run") { Description = "A run, or a run and its arguments in quotation marks; may be repeated.", DefaultValueFactory = _ => ["predict", "kernels"] };
        Option<int> rounds = Positive("--rounds", "Rounds: each starts every build once.", 9);
        var command = new Command("turns", "Compares whole runs of two builds by turns, beside a second build of the old source (A/A). With the default runs it also renews perf/results.")
        {
            json, before, after, control, runs, rounds,
        };
        command.SetAction(parsed =>
        {
            FileInfo file = parsed.GetValue(json)!;
            DirectoryInfo old = parsed.GetValue(before)!;
            new RunTurns
            {
                Before = new PublishedProgram(old, name),
                After = new PublishedProgram(parsed.GetValue(after)!, name),
                Control = new PublishedProgram(parsed.GetValue(control) ?? old, name),
                Runs = parsed.GetValue(runs)!,
                Rounds = parsed.GetValue(rounds),
            }.Run(file).Save(file, standard: AreDefaults(parsed, runs, rounds));
        });
        return command;
    }
}
