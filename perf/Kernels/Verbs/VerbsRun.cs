using Subquad.Perf.Reports;
using Subquad.Simd;
using Subquad.Simd.Dispatch;

namespace Subquad.Perf.Kernels.Verbs;

/// <summary>
/// Every verb on every kernel set, one thread: how near to the roof, and the C core beside the managed kernels of the same width.
/// </summary>
sealed class VerbsRun
{
    /// <summary>A sample is at least this long, so that the clock's grain does not show.</summary>
    const double Sample = 5e-3;

    const int Placements = 5;

    /// <summary>Fewer samples are too few to publish.</summary>
    public const int DefaultRepeats = 5;

    readonly Report _report = new("verbs");
    readonly Roofline _roofline = new();
    readonly List<(VerbCase Case, Dictionary<string, double> Seconds)> _timed = [];

    public required KernelSet[] Sets { get; init; }

    /// <summary>Part of the names to measure; null for all.</summary>
    public required string? Only { get; init; }

    public required int Repeats { get; init; }

    public FinishedRun Run()
    {
        foreach (Row row in _roofline.Rows())
            _report.Add(row);
        foreach ((_, Func<IVerbCases> create) in VerbFamilies.All)
            Time(create);
        string calls = CallOverhead.Measure(_report);
        return new FinishedRun(_report, VerbTables.Render(_timed, Sets, _roofline) + "\n" + calls);
    }

    /// <summary>
    /// Every placement allocates the operands anew: where pages happen to lie can halve a rate, and must not decide between two sets.
    /// </summary>
    void Time(Func<IVerbCases> create)
    {
        var samples = new Dictionary<(string Verb, string Shape, string Set), List<double>>();
        for (int placement = 0; placement < Placements; placement++)
        {
            using IVerbCases cases = create();
            bool last = placement == Placements - 1;
            foreach (VerbCase work in cases.Cases().Where(one => Only is null || one.Name.Contains(Only, StringComparison.OrdinalIgnoreCase)))
            {
                int[] calls = [.. Sets.Select(set => CallsOf(work, set))];
                // In turns, so that a noisy moment or a slower clock hits all sets.
                for (int repeat = 0; repeat < Repeats; repeat++)
                    for (int i = 0; i < Sets.Length; i++)
                    {
                        if (!samples.TryGetValue((work.Name, work.Shape, Sets[i].Name), out List<double>? list))
                            samples.Add((work.Name, work.Shape, Sets[i].Name), list = []);
                        list.Add(SecondsOf(work, Sets[i], calls[i]));
                    }
                if (last)
                    Report(work, Sets.ToDictionary(set => set.Name, set => Reports.Measure.Median(samples[(work.Name, work.Shape, set.Name)])));
            }
        }
    }

    void Report(VerbCase work, Dictionary<string, double> seconds)
    {
        _timed.Add((work, seconds));
        foreach (KernelSet set in Sets)
            _report.Add(RowOf(work, set, seconds));
    }

    Row RowOf(VerbCase work, KernelSet set, Dictionary<string, double> all)
    {
        double seconds = all[set.Name];
        string? managed = VerbTables.ManagedOf(set, Sets);
        return new()
        {
            { "kind", "verb" },
            { "name", work.Name },
            { "shape", work.Shape },
            { "threads", 1 },
            { "kernels", set.Name },
            { "seconds", seconds },
            { "gflops", work.Flops > 0 ? work.Flops / seconds / 1e9 : null },
            { "gigabytes_per_second", work.Bytes / seconds / 1e9 },
            { "roofline_fraction", _roofline.SecondsOf(work, set) / seconds },
            { "managed", managed },
            { "managed_seconds", managed is null ? null : all[managed] },
            { "managed_ratio", managed is null ? null : all[managed] / seconds },
        };
    }

    static int CallsOf(VerbCase work, KernelSet set)
    {
        work.Work(set);
        double once = SecondsOf(work, set, 1);
        // Short ones are asked again: the first answer is mostly the clock.
        if (once < Sample / 100)
            once = SecondsOf(work, set, 100);
        return (int)Math.Clamp(Math.Ceiling(Sample / Math.Max(once, 1e-9)), 1, 1e6);
    }

    static double SecondsOf(VerbCase work, KernelSet set, int calls) => Reports.Measure.Seconds(() =>
    {
        for (int call = 0; call < calls; call++)
            work.Work(set);
    }) / calls;
}
