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
    AccumulateBFloat16 = 1UL << 60,
    AccumulateDenseBFloat16 = 1UL << 61,
    RoundBFloat16 = 1UL << 62,
    All = ulong.MaxValue,
}

/// <summary>
/// Which verbs the C core serves in its sets; the others, and all that it does not have, go to the managed set of the same width. Decided here and not by a race at run time, so that the
/// same machine always computes the same numbers.
/// </summary>
internal static class ServedVerbs
{
    /// <summary>Both compilers write these loops alike, so a call into C, which costs as much as a short vector, is all that would differ.</summary>
    private const CoreVerbs Vectors = CoreVerbs.Dot | CoreVerbs.Axpy | CoreVerbs.SquaredNorm | CoreVerbs.DotDouble | CoreVerbs.AxpyDouble | CoreVerbs.AddProduct;

    /// <summary>A layer's or a tree's worth of work in each call: here a set that was forced by name is the C core.</summary>
    private const CoreVerbs Layers = CoreVerbs.All & ~Vectors;

    /// <summary>What the core serves on an instruction set.</summary>
    public static CoreVerbs Of(string isa) => isa switch
    {
        "avx512bf16" => Layers,
        "avx512" => Layers,
        "avx2" => Layers,
        "neon" => Layers,
        // The specification of all others: every verb that there is in C.
        _ => CoreVerbs.All,
    };
}
