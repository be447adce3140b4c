using Subquad.Simd;

namespace Subquad.Perf.Kernels.Verbs;

/// <summary>
/// One verb at one size on one thread, ready to run on any set, and the least work that it can be: what the roofline is asked about.
/// </summary>
/// <param name="Name">The verb, as the table of served verbs names it.</param>
/// <param name="Shape">Its size, for people.</param>
/// <param name="Work">Calls it once; calling it again does the same work.</param>
sealed record VerbCase(string Name, string Shape, Action<KernelSet> Work)
{
    /// <summary>Floating-point operations; a multiply-add is two, a comparison none.</summary>
    public double Flops { get; init; }

    /// <summary>Bytes that must be read or written once: whole 64-byte lines where single elements are touched.</summary>
    public double Bytes { get; init; }

    /// <summary>Bytes that lie between one use of a byte and the next call's use of it, which says from which cache they come.</summary>
    public double Footprint { get; init; }

    /// <summary>Whether the operations are of float64.</summary>
    public bool IsDouble { get; init; }
}
