using System.CommandLine;
using BenchmarkDotNet.Running;
using Subquad.Perf.Kernels;
using Subquad.Perf.Kernels.Turns;
using Subquad.Perf.Kernels.Verbs;
using Subquad.Perf.Reports;
using Subquad.Simd.Dispatch;
using Subquad.Simd.Interop;

Option<FileInfo> json = new("--json") { Description = "File to write; the tables go to the same name with .md.", Required = true };
Option<string[]> kernels = new("--kernels") { Description = "Names of the kernel sets to measure; default all.", AllowMultipleArgumentsPerToken = true };
Option<string?> verb = new("--verb") { Description = "Part of the names of the verbs to measure; default all." };
Option<int> repeats = new("--repeats") { Description = "Samples of each placement of the operands, of which the median counts.", DefaultValueFactory = _ => VerbsRun.DefaultRepeats };
var verbs = new Command("verbs", "Times every verb on every kernel set, one thread, beside the measured roofline. With the default cases, samples and the C core it also renews perf/results.") { json, kernels, verb, repeats };
verbs.SetAction(parsed =>
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

var disassembly = new Command("disassembly", "Checks that the forward loop's multiply-adds read the weights from memory themselves, without a load before them; exit code 1 when they do not.");
disassembly.SetAction(_ => FoldedLoads.Check(Console.Out) ? 0 : 1);
var loop = new Command("loop") { Hidden = true };
loop.SetAction(_ => FoldedLoads.RunLoop());

var served = new Command("served", "Prints the lines of this processor for the table in ServedVerbs.cs, from the published results of the verbs run.");
served.SetAction(_ => ServedLines.Print(Console.Out, Console.Error));

Argument<string[]> rest = new("arguments") { Arity = ArgumentArity.ZeroOrMore };
var bench = new Command("bench", "BenchmarkDotNet, with its own options after --, for example: bench -- --filter '*Vector*' --job short") { rest };
bench.SetAction(parsed => BenchmarkSwitcher.FromAssembly(typeof(KernelBenchmark).Assembly).Run(parsed.GetValue(rest)!));

return new RootCommand("Measures kernels one by one.")
{
    verbs, TurnsCommands.Turns(), TurnsCommands.Watch(), served, disassembly, bench, CompareCommand.Create(), loop, TurnsCommands.Serve(),
}.Parse(args).Invoke();
