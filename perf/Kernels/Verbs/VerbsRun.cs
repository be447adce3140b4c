using Subquad.Perf.Reports;
using Subquad.Simd;
using Subquad.Simd.Dispatch;

namespace Subquad.Perf.Kernels.Verbs;

/// <summary>Every verb on every kernel set, one thread: how near to the roof, and the C core beside the managed kernels of the same width.</summary>
sealed class VerbsRun
{
    /// <summary>A sample is at least this long, so that the clock's grain does not show.</summary>
    const double Sample = 10e-3;

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
        using (var cases = new ForwardCases())
            Time(cases.Cases());
        using (var cases = new PairCases())
            Time(cases.Cases());
        using (var cases = new ListCases())
            Time(cases.Cases());
        using (var cases = new TournamentCases())
            Time(cases.Cases());
        using (var cases = new SearchCases())
            Time(cases.Cases());
        using (var cases = new SketchCases())
            Time(cases.Cases());
        using (var cases = new FactorCases())
            Time(cases.Cases());
        using (var cases = new VectorCases())
            Time(cases.Cases());
        string calls = CallOverhead.Measure(_report);
        return new FinishedRun(_report, VerbTables.Render(_timed, Sets, _roofline) + "\n" + calls);
    }

    void Time(IEnumerable<VerbCase> cases)
    {
        foreach (VerbCase work in cases.Where(one => Only is null || one.Name.Contains(Only, StringComparison.OrdinalIgnoreCase)))
        {
            int[] calls = [.. Sets.Select(set => CallsOf(work, set))];
            var samples = new List<double>[Sets.Length];
            // In turns, so that a noisy moment or a slower clock hits all sets.
            for (int repeat = 0; repeat < Repeats; repeat++)
                for (int i = 0; i < Sets.Length; i++)
                    (samples[i] ??= []).Add(SecondsOf(work, Sets[i], calls[i]));
            Dictionary<string, double> seconds = Sets.Select((set, i) => (set.Name, Seconds: Reports.Measure.Median(samples[i]))).ToDictionary(pair => pair.Name, pair => pair.Seconds);
            _timed.Add((work, seconds));
            foreach (KernelSet set in Sets)
                _report.Add(RowOf(work, set, seconds));
        }
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
