using Subquad.Perf.Kernels.Cases;
using Subquad.Simd;
using Subquad.Simd.Lanes;
using Subquad.Simd.Memory;
using Subquad.Perf.Reports;

namespace Subquad.Perf.Kernels.Verbs;

/// <summary>
/// What one core can do at most, measured here: multiply-adds by width of vector, and bytes read by the cache that they come from.
/// </summary>
sealed unsafe class Roofline
{
    const int Repeats = 9, Rounds = 20_000;
    static readonly (string Name, long Bytes)[] s_levels =
    [
        ("first-level cache", 24 << 10), ("second-level cache", 512 << 10), ("last-level cache", 8 << 20),
        ("most of the last-level cache", 22 << 20), ("memory", 512 << 20),
    ];

    // What is computed must be looked at, or it is not computed.
    static double s_sink;

    readonly Dictionary<(int Lanes, bool IsDouble), double> _peaks = [];
    readonly List<(string Name, long Bytes, double PerSecond)> _bandwidths = [];

    public Roofline()
    {
        if (Simd512.IsSupported)
            Add(default(Simd512), Simd512.Zero, default(Simd512Double), Simd512Double.Zero);
        if (Simd256.IsSupported)
            Add(default(Simd256), Simd256.Zero, default(Simd256Double), Simd256Double.Zero);
        if (Simd128.IsSupported)
            Add(default(Simd128), Simd128.Zero, default(Simd128Double), Simd128Double.Zero);
        Add(default(SimdScalar), SimdScalar.Zero, default(SimdScalarDouble), SimdScalarDouble.Zero);
        foreach ((string name, long bytes) in s_levels)
            _bandwidths.Add((name, bytes, Simd512.IsSupported ? Read(default(Simd512), Simd512.Zero, bytes)
                : Simd256.IsSupported ? Read(default(Simd256), Simd256.Zero, bytes)
                : Simd128.IsSupported ? Read(default(Simd128), Simd128.Zero, bytes) : Read(default(SimdScalar), SimdScalar.Zero, bytes)));
    }

    /// <summary>Operations a second that no kernel of this set can exceed.</summary>
    public double PeakOf(KernelSet set, bool isDouble) => _peaks[(set.Lanes, isDouble)];

    /// <summary>The least seconds that this work can take on this set.</summary>
    public double SecondsOf(VerbCase work, KernelSet set) =>
        Math.Max(work.Flops / PeakOf(set, work.IsDouble), work.Bytes / Bandwidth(work.Footprint));

    /// <summary>One sentence for people.</summary>
    public string Describe()
    {
        IEnumerable<int> lanes = _peaks.Keys.Where(peak => !peak.IsDouble).Select(peak => peak.Lanes);
        return $"Measured roofs of one core: {string.Join(", ", lanes.Select(Peaks))}; "
            + $"read bandwidth {string.Join(", ", _bandwidths.Select(Level))}.";

        string Peaks(int lanes) => $"{Rate(_peaks[(lanes, false)])} GFLOP/s in float32 "
            + $"({Rate(_peaks[(lanes, true)])} in float64) with {lanes} lane{(lanes > 1 ? "s" : "")}";

        static string Level((string Name, long, double PerSecond) level) => $"{Rate(level.PerSecond)} GB/s from {level.Name}";

        static string Rate(double perSecond) => MarkdownTable.Cell(perSecond / 1e9);
    }

    public IEnumerable<Row> Rows() =>
    [
        .. _peaks.Select(peak => new Row
        {
            { "kind", "roof" },
            { "name", peak.Key.IsDouble ? "float64" : "float32" },
            { "lanes", peak.Key.Lanes },
            { "gflops", peak.Value / 1e9 },
        }),
        .. _bandwidths.Select(level => new Row
        {
            { "kind", "roof" },
            { "name", level.Name },
            { "bytes", level.Bytes },
            { "gigabytes_per_second", level.PerSecond / 1e9 },
        }),
    ];

    double Bandwidth(double footprint)
    {
        foreach ((_, long bytes, double perSecond) in _bandwidths)
            // A quarter above the level's sample still fits the cache that the sample stands for.
            if (footprint <= 1.25 * bytes)
                return perSecond;
        return _bandwidths[^1].PerSecond;
    }

    // The arguments only name the types: vectors have no name outside the lanes.
    void Add<TSimd, TVec, TDouble, TVecDouble>(TSimd _, TVec zero, TDouble __, TVecDouble zeroDouble)
        where TSimd : struct, ISimd<TVec>
        where TVec : struct
        where TDouble : struct, ISimdDouble<TVecDouble>
        where TVecDouble : struct
    {
        // Twelve chains: a multiply-add takes four cycles and two begin in each; a few more than eight leave the scheduler some room.
        _peaks.Add((TSimd.Count, false), 2.0 * 12 * TSimd.Count * Rounds / Measure.Median(Repeats, MultiplyAdds<TSimd, TVec>));
        _peaks.Add(
            (TSimd.Count, true), 2.0 * 12 * TDouble.Count * Rounds / Measure.Median(Repeats, MultiplyAddsDouble<TDouble, TVecDouble>));
    }

    static void MultiplyAdds<TSimd, TVec>() where TSimd : struct, ISimd<TVec> where TVec : struct
    {
        TVec a = TSimd.Broadcast(0.5f), b = TSimd.Broadcast(1e-3f);
        TVec s0 = b, s1 = b, s2 = b, s3 = b, s4 = b, s5 = b, s6 = b, s7 = b, s8 = b, s9 = b, s10 = b, s11 = b;
        for (int i = 0; i < Rounds; i++)
        {
            (s0, s1, s2, s3) = (TSimd.MulAdd(a, s0, b), TSimd.MulAdd(a, s1, b), TSimd.MulAdd(a, s2, b), TSimd.MulAdd(a, s3, b));
            (s4, s5, s6, s7) = (TSimd.MulAdd(a, s4, b), TSimd.MulAdd(a, s5, b), TSimd.MulAdd(a, s6, b), TSimd.MulAdd(a, s7, b));
            (s8, s9, s10, s11) = (TSimd.MulAdd(a, s8, b), TSimd.MulAdd(a, s9, b), TSimd.MulAdd(a, s10, b), TSimd.MulAdd(a, s11, b));
        }
        TVec sum = TSimd.Add(
            TSimd.Add(TSimd.Add(s0, s1), TSimd.Add(s2, s3)),
            TSimd.Add(TSimd.Add(TSimd.Add(s4, s5), TSimd.Add(s6, s7)), TSimd.Add(TSimd.Add(s8, s9), TSimd.Add(s10, s11))));
        Volatile.Write(ref s_sink, TSimd.Sum(sum));
    }

    static void MultiplyAddsDouble<TSimd, TVec>() where TSimd : struct, ISimdDouble<TVec> where TVec : struct
    {
        TVec a = TSimd.Broadcast(0.5), b = TSimd.Broadcast(1e-3);
        TVec s0 = b, s1 = b, s2 = b, s3 = b, s4 = b, s5 = b, s6 = b, s7 = b, s8 = b, s9 = b, s10 = b, s11 = b;
        for (int i = 0; i < Rounds; i++)
        {
            (s0, s1, s2, s3) = (TSimd.MulAdd(a, s0, b), TSimd.MulAdd(a, s1, b), TSimd.MulAdd(a, s2, b), TSimd.MulAdd(a, s3, b));
            (s4, s5, s6, s7) = (TSimd.MulAdd(a, s4, b), TSimd.MulAdd(a, s5, b), TSimd.MulAdd(a, s6, b), TSimd.MulAdd(a, s7, b));
            (s8, s9, s10, s11) = (TSimd.MulAdd(a, s8, b), TSimd.MulAdd(a, s9, b), TSimd.MulAdd(a, s10, b), TSimd.MulAdd(a, s11, b));
        }
        TVec sum = TSimd.Add(
            TSimd.Add(TSimd.Add(s0, s1), TSimd.Add(s2, s3)),
            TSimd.Add(TSimd.Add(TSimd.Add(s4, s5), TSimd.Add(s6, s7)), TSimd.Add(TSimd.Add(s8, s9), TSimd.Add(s10, s11))));
        Volatile.Write(ref s_sink, TSimd.Sum(sum));
    }

    static double Read<TSimd, TVec>(TSimd _, TVec zero, long bytes) where TSimd : struct, ISimd<TVec> where TVec : struct
    {
        using var buffer = new NativeBuffer<float>(bytes / sizeof(float));
        // Pages that nobody wrote are all the same page of zeros, which never leaves the cache.
        buffer.Span.Fill(1f);
        float* data = buffer.Pointer;
        long length = buffer.Length;
        int passes = (int)Math.Max(1, (64L << 20) / bytes);
        return passes * (double)bytes / Measure.Median(Repeats, () =>
        {
            for (int pass = 0; pass < passes; pass++)
                Volatile.Write(ref s_sink, ReadOnce<TSimd, TVec>(data, length));
        });
    }

    static float ReadOnce<TSimd, TVec>(float* data, long length) where TSimd : struct, ISimd<TVec> where TVec : struct
    {
        TVec s0 = TSimd.Zero, s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
        for (long i = 0; i < length; i += 8 * TSimd.Count)
        {
            float* p = data + i;
            (s0, s1) = (TSimd.Add(s0, TSimd.Load(p)), TSimd.Add(s1, TSimd.Load(p + TSimd.Count)));
            (s2, s3) = (TSimd.Add(s2, TSimd.Load(p + 2 * TSimd.Count)), TSimd.Add(s3, TSimd.Load(p + 3 * TSimd.Count)));
            (s4, s5) = (TSimd.Add(s4, TSimd.Load(p + 4 * TSimd.Count)), TSimd.Add(s5, TSimd.Load(p + 5 * TSimd.Count)));
            (s6, s7) = (TSimd.Add(s6, TSimd.Load(p + 6 * TSimd.Count)), TSimd.Add(s7, TSimd.Load(p + 7 * TSimd.Count)));
        }
        return TSimd.Sum(TSimd.Add(TSimd.Add(TSimd.Add(s0, s1), TSimd.Add(s2, s3)), TSimd.Add(TSimd.Add(s4, s5), TSimd.Add(s6, s7))));
    }
}
