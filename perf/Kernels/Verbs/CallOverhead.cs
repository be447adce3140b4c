using Subquad.Perf.Reports;
using Subquad.Simd;
using Subquad.Simd.Dispatch;

namespace Subquad.Perf.Kernels.Verbs;

/// <summary>What a call costs that has nothing to do: into managed code, and across the border into C.</summary>
static class CallOverhead
{
    const int Calls = 2_000_000, Repeats = 9;

    /// <summary>Rows of kind `call`, and a sentence; empty where there is no C core.</summary>
    public static string Measure(Report report)
    {
        KernelSet? native = KernelSets.Available.FirstOrDefault(set => set.Name == "native-scalar");
        if (native is null)
            return "";
        KernelSet managed = KernelSets.ByName("scalar");
        double inside = Reports.Measure.Median(Repeats, () => Call(managed)) / Calls,
            across = Reports.Measure.Median(Repeats, () => Call(native)) / Calls;
        report.Add(new()
        {
            { "kind", "call" },
            { "name", "managed" },
            { "kernels", managed.Name },
            { "threads", 1 },
            { "seconds", inside },
        });
        report.Add(new() { { "kind", "call" }, { "name", "native" }, { "kernels", native.Name }, { "threads", 1 }, { "seconds", across } });
        return $"""
            A call of a verb with nothing to do (a dot product of no elements) takes {MarkdownTable.Cell(1e9 * inside)} ns in managed code
            and {MarkdownTable.Cell(1e9 * across)} ns across the border into C: the border costs
            {MarkdownTable.Cell(1e9 * (across - inside))} ns.

            """;
    }

    static void Call(KernelSet set)
    {
        float sum = 0;
        for (int call = 0; call < Calls; call++)
            sum += set.Dot(ReadOnlySpan<float>.Empty, ReadOnlySpan<float>.Empty);
        if (sum != 0)
            throw new InvalidOperationException($"{set.Name} finds {sum} in nothing");
    }
}
