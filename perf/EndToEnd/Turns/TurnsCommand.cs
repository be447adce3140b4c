using System.CommandLine;
using Subquad.Perf.Reports.Turns;
using static Subquad.Perf.Reports.RunOptions;

namespace Subquad.Perf.EndToEnd.Turns;

/// <summary><c>turns</c>.</summary>
static class TurnsCommand
{
    const string Program = "EndToEnd";

    public static Command Create()
    {
        Option<FileInfo> json = JsonFile();
        Option<DirectoryInfo> before = new("--before")
        {
            Description = "The old build: a folder to which perf/EndToEnd was published, or a checkout.",
            Required = true,
        };
        Option<DirectoryInfo> after = new("--after") { Description = "The new build, likewise.", Required = true };
        Option<DirectoryInfo> control = new("--control")
        {
            Description = "A second build of the old source. Default: the folder of --before.",
        };
        Option<string[]> runs = new("--run")
        {
            Description = "A run to compare; may be repeated. Default: all.",
            DefaultValueFactory = _ => BeforeAfterRun.Names,
        };
        runs.AcceptOnlyFromAmong(BeforeAfterRun.Names);
        Option<int> rounds = Positive("--rounds", "Rounds: each starts every build once.", 9);
        const string says =
            "Compares two builds by turns, beside a second build of the old source (A/A). The default runs also renew perf/results.";
        var command = new Command("turns", says) { json, before, after, control, runs, rounds };
        command.SetAction(parsed =>
        {
            using var old = new PublishedProgram(parsed.GetValue(before)!, Program);
            using var now = new PublishedProgram(parsed.GetValue(after)!, Program);
            using var again = new PublishedProgram(parsed.GetValue(control) ?? parsed.GetValue(before)!, Program);
            new BeforeAfterRun
            {
                Sides = new ServedRounds
                {
                    Before = old,
                    After = now,
                    Control = again,
                    Groups = parsed.GetValue(runs)!,
                    CountsAllocations = true,
                },
                Rounds = parsed.GetValue(rounds),
            }.Run().Save(parsed.GetValue(json)!, IsStandard(parsed));
        });
        return command;

        bool IsStandard(ParseResult parsed) =>
            parsed.GetValue(runs)!.ToHashSet().SetEquals(BeforeAfterRun.Names) && AreDefaults(parsed, rounds);
    }
}
