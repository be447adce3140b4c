using Subquad.Perf.Kernels.Cases;
using Subquad.Perf.Reports;
using Subquad.Perf.Reports.Turns;
using Subquad.Simd;
using Subquad.Simd.Dispatch;

namespace Subquad.Perf.Kernels.Verbs;

/// <summary>
/// Every verb on every kernel set, one thread: how near to the roof, and the C core beside the managed kernels of the same width.
/// </summary>
sealed class VerbsRun
{
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
        foreach ((string family, Func<IVerbCases> create) in VerbFamilies.All)
            Time(family, create);
        string calls = CallOverhead.Measure(_report);
        return new FinishedRun(_report, VerbTables.Render(_timed, Sets, _roofline) + "\n" + calls);
    }

    /// <summary>
    /// Every placement allocates the operands anew: where pages happen to lie can halve a rate, and must not decide between two sets.
    /// </summary>
    void Time(string family, Func<IVerbCases> create)
    {
        var samples = new Dictionary<string, List<double>>();
        for (int placement = 0; placement < Placements; placement++)
        {
            using IVerbCases cases = create();
            foreach (VerbCase work in cases.Cases().Where(IsWanted))
            {
                ServedRow[] rows = [.. Sets.Select(set => work.On(family, set))];
                int[] calls = [.. rows.Select(Sampling.CallsOf)];
                // In turns, so that a noisy moment or a slower clock hits all sets.
                for (int repeat = 0; repeat < Repeats; repeat++)
                    for (int i = 0; i < rows.Length; i++)
                    {
                        if (!samples.TryGetValue(rows[i].Key, out List<double>? list))
                            samples.Add(rows[i].Key, list = []);
                        list.Add(Sampling.SecondsOf(rows[i], calls[i]));
                    }
                if (placement == Placements - 1)
                    Report(work, Sets.Zip(rows).ToDictionary(pair => pair.First.Name, pair => Measure.Median(samples[pair.Second.Key])));
            }
        }
    }

    bool IsWanted(VerbCase work) => Only is null || work.Name.Contains(Only, StringComparison.OrdinalIgnoreCase);

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
}
