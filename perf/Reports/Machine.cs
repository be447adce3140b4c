using System.Text.RegularExpressions;

namespace Subquad.Perf.Reports;

/// <summary>What the numbers were measured on.</summary>
static partial class Machine
{
    public static string Processor { get; } = ProcessorName();

    /// <summary>The name of this machine's folder of results: "AMD EPYC 9354" with two cores is amd-epyc-9354-2-cores.</summary>
    public static string Slug { get; } =
        NotLetters().Replace(Processor.ToLowerInvariant(), "-").Trim('-') + $"-{Environment.ProcessorCount}-cores";

    /// <summary>The model name; where that names a whole product line ("AMD EPYC"), family and model number tell its generation.</summary>
    static string ProcessorName()
    {
        string? name = Read("model name");
        return name is null ? "unknown processor" : name.Any(char.IsDigit) ? name
            : $"{name} family {Read("cpu family")} model {Read("model")}";
    }

    static string? Read(string key) => !File.Exists("/proc/cpuinfo") ? null
        : File.ReadLines("/proc/cpuinfo").Select(line => line.Split(':', 2)).FirstOrDefault(pair => pair[0].Trim() == key)?[1].Trim();

    [GeneratedRegex("[^a-z0-9]+")]
    private static partial Regex NotLetters();
}
