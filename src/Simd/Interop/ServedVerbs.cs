namespace Subquad.Simd.Interop;

/// <summary>The verbs that the C core has.</summary>
[Flags]
internal enum CoreVerbs : ulong
{
    None = 0,
    Accumulate = 1 << 0,
    AccumulateDense = 1 << 1,
    SupportNorms = 1 << 2,
    RowNorms = 1 << 3,
    Gram = 1 << 4,
    CountAbove = 1 << 5,
    CompressAbove = 1 << 6,
    GatherActive = 1 << 7,
    PullBack = 1 << 8,
    PushForward = 1 << 9,
    Scatter = 1 << 10,
    Dot = 1 << 11,
    Axpy = 1 << 12,
    SquaredNorm = 1 << 13,
    Raise = 1 << 14,
    RaiseAndCountUncertain = 1 << 15,
    ListUncertain = 1 << 16,
    SetListed = 1 << 17,
    CountListedAbove = 1 << 18,
    CompressListedAbove = 1 << 19,
    CountNonZero = 1 << 20,
    ListNonZero = 1 << 21,
    Spread = 1 << 22,
    SubtractTransposed = 1 << 23,
    NarrowSymmetric = 1 << 24,
    Pack = 1 << 25,
    PullBackPacked = 1 << 26,
    PushForwardPacked = 1 << 27,
    TransformHadamard = 1 << 28,
    TransformHadamardColumns = 1 << 29,
    SampleHadamard = 1 << 30,
    CountSketch = 1UL << 31,
    BuildTournament = 1UL << 32,
    BuildTournaments = 1UL << 33,
    UpdateTournament = 1UL << 34,
    UpdateTournaments = 1UL << 35,
    ReportAbove = 1UL << 36,
    ReportTop = 1UL << 37,
    CountPositive = 1UL << 38,
    CompressPositive = 1UL << 39,
    FactorDiagonal = 1UL << 40,
    SolveBelowDiagonal = 1UL << 41,
    UpdateTrailing = 1UL << 42,
    SolveFactored = 1UL << 43,
    PackRows = 1UL << 44,
    AddOuterProduct = 1UL << 45,
    SolveLower = 1UL << 46,
    SolveUpper = 1UL << 47,
    SolveLowerOne = 1UL << 48,
    SolveUpperOne = 1UL << 49,
    MultiplySymmetric = 1UL << 50,
    DotDouble = 1UL << 51,
    AxpyDouble = 1UL << 52,
    AddProduct = 1UL << 53,
    ReportHalfSpace = 1UL << 54,
    Nearest = 1UL << 55,
    LargestProducts = 1UL << 56,
    SortById = 1UL << 57,
    FillNormal = 1UL << 58,
    AccumulateBFloat16 = 1UL << 59,
    AccumulateDenseBFloat16 = 1UL << 60,
    RoundBFloat16 = 1UL << 61,
    All = ulong.MaxValue,
}

/// <summary>
/// Which verbs the C core serves. Decided here and not by a race at run time, so that the same machine always computes the same numbers.
/// </summary>
internal static class ServedVerbs
{
    /// <summary>
    /// Both compilers write these loops alike, so a call into C, which costs as much as a short vector, is all that would differ.
    /// </summary>
    private const CoreVerbs Vectors = CoreVerbs.Dot | CoreVerbs.Axpy | CoreVerbs.SquaredNorm | CoreVerbs.DotDouble | CoreVerbs.AxpyDouble | CoreVerbs.AddProduct;

    /// <summary>A layer's or a tree's worth of work in each call.</summary>
    private const CoreVerbs Layers = CoreVerbs.All & ~Vectors;

    /// <summary>
    /// From so many times the speed of the managed kernel on, the core's is used without being asked for: less is within the noise of a
    /// machine.
    /// </summary>
    private const double Pays = 1.1;

    /// <summary>
    /// What perf/Kernels measured on each family of processors (perf/results, verbs; one thread): how many times as fast as the managed set
    /// of its width the core is (the geometric mean where a verb has several sizes), and so, from <see cref="Pays"/> on, why it serves a
    /// verb there. A family that is not here keeps the managed kernels, as do other architectures. A test holds the numbers against the
    /// results.
    /// </summary>
    private static readonly Measured[] s_measured =
    [
        // AMD Zen 5 (amd-epyc-family-26-model-2-2-cores): the verb, AVX-512 beside simd512, AVX2 beside simd256.
        new("AuthenticAMD 26", CoreVerbs.Accumulate, 1.23, 1.15),
        new("AuthenticAMD 26", CoreVerbs.AccumulateDense, 1.03, 1.04),
        new("AuthenticAMD 26", CoreVerbs.RoundBFloat16, 1.02, 1.08),
        new("AuthenticAMD 26", CoreVerbs.AccumulateBFloat16, 1.17, 1.22),
        new("AuthenticAMD 26", CoreVerbs.AccumulateDenseBFloat16, 1.12, 1.06),
        new("AuthenticAMD 26", CoreVerbs.SupportNorms, 1.11, 1.17),
        new("AuthenticAMD 26", CoreVerbs.RowNorms, 1.01, 1.01),
        new("AuthenticAMD 26", CoreVerbs.Gram, 1.13, 1.17),
        new("AuthenticAMD 26", CoreVerbs.PullBack, 1.11, 1.31),
        new("AuthenticAMD 26", CoreVerbs.PushForward, 1.00, 1.09),
        new("AuthenticAMD 26", CoreVerbs.Scatter, 1.00, 1.14),
        new("AuthenticAMD 26", CoreVerbs.Pack, 1.18, 1.20),
        new("AuthenticAMD 26", CoreVerbs.PullBackPacked, 1.07, 1.03),
        new("AuthenticAMD 26", CoreVerbs.PushForwardPacked, 1.09, 1.18),
        new("AuthenticAMD 26", CoreVerbs.CountAbove, 1.17, 1.25),
        new("AuthenticAMD 26", CoreVerbs.CompressAbove, 0.86, 1.54),
        new("AuthenticAMD 26", CoreVerbs.GatherActive, 1.20, 1.15),
        new("AuthenticAMD 26", CoreVerbs.Raise, 1.00, 1.03),
        new("AuthenticAMD 26", CoreVerbs.RaiseAndCountUncertain, 1.16, 1.33),
        new("AuthenticAMD 26", CoreVerbs.ListUncertain, 0.96, 1.35),
        new("AuthenticAMD 26", CoreVerbs.SetListed, 1.00, 0.99),
        new("AuthenticAMD 26", CoreVerbs.CountListedAbove, 1.18, 1.47),
        new("AuthenticAMD 26", CoreVerbs.CompressListedAbove, 0.92, 1.00),
        new("AuthenticAMD 26", CoreVerbs.CountNonZero, 1.08, 1.06),
        new("AuthenticAMD 26", CoreVerbs.ListNonZero, 1.18, 0.47),
        new("AuthenticAMD 26", CoreVerbs.Spread, 1.17, 1.08),
        new("AuthenticAMD 26", CoreVerbs.SubtractTransposed, 1.02, 1.57),
        new("AuthenticAMD 26", CoreVerbs.NarrowSymmetric, 1.28, 1.42),
        new("AuthenticAMD 26", CoreVerbs.BuildTournament, 1.04, 1.32),
        new("AuthenticAMD 26", CoreVerbs.BuildTournaments, 1.13, 1.79),
        new("AuthenticAMD 26", CoreVerbs.UpdateTournament, 1.32, 1.33),
        new("AuthenticAMD 26", CoreVerbs.UpdateTournaments, 1.17, 1.47),
        new("AuthenticAMD 26", CoreVerbs.ReportAbove, 0.99, 1.04),
        new("AuthenticAMD 26", CoreVerbs.ReportTop, 1.23, 1.16),
        new("AuthenticAMD 26", CoreVerbs.CountPositive, 1.12, 1.20),
        new("AuthenticAMD 26", CoreVerbs.CompressPositive, 1.53, 1.14),
        new("AuthenticAMD 26", CoreVerbs.ReportHalfSpace, 1.45, 1.35),
        new("AuthenticAMD 26", CoreVerbs.SortById, 1.50, 1.41),
        new("AuthenticAMD 26", CoreVerbs.Nearest, 1.32, 1.22),
        new("AuthenticAMD 26", CoreVerbs.LargestProducts, 1.47, 1.44),
        new("AuthenticAMD 26", CoreVerbs.TransformHadamard, 1.02, 1.02),
        new("AuthenticAMD 26", CoreVerbs.TransformHadamardColumns, 1.00, 1.04),
        new("AuthenticAMD 26", CoreVerbs.SampleHadamard, 1.01, 0.91),
        new("AuthenticAMD 26", CoreVerbs.CountSketch, 1.09, 1.10),
        new("AuthenticAMD 26", CoreVerbs.FillNormal, 1.92, 1.94),
        new("AuthenticAMD 26", CoreVerbs.FactorDiagonal, 1.20, 1.20),
        new("AuthenticAMD 26", CoreVerbs.SolveBelowDiagonal, 1.37, 1.20),
        new("AuthenticAMD 26", CoreVerbs.UpdateTrailing, 1.03, 0.91),
        new("AuthenticAMD 26", CoreVerbs.PackRows, 1.70, 1.72),
        new("AuthenticAMD 26", CoreVerbs.AddOuterProduct, 1.01, 0.90),
        new("AuthenticAMD 26", CoreVerbs.SolveLower, 1.15, 1.07),
        new("AuthenticAMD 26", CoreVerbs.SolveUpper, 1.06, 1.03),
        new("AuthenticAMD 26", CoreVerbs.SolveFactored, 1.12, 1.04),
        new("AuthenticAMD 26", CoreVerbs.SolveLowerOne, 0.98, 1.01),
        new("AuthenticAMD 26", CoreVerbs.SolveUpperOne, 1.01, 1.02),
        new("AuthenticAMD 26", CoreVerbs.MultiplySymmetric, 0.86, 0.86),
        new("AuthenticAMD 26", CoreVerbs.Dot, 0.99, 0.99),
        new("AuthenticAMD 26", CoreVerbs.Axpy, 1.02, 0.95),
        new("AuthenticAMD 26", CoreVerbs.SquaredNorm, 0.93, 0.99),
        new("AuthenticAMD 26", CoreVerbs.DotDouble, 1.01, 1.00),
        new("AuthenticAMD 26", CoreVerbs.AxpyDouble, 1.00, 1.00),
        new("AuthenticAMD 26", CoreVerbs.AddProduct, 0.99, 0.97),
    ];

    /// <summary>What the core serves in the set of an instruction set that a name forces: there it is the C core.</summary>
    public static CoreVerbs Of(string isa) => isa switch
    {
        "avx512bf16" => Layers,
        "avx512" => Layers,
        "avx2" => Layers,
        "neon" => Layers,
        // The specification of all others: every verb that there is in C.
        _ => CoreVerbs.All,
    };

    /// <summary>
    /// What the core serves in the set that runs when no name forces one: the verbs in which it was measured to be faster.
    /// </summary>
    /// <param name="processor">The processor's maker and family.</param>
    /// <param name="isa">The core's instruction set.</param>
    /// <param name="least">From so many times the speed of the managed kernels on.</param>
    public static CoreVerbs Faster(string processor, string isa, double least = Pays)
    {
        CoreVerbs faster = CoreVerbs.None;
        foreach (Measured line in s_measured)
            if (line.Processor == processor && (isa == "avx512" ? line.Avx512 : isa == "avx2" ? line.Avx2 : double.NegativeInfinity) >= least)
                faster |= line.Verb;
        return faster;
    }

    private readonly record struct Measured(string Processor, CoreVerbs Verb, double Avx512, double Avx2);
}
