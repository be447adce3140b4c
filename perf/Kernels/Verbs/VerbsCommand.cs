using System.CommandLine;
using Subquad.Perf.Reports;
using Subquad.Simd.Dispatch;
using Subquad.Simd.Interop;

namespace Subquad.Perf.Kernels.Verbs;

/// <summary><c>verbs</c>, and <c>served</c>, which prints what follows from its results.</summary>
static class VerbsCommand
{
    public static Command Create()
    {
        Option<FileInfo> json = RunOptions.JsonFile();
        Option<string[]> kernels = new("--kernels")
        {
            Description = "Names of the kernel sets to measure; default all.",
            AllowMultipleArgumentsPerToken = true,
        };
        Option<string?> verb = new("--verb") { Description = "Part of the names of the verbs to measure; default all." };
        Option<int> repeats = new("--repeats")
        {
            Description = "Samples of each placement of the operands, of which the median counts.",
            DefaultValueFactory = _ => VerbsRun.DefaultRepeats,
        };
        const string says = "Times every verb on every kernel set, one thread, beside the measured roofline. "
            + "With the default cases, samples and the C core it also renews perf/results.";
        var command = new Command("verbs", says) { json, kernels, verb, repeats };
        command.SetAction(parsed =>
        {
            string[] names = parsed.GetValue(kernels) ?? [];
            var run = new VerbsRun
            {
                Sets = names.Length > 0 ? [.. names.Select(KernelSets.ByName)] : [.. KernelSets.Managed, .. KernelSets.Native],
                Only = parsed.GetValue(verb),
                Repeats = parsed.GetValue(repeats),
            };
            bool isStandard = names.Length == 0 && run.Only is null && run.Repeats >= VerbsRun.DefaultRepeats;
            run.Run().Save(parsed.GetValue(json)!, isStandard && NativeCore.IsPresent);
            if (isStandard && !NativeCore.IsPresent)
                Console.WriteLine($"perf/results is left as it is, for half of the sets are missing: {NativeCore.Describe()}");
        });
        return command;
    }

    public static Command Served()
    {
        const string says =
            "Prints the lines of this processor for the table in ServedVerbs.cs, from the published results of the verbs run.";
        var command = new Command("served", says);
        command.SetAction(_ => ServedLines.Print(Console.Out, Console.Error));
        return command;
    }
}
