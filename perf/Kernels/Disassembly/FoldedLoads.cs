using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Subquad.Perf.Kernels.Cases;
using Subquad.Simd.Dispatch;

namespace Subquad.Perf.Kernels.Disassembly;

/// <summary>
/// Looks at the machine code of the forward loop: its eight multiply-adds must take the weights from memory themselves. A load of its own
/// would be a third of an instruction more per multiply-add and, in a loop that the front end feeds, as much more time.
/// </summary>
static partial class FoldedLoads
{
    const int Accumulators = 8;
    static readonly (string Set, string Lanes, string Operand)[] s_widths =
        [("simd512", "Simd512", "zmmword ptr"), ("simd256", "Simd256", "ymmword ptr")];

    /// <summary>Whether it is so on every width that this machine has; says what it saw.</summary>
    public static bool Check(TextWriter output)
    {
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            output.WriteLine("nothing to check: multiply-adds take memory operands on x64 only");
            return true;
        }
        (string Set, string Lanes, string Operand)[] widths =
            [.. s_widths.Where(width => KernelSets.Available.Any(available => available.Name == width.Set))];
        if (widths.Length == 0)
        {
            output.WriteLine($"nothing to check: this machine has neither of {string.Join(" and ", s_widths.Select(width => width.Set))}");
            return true;
        }
        string listing = Listing();
        bool folded = true;
        foreach ((string set, string lanes, string operand) in widths)
        {
            Match chain = Method(lanes).Match(listing);
            string[] multiplyAdds = [.. MultiplyAdd().Matches(chain.Value).Select(match => match.Value)];
            int fromMemory = multiplyAdds.Count(line => line.Contains(operand));
            bool good = multiplyAdds.Length == Accumulators && fromMemory == Accumulators;
            string found = chain.Success
                ? $"{fromMemory} of {multiplyAdds.Length} multiply-adds of the forward loop read memory, "
                    + $"{Accumulators} of {Accumulators} expected"
                : "the forward loop was not compiled by itself";
            output.WriteLine($"{set}: {found}: {(good ? "good" : "WRONG")}");
            folded &= good;
        }
        return folded;
    }

    /// <summary>What <see cref="Check"/> has compiled: a forward pass on every set.</summary>
    public static void RunLoop()
    {
        using var cases = new ForwardCases();
        VerbCase accumulate = cases.Cases().First(work => work.Name == "Accumulate");
        foreach (Subquad.Simd.KernelSet set in KernelSets.Available)
            accumulate.Work(set);
    }

    /// <summary>The compiler lists a method when it is told so before the process begins.</summary>
    static string Listing()
    {
        string file = Path.GetTempFileName();
        try
        {
            var start = new ProcessStartInfo(Environment.ProcessPath!, ["loop"])
            {
                Environment =
                {
                    ["DOTNET_JitDisasm"] = "Chain",
                    ["DOTNET_JitStdOutFile"] = file,
                    ["DOTNET_TieredCompilation"] = "0",
                    ["DOTNET_ReadyToRun"] = "1",
                },
            };
            using Process process = Process.Start(start)!;
            process.WaitForExit();
            return process.ExitCode == 0
                ? File.ReadAllText(file)
                : throw new InvalidOperationException($"the forward pass to be listed ended with exit code {process.ExitCode}");
        }
        finally
        {
            File.Delete(file);
        }
    }

    static Regex Method(string lanes) => new(
        $@"; Assembly listing for method [^\n]*AccumulateKernel`3\[[^\n]*{lanes},[^\n]*ChainedSums[^\n]*"
            + @":Chain\[[^\n]*EightVectors[^\n]*NoLookahead.*?; Total bytes",
        RegexOptions.Singleline);

    [GeneratedRegex(@"vfn?madd\S*ps [^\n]*")]
    private static partial Regex MultiplyAdd();
}
