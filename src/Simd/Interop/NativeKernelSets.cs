namespace Subquad.Simd.Interop;

/// <summary>The kernel sets of the C core.</summary>
internal static unsafe class NativeKernelSets
{
    /// <summary>Names the best of them.</summary>
    public const string Best = "native";

    /// <summary>Begins the name of each.</summary>
    public const string Prefix = Best + "-";

    /// <summary>A set for every instruction set that the core found, the best first; none where there is no core.</summary>
    /// <param name="managed">The managed sets of this machine, the widest first, a scalar one among them. Each native set takes the verbs that it lacks from the widest that is fused, as it
    /// is itself, and not wider: where .NET sees what the C core sees, the one of its own width.</param>
    public static IEnumerable<KernelSet> Of(IReadOnlyList<KernelSet> managed)
    {
        var sets = new List<KernelSet>();
        foreach (CoreApi* api in CoreLibrary.Probe.Apis)
            sets.Add(new NativeKernelSet(api, managed.First(set => set.IsFused && set.Lanes <= api->Lanes)));
        return sets;
    }
}
