using System.Collections;
using System.Runtime.InteropServices;

namespace Subquad.Support;

/// <summary>
/// Which width the best kernel set must have. A switch that turns instructions off may stop working in a new runtime, and then a test run
/// would silently test the wide sets again: so a run that sets one also says, in <see cref="Variable"/>, what it expects to be left with.
/// </summary>
public static class IsaExpectation
{
    /// <summary>512, 256, 128, none (scalar only), or best (also when unset): what the processor promises.</summary>
    public const string Variable = "EXPECT_SIMD";

    /// <summary>The lanes the best set must have; null when nobody said and the processor cannot be asked.</summary>
    public static int? Lanes => Environment.GetEnvironmentVariable(Variable) switch
    {
        "512" => 16,
        "256" => 8,
        "128" => 4,
        "none" => 1,
        null or "" or "best" => IsSwitchedOff() ? null : PromisedLanes(),
        string other => throw new InvalidOperationException($"{Variable} is '{other}'; it may be 512, 256, 128, none or best"),
    };

    private static bool IsSwitchedOff() => Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(entry => (string)entry.Key)
        .Any(name => name.StartsWith("DOTNET_Enable", StringComparison.OrdinalIgnoreCase)
            || name.StartsWith("COMPlus_Enable", StringComparison.OrdinalIgnoreCase));

    private static int? PromisedLanes()
    {
        const string Processors = "/proc/cpuinfo";
        if (RuntimeInformation.ProcessArchitecture == Architecture.Arm64)
            return 4;
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64 || !File.Exists(Processors))
            return null;
        string? line = File.ReadLines(Processors).FirstOrDefault(text => text.StartsWith("flags", StringComparison.Ordinal));
        var flags = (line ?? "").Split(' ', ':', '\t').ToHashSet();
        bool Has(params string[] names) => names.All(flags.Contains);

        // The runtime keeps 512 bits from the first processors that had them, since those slow down; they lack avx512_vbmi. It may change
        // its mind, so they promise nothing.
        if (Has("avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"))
            return Has("avx512_vbmi") || Has("avx512vbmi") ? 16 : null;
        if (Has("avx2", "fma", "bmi1", "bmi2"))
            return 8;
        return Has("sse4_2") ? 4 : 1;
    }
}
