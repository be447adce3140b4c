namespace Subquad.Simd.Interop;

/// <summary>The kernel sets of the C core.</summary>
internal static unsafe class NativeKernelSets
{
    /// <summary>Names the best of them.</summary>
    public const string Best = "native";

    /// <summary>Begins the name of each.</summary>
    public const string Prefix = Best + "-";

    /// <summary>A set for every instruction set that the core found, the best first; none where there is no core.</summary>
    /// <param name="managed">The managed sets of this machine, the widest first, a scalar one among them. Each native set takes the verbs
    /// that it lacks from the widest that is fused, as it is itself, and not wider: where .NET sees what the C core sees, the one of its
    /// own width.</param>
    public static IEnumerable<KernelSet> Of(IReadOnlyList<KernelSet> managed)
    {
        var sets = new List<KernelSet>();
        foreach (CoreApi* api in CoreLibrary.Probe.Apis)
        {
            string isa = CoreProbe.NameOf(api);
            sets.Add(
                new NativeKernelSet(Prefix + isa, api, ServedVerbs.Of(isa), managed.First(set => set.IsFused && set.Lanes <= api->Lanes)));
        }
        return sets;
    }

    /// <summary>
    /// The managed set with those verbs of the C core in which it was measured to be faster on this family of processors; null where that
    /// is none. It gives the bits of the managed set, which fuses as the core does and sums in the same lanes.
    /// </summary>
    /// <param name="managed">A managed set.</param>
    /// <param name="processor">The processor's maker and family.</param>
    public static KernelSet? Beside(KernelSet managed, string processor)
    {
        foreach (CoreApi* api in CoreLibrary.Probe.Apis)
        {
            string isa = CoreProbe.NameOf(api);
            if (api->Lanes == managed.Lanes && managed.IsFused && ServedVerbs.Faster(processor, isa) is { IsEmpty: false } faster)
                return new NativeKernelSet($"{managed.Name}+{Prefix}{isa}", api, faster, managed);
        }
        return null;
    }
}
