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
    AccumulateBFloat16 = 1UL << 60,
    AccumulateDenseBFloat16 = 1UL << 61,
    RoundBFloat16 = 1UL << 62,
    All = ((1 << 14) - 1) | AccumulateBFloat16 | AccumulateDenseBFloat16 | RoundBFloat16,
}

/// <summary>
/// Which verbs the C core serves in its sets; the others, and all that it does not have, go to the managed set of the same width. Decided here and not by a race at run time, so that the
/// same machine always computes the same numbers.
/// </summary>
internal static class ServedVerbs
{
    /// <summary>Both compilers write these loops alike, so a call into C, which costs as much as a short vector, is all that would differ.</summary>
    private const CoreVerbs Vectors = CoreVerbs.Dot | CoreVerbs.Axpy | CoreVerbs.SquaredNorm;

    /// <summary>A layer's worth of work in each call: here a set that was forced by name is the C core.</summary>
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
