using System.Runtime.Intrinsics;
using Subquad.Simd.Interop;
using Subquad.Simd.Lanes;

namespace Subquad.Simd.Dispatch;

/// <summary>
/// Every kernel set that this process can run. All of them live side by side; the first of <see cref="Available"/> is used unless a name
/// forces another.
/// </summary>
public static class KernelSets
{
    /// <summary>The environment variable that forces a set by name.</summary>
    public const string Variable = "SUBQUAD_KERNELS";

    private static readonly KernelSet[] s_managed = [.. CollectManaged()], s_native = [.. NativeKernelSets.Of(s_managed)],
        s_available = Collect();

    /// <summary>
    /// The sets of this machine: the best of both kinds together where it was measured, then the managed ones, the best first, then those
    /// of the C core, the best first.
    /// </summary>
    public static IReadOnlyList<KernelSet> Available => s_available;

    /// <summary>The set that <see cref="Variable"/> names, or the best one.</summary>
    /// <exception cref="ArgumentException">The variable names no set of this machine; the message lists those that exist.</exception>
    public static KernelSet Best => Choose(Environment.GetEnvironmentVariable(Variable));

    /// <summary>A set by its name.</summary>
    /// <param name="name">simd512, simd256, simd128, scalar, native-avx512bf16, native-avx512, native-avx2, native-neon or native-scalar;
    /// native is the best of the C core's; and what is listed as their mixture, such as simd512+native-avx512.</param>
    /// <exception cref="ArgumentNullException">There is no name.</exception>
    /// <exception cref="ArgumentException">There is no such set, or this machine cannot run it; the message lists those that exist, and
    /// says of a native set and of a mixture what became of the C core.</exception>
    public static KernelSet ByName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        bool anyNative = string.Equals(name, NativeKernelSets.Best, StringComparison.OrdinalIgnoreCase);
        foreach (KernelSet set in s_available)
            if (anyNative ? set.Name.StartsWith(NativeKernelSets.Prefix, StringComparison.Ordinal)
                : string.Equals(set.Name, name, StringComparison.OrdinalIgnoreCase))
                return set;
        string core = name.Contains(NativeKernelSets.Best, StringComparison.OrdinalIgnoreCase) ? NativeCore.Describe() : "";
        string reason = core.Length == 0 ? "" : name.Contains('+')
            ? $" ({core}; a mixture is there only on processors on which it was measured)" : $" ({core})";
        throw new ArgumentException(
            $"there is no kernel set '{name}' on this machine; it has {string.Join(", ", s_available.Select(set => set.Name))}{reason}");
    }

    /// <summary>The set of that name; the best one when the name is null or empty.</summary>
    public static KernelSet Choose(string? name) => string.IsNullOrEmpty(name) ? s_available[0] : ByName(name);

    /// <summary>The sets that are managed code alone, the widest first.</summary>
    internal static IReadOnlyList<KernelSet> Managed => s_managed;

    /// <summary>The sets of the C core that a name forces, the best first.</summary>
    internal static IReadOnlyList<KernelSet> Native => s_native;

    private static KernelSet[] Collect()
    {
        // The best one takes from the C core what was measured to be faster there; the C core's own sets run when a name forces them.
        KernelSet? mixed = NativeKernelSets.Beside(s_managed[0], Processor.Family);
        IEnumerable<KernelSet> best = mixed is null ? [] : [mixed];
        return [.. best, .. s_managed, .. s_native];
    }

    private static List<KernelSet> CollectManaged()
    {
        // Widest first: on Zen 4 the 512-bit forward is 1.3 to 1.6 times the 256-bit one at 1 to 5 % density (perf/results, kernels).
        var sets = new List<KernelSet>();
        if (Simd512.IsSupported)
            sets.Add(new ManagedKernelSet<Simd512, Vector512<float>, Simd512Double, Vector512<double>>());
        if (Simd256.IsSupported)
            sets.Add(new ManagedKernelSet<Simd256, Vector256<float>, Simd256Double, Vector256<double>>());
        if (Simd128.IsSupported)
            sets.Add(new ManagedKernelSet<Simd128, Vector128<float>, Simd128Double, Vector128<double>>());
        sets.Add(new ManagedKernelSet<SimdScalar, float, SimdScalarDouble, double>());
        return sets;
    }
}
