using Subquad.Perf.Kernels.Cases;
using Subquad.Perf.Reports;
using Subquad.Simd;
using Subquad.Simd.Dispatch;
using static Subquad.Perf.Reports.MarkdownTable;

namespace Subquad.Perf.Kernels.Verbs;

/// <summary>The page of the verbs run.</summary>
static class VerbTables
{
    /// <summary>
    /// The managed set that a native one is compared with: the widest of at most its lanes that fuses as it does; null for a managed one,
    /// or where that was not measured.
    /// </summary>
    public static string? ManagedOf(KernelSet set, KernelSet[] sets) =>
        KernelSets.Native.Contains(set)
            ? Array.Find(sets, other => KernelSets.Managed.Contains(other) && other.IsFused && other.Lanes <= set.Lanes)?.Name
            : null;

    public static string Render(List<(VerbCase Case, Dictionary<string, double> Seconds)> timed, KernelSet[] sets, Roofline roofline)
    {
        var rates = new MarkdownTable(["verb", "size", "unit", .. sets.Select(set => set.Name)]);
        KernelSet[] natives = [.. sets.Where(set => ManagedOf(set, sets) is not null)];
        var ratios = new MarkdownTable(["verb", "size", .. natives.Select(set => $"{set.Name} / {ManagedOf(set, sets)}")]);
        foreach ((VerbCase work, Dictionary<string, double> seconds) in timed)
        {
            // Where arithmetic is the roof of the widest set, the rate is arithmetic.
            bool computes = work.Flops / roofline.PeakOf(sets[0], work.IsDouble) >= 0.999 * roofline.SecondsOf(work, sets[0]);
            double amount = computes ? work.Flops : work.Bytes;
            rates.Add([
                work.Name, work.Shape, computes ? "GFLOP/s" : "GB/s",
                .. sets.Select(set => RateOf(amount, roofline.SecondsOf(work, set), seconds[set.Name]))]);
            ratios.Add([work.Name, work.Shape, .. natives.Select(set => Cell(seconds[ManagedOf(set, sets)!] / seconds[set.Name]))]);
        }
        return $"""
            {roofline.Describe()}

            Every verb on one thread: arithmetic, or the least bytes that it must read and write once (whole lines where it touches single
            elements), in a second; in brackets the share of the roof: the time that arithmetic or bytes alone would take at the rates
            above, whichever is longer, by the time taken. Bytes are held against reading from the cache that their footprint fits.

            {rates}
            The C core beside the managed kernels: how many times as fast it is. A set of the C core that hands a verb to the
            managed kernels ({nameof(Subquad)}.Simd/Interop/ServedVerbs.cs) shows 1.

            {ratios}
            """;
    }

    static string RateOf(double amount, double least, double seconds) => $"{Cell(amount / seconds / 1e9)} ({100 * least / seconds:0} %)";
}
