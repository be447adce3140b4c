using BenchmarkDotNet.Attributes;
using Subquad.Perf.Kernels.Cases;
using Subquad.Simd.Dispatch;

namespace Subquad.Perf.Kernels.Bench;

/// <summary>One call of a case, on every kernel set of this machine.</summary>
public class VerbBenchmark
{
    const string Separator = ": ";

    static readonly Lazy<string[]> s_titles = new(() => [.. VerbFamilies.All.Concat(VerbFamilies.Studies).SelectMany(TitlesOf)]);

    IVerbCases? _cases;
    Action _work = () => { };

    public static IEnumerable<string> Sets => KernelSets.Available.Select(set => set.Name);

    public static IEnumerable<string> Titles => s_titles.Value;

    /// <summary>Name of a kernel set.</summary>
    [ParamsSource(nameof(Sets))]
    public string Kernels { get; set; } = "";

    /// <summary>Family and title of a case: text, so that a process makes the operands of its own case only.</summary>
    [ParamsSource(nameof(Titles))]
    public string Case { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        string[] parts = Case.Split(Separator, 2);
        _cases = VerbFamilies.ByName(parts[0])();
        _work = _cases.Cases().First(work => work.Title == parts[1]).On(parts[0], KernelSets.ByName(Kernels)).Work;
    }

    [GlobalCleanup]
    public void Cleanup() => _cases?.Dispose();

    [Benchmark]
    public void Call() => _work();

    static IEnumerable<string> TitlesOf((string Name, Func<IVerbCases> Create) family)
    {
        using IVerbCases cases = family.Create();
        foreach (VerbCase work in cases.Cases())
            yield return family.Name + Separator + work.Title;
    }
}
