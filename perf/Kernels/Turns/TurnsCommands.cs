using System.CommandLine;
using Subquad.Perf.Kernels.Cases;
using Subquad.Perf.Reports;
using Subquad.Perf.Reports.Turns;
using Subquad.Simd;
using Subquad.Simd.Dispatch;

namespace Subquad.Perf.Kernels.Turns;

/// <summary>The commands that compare two builds by turns.</summary>
static class TurnsCommands
{
    const string Program = "Kernels";

    /// <summary><c>turns --before FOLDER --after FOLDER --json FILE</c>.</summary>
    public static Command Turns()
    {
        Option<FileInfo> json = RunOptions.JsonFile();
        const string oldBuild = "The old build: a folder to which perf/Kernels was published, or a checkout.";
        Option<DirectoryInfo> before = Folder("--before", oldBuild, required: true);
        Option<DirectoryInfo> after = Folder("--after", "The new build, likewise.", required: true);
        Option<string[]> kernels = KernelNames(), families = Strings("--family", "Families of verbs to measure; default all.");
        Option<string[]> verbs = Strings("--verb", "Whole names of the verbs to measure; default all.");
        families.AcceptOnlyFromAmong([.. VerbFamilies.All.Select(family => family.Name)]);
        Option<double> minutes = MostMinutes(25);
        const string says = "Compares the verbs of two builds by turns on this machine; exit code 1 when a verb is slower.";
        var command = new Command("turns", says) { json, before, after, kernels, families, verbs, minutes };
        command.SetAction(parsed =>
        {
            using var old = new PublishedProgram(parsed.GetValue(before)!, Program);
            using var now = new PublishedProgram(parsed.GetValue(after)!, Program);
            return new TurnsRun
            {
                Minutes = parsed.GetValue(minutes),
                Annotates = Environment.GetEnvironmentVariable("GITHUB_ACTIONS") == "true",
                Rounds = new ServedRounds
                {
                    Before = old,
                    After = now,
                    Groups = parsed.GetValue(families) is { Length: > 0 } some ? some : [.. VerbFamilies.All.Select(family => family.Name)],
                    Arguments = ["--kernels", .. NamesOf(parsed.GetValue(kernels))],
                    IsWanted = key => parsed.GetValue(verbs) is not { Length: > 0 } names || names.Any(verb => IsOf(key, verb)),
                },
            }.Run(parsed.GetValue(json)!);
        });
        return command;
    }

    /// <summary><c>watch --json FILE</c>.</summary>
    public static Command Watch()
    {
        const int cleanRuns = 20, slowedRuns = 10;
        const string otherwise = " Default: a clone of this repository's last commit.";
        Option<FileInfo> json = RunOptions.JsonFile();
        Option<DirectoryInfo> before = Folder("--before", "A published folder, or a checkout." + otherwise);
        Option<DirectoryInfo> after = Folder("--after", "A second one of the same source." + otherwise);
        Option<DirectoryInfo> slowed = Folder("--slowed", "One published with -p:SlowVerb=true, or a checkout." + otherwise);
        Option<string[]> kernels = KernelNames();
        Option<int> clean = new("--clean") { Description = "Runs without a slow-down.", DefaultValueFactory = _ => cleanRuns };
        Option<int> injected = new("--injected") { Description = "Runs with a slow-down.", DefaultValueFactory = _ => slowedRuns };
        Option<double> minutes = MostMinutes(10);
        const string says =
            "Shows that a comparison by turns finds a verb that is slower by 5 % and no other. The default runs also renew perf/results.";
        var command = new Command("watch", says) { json, before, after, slowed, kernels, clean, injected, minutes };
        command.SetAction(parsed =>
        {
            using PublishedProgram first = Publish(parsed.GetValue(before)), second = Publish(parsed.GetValue(after));
            using PublishedProgram third = Publish(parsed.GetValue(slowed), "-p:SlowVerb=true");
            new WatchRun
            {
                Before = first,
                After = second,
                Slowed = third,
                Kernels = NamesOf(parsed.GetValue(kernels)),
                Clean = parsed.GetValue(clean),
                Injected = parsed.GetValue(injected),
                Minutes = parsed.GetValue(minutes),
            }.Run(parsed.GetValue(json)!).Save(parsed.GetValue(json)!, IsStandard(parsed));
        });
        return command;

        static PublishedProgram Publish(DirectoryInfo? folder, params string[] options) =>
            folder is null ? PublishedProgram.OfClone(Program, options) : new PublishedProgram(folder, Program, options);

        bool IsStandard(ParseResult parsed) => parsed.GetValue(clean) >= cleanRuns && parsed.GetValue(injected) >= slowedRuns;
    }

    /// <summary>What one side of a comparison is started with.</summary>
    public static Command Serve()
    {
        Argument<string[]> families = new("families");
        Option<string[]> kernels = KernelNames();
        var command = new Command("serve", "One side of a comparison by turns.") { families, kernels };
        command.Hidden = true;
#if SLOW_VERB
        Option<string?> slow = new("--slow") { Description = "NAME:SHARE of the verb that is made slower." };
        command.Add(slow);
        command.SetAction(parsed => Serve(parsed, parsed.GetValue(slow) is { } slowed ? new SlowedVerb(slowed).Wrap : row => row));
#else
        command.SetAction(parsed => Serve(parsed, row => row));
#endif
        return command;

        void Serve(ParseResult parsed, Func<ServedRow, ServedRow> change)
        {
            KernelSet[] sets = [.. NamesOf(parsed.GetValue(kernels)).Select(KernelSets.ByName)];
            using var cases = new ServedVerbCases(parsed.GetValue(families)!, sets, change);
            SampleServer.Run(cases.Rows(), Console.In, Console.Out);
        }
    }

    /// <summary>Whether the row with this key measures the verb.</summary>
    public static bool IsOf(string key, string verb) => key.StartsWith(verb + ", ", StringComparison.Ordinal);

    static Option<DirectoryInfo> Folder(string name, string description, bool required = false) =>
        new(name) { Description = description, Required = required };

    static Option<string[]> KernelNames() => Strings("--kernels", "Names of the kernel sets; default the widest managed one.");

    static Option<string[]> Strings(string name, string description) =>
        new(name) { Description = description, AllowMultipleArgumentsPerToken = true };

    static Option<double> MostMinutes(double byDefault) =>
        new("--minutes") { Description = "No further round of a comparison begins after this time.", DefaultValueFactory = _ => byDefault };

    static string[] NamesOf(string[]? kernels) => kernels is { Length: > 0 } ? kernels : [KernelSets.Managed[0].Name];
}
