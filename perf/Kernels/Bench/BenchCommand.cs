using System.CommandLine;
using BenchmarkDotNet.Running;

namespace Subquad.Perf.Kernels.Bench;

/// <summary><c>bench</c>: the cases of all verbs by BenchmarkDotNet.</summary>
static class BenchCommand
{
    public static Command Create()
    {
        Argument<string[]> rest = new("arguments") { Arity = ArgumentArity.ZeroOrMore };
        const string says = "BenchmarkDotNet, with its own options after --, for example: bench -- --filter '*Vector*' --job short";
        var command = new Command("bench", says) { rest };
        command.SetAction(parsed => BenchmarkSwitcher.FromTypes([typeof(VerbBenchmark)]).Run(parsed.GetValue(rest)!));
        return command;
    }
}
