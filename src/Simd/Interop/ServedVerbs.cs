namespace Subquad.Simd.Interop;

/// <summary>
/// Which verbs the C core serves. Decided here and not by a race at run time, so that the same machine always computes the same numbers.
/// </summary>
internal static class ServedVerbs
{
    /// <summary>
    /// All verbs but those on vectors: both compilers write the loops of vectors alike, so all that would differ is a call into C, which
    /// costs as much as a short vector.
    /// </summary>
    private static readonly NativeVerbs s_layers = NativeVerbs.AllBut(
        NativeVerb.Dot, NativeVerb.Axpy, NativeVerb.SquaredNorm, NativeVerb.DotDouble, NativeVerb.AxpyDouble, NativeVerb.AddProduct);

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
        new("AuthenticAMD 26", NativeVerb.Accumulate, 1.23, 1.15),
        new("AuthenticAMD 26", NativeVerb.AccumulateDense, 1.03, 1.04),
        new("AuthenticAMD 26", NativeVerb.RoundBFloat16, 1.02, 1.08),
        new("AuthenticAMD 26", NativeVerb.AccumulateBFloat16, 1.17, 1.22),
        new("AuthenticAMD 26", NativeVerb.AccumulateDenseBFloat16, 1.12, 1.06),
        new("AuthenticAMD 26", NativeVerb.SupportNorms, 1.11, 1.17),
        new("AuthenticAMD 26", NativeVerb.RowNorms, 1.01, 1.01),
        new("AuthenticAMD 26", NativeVerb.Gram, 1.13, 1.17),
        new("AuthenticAMD 26", NativeVerb.PullBack, 1.11, 1.31),
        new("AuthenticAMD 26", NativeVerb.PushForward, 1.00, 1.09),
        new("AuthenticAMD 26", NativeVerb.Scatter, 1.00, 1.14),
        new("AuthenticAMD 26", NativeVerb.Pack, 1.18, 1.20),
        new("AuthenticAMD 26", NativeVerb.PullBackPacked, 1.07, 1.03),
        new("AuthenticAMD 26", NativeVerb.PushForwardPacked, 1.09, 1.18),
        new("AuthenticAMD 26", NativeVerb.CountAbove, 1.17, 1.25),
        new("AuthenticAMD 26", NativeVerb.CompressAbove, 0.86, 1.54),
        new("AuthenticAMD 26", NativeVerb.GatherActive, 1.20, 1.15),
        new("AuthenticAMD 26", NativeVerb.Raise, 1.00, 1.03),
        new("AuthenticAMD 26", NativeVerb.RaiseAndCountUncertain, 1.16, 1.33),
        new("AuthenticAMD 26", NativeVerb.ListUncertain, 0.96, 1.35),
        new("AuthenticAMD 26", NativeVerb.SetListed, 1.00, 0.99),
        new("AuthenticAMD 26", NativeVerb.CountListedAbove, 1.18, 1.47),
        new("AuthenticAMD 26", NativeVerb.CompressListedAbove, 0.92, 1.00),
        new("AuthenticAMD 26", NativeVerb.CountNonZero, 1.08, 1.06),
        new("AuthenticAMD 26", NativeVerb.ListNonZero, 1.18, 0.47),
        new("AuthenticAMD 26", NativeVerb.Spread, 1.17, 1.08),
        new("AuthenticAMD 26", NativeVerb.SubtractTransposed, 1.02, 1.57),
        new("AuthenticAMD 26", NativeVerb.NarrowSymmetric, 1.28, 1.42),
        new("AuthenticAMD 26", NativeVerb.BuildTournament, 1.04, 1.32),
        new("AuthenticAMD 26", NativeVerb.BuildTournaments, 1.13, 1.79),
        new("AuthenticAMD 26", NativeVerb.UpdateTournament, 1.32, 1.33),
        new("AuthenticAMD 26", NativeVerb.UpdateTournaments, 1.17, 1.47),
        new("AuthenticAMD 26", NativeVerb.ReportAbove, 0.99, 1.04),
        new("AuthenticAMD 26", NativeVerb.ReportTop, 1.23, 1.16),
        new("AuthenticAMD 26", NativeVerb.CountPositive, 1.12, 1.20),
        new("AuthenticAMD 26", NativeVerb.CompressPositive, 1.53, 1.14),
        new("AuthenticAMD 26", NativeVerb.ReportHalfSpace, 1.45, 1.35),
        new("AuthenticAMD 26", NativeVerb.SortById, 1.50, 1.41),
        new("AuthenticAMD 26", NativeVerb.Nearest, 1.32, 1.22),
        new("AuthenticAMD 26", NativeVerb.LargestProducts, 1.47, 1.44),
        new("AuthenticAMD 26", NativeVerb.TransformHadamard, 1.02, 1.02),
        new("AuthenticAMD 26", NativeVerb.TransformHadamardColumns, 1.00, 1.04),
        new("AuthenticAMD 26", NativeVerb.SampleHadamard, 1.01, 0.91),
        new("AuthenticAMD 26", NativeVerb.CountSketch, 1.09, 1.10),
        new("AuthenticAMD 26", NativeVerb.FillNormal, 1.92, 1.94),
        new("AuthenticAMD 26", NativeVerb.FactorDiagonal, 1.20, 1.20),
        new("AuthenticAMD 26", NativeVerb.SolveBelowDiagonal, 1.37, 1.20),
        new("AuthenticAMD 26", NativeVerb.UpdateTrailing, 1.03, 0.91),
        new("AuthenticAMD 26", NativeVerb.PackRows, 1.70, 1.72),
        new("AuthenticAMD 26", NativeVerb.AddOuterProduct, 1.01, 0.90),
        new("AuthenticAMD 26", NativeVerb.SolveLower, 1.15, 1.07),
        new("AuthenticAMD 26", NativeVerb.SolveUpper, 1.06, 1.03),
        new("AuthenticAMD 26", NativeVerb.SolveFactored, 1.12, 1.04),
        new("AuthenticAMD 26", NativeVerb.SolveLowerOne, 0.98, 1.01),
        new("AuthenticAMD 26", NativeVerb.SolveUpperOne, 1.01, 1.02),
        new("AuthenticAMD 26", NativeVerb.MultiplySymmetric, 0.86, 0.86),
        new("AuthenticAMD 26", NativeVerb.Dot, 0.99, 0.99),
        new("AuthenticAMD 26", NativeVerb.Axpy, 1.02, 0.95),
        new("AuthenticAMD 26", NativeVerb.SquaredNorm, 0.93, 0.99),
        new("AuthenticAMD 26", NativeVerb.DotDouble, 1.01, 1.00),
        new("AuthenticAMD 26", NativeVerb.AxpyDouble, 1.00, 1.00),
        new("AuthenticAMD 26", NativeVerb.AddProduct, 0.99, 0.97),
    ];

    /// <summary>What the core serves in the set of an instruction set that a name forces: there it is the C core.</summary>
    public static NativeVerbs Of(string isa) => isa switch
    {
        "avx512bf16" => s_layers,
        "avx512" => s_layers,
        "avx2" => s_layers,
        "neon" => s_layers,
        // The specification of all others: every verb that there is in C.
        _ => NativeVerbs.All,
    };

    /// <summary>
    /// What the core serves in the set that runs when no name forces one: the verbs in which it was measured to be faster.
    /// </summary>
    /// <param name="processor">The processor's maker and family.</param>
    /// <param name="isa">The core's instruction set.</param>
    /// <param name="least">From so many times the speed of the managed kernels on.</param>
    public static NativeVerbs Faster(string processor, string isa, double least = Pays)
    {
        var faster = new List<NativeVerb>();
        foreach (Measured line in s_measured)
            if (line.Processor == processor && line.RatioOf(isa) >= least)
                faster.Add(line.Verb);
        return NativeVerbs.Of([.. faster]);
    }

    private readonly record struct Measured(string Processor, NativeVerb Verb, double Avx512, double Avx2)
    {
        public double RatioOf(string isa) => isa switch
        {
            "avx512" => Avx512,
            "avx2" => Avx2,
            _ => double.NegativeInfinity,
        };
    }
}
