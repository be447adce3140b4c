using Subquad.Perf.Reports.Turns;
using Subquad.Simd;

namespace Subquad.Perf.Kernels.Cases;

/// <summary>
/// One verb at one size on one thread, ready to run on any set, and the least work that it can be: what the roofline is asked about.
/// </summary>
/// <param name="Name">The verb, as the table of served verbs names it.</param>
/// <param name="Shape">Its size, for people.</param>
/// <param name="Work">Calls it once; calling it again does the same work.</param>
sealed record VerbCase(string Name, string Shape, Action<KernelSet> Work)
{
    /// <summary>Name and size; no other case of a family has both.</summary>
    public string Title => $"{Name}, {Shape}";

    /// <summary>Floating-point operations; a multiply-add is two, a comparison none.</summary>
    public double Flops { get; init; }

    /// <summary>Bytes that must be read or written once: whole 64-byte lines where single elements are touched.</summary>
    public double Bytes { get; init; }

    /// <summary>Bytes that lie between one use of a byte and the next call's use of it, which says from which cache they come.</summary>
    public double Footprint { get; init; }

    /// <summary>Whether the operations are of float64.</summary>
    public bool IsDouble { get; init; }

    /// <summary>The case on one kernel set, as it is timed.</summary>
    /// <param name="family">The family that holds the operands.</param>
    /// <param name="set">The kernel set.</param>
    public ServedRow On(string family, KernelSet set) => new(family, $"{Title}, {set.Name}", () => Work(set));
}
