using System.CommandLine;
using Subquad.Perf.EndToEnd.Runs;
using Subquad.Perf.Reports.Turns;

namespace Subquad.Perf.EndToEnd;

static partial class Commands
{
    public static Command Turns()
    {
        const string program = "EndToEnd";
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
        Option<string[]> runs = RunNames();
        Option<int> rounds = Positive("--rounds", "Rounds: each starts every build once.", 9);
        const string says =
            "Compares two builds by turns, beside a second build of the old source (A/A). The default runs also renew perf/results.";
        var command = new Command("turns", says) { json, before, after, control, runs, rounds };
        command.SetAction(parsed =>
        {
            using var old = new PublishedProgram(parsed.GetValue(before)!, program);
            using var now = new PublishedProgram(parsed.GetValue(after)!, program);
            using var again = new PublishedProgram(parsed.GetValue(control) ?? parsed.GetValue(before)!, program);
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

    /// <summary>What one side of a comparison is started with.</summary>
    public static Command Serve()
    {
        Argument<string[]> names = new("runs");
        var command = new Command("serve", "One side of a comparison by turns.") { names };
        command.Hidden = true;
        command.SetAction(parsed => SampleServer.Run(BeforeAfterRun.Served(parsed.GetValue(names)!), Console.In, Console.Out));
        return command;
    }

    static Option<string[]> RunNames()
    {
        Option<string[]> runs = new("--run")
        {
            Description = "A run to compare; may be repeated. Default: all.",
            DefaultValueFactory = _ => BeforeAfterRun.Names,
        };
        runs.AcceptOnlyFromAmong(BeforeAfterRun.Names);
        return runs;
    }
}
