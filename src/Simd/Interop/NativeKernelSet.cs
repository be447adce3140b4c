using Subquad.Simd.Memory;

namespace Subquad.Simd.Interop;

/// <summary>
/// One instruction set of the C core beside a managed set, which computes the verbs that the core does not serve. Checks views and ranges
/// in Debug; the core gets pointers, and the owners are kept alive until it returns.
/// </summary>
/// <param name="name">The set's name.</param>
/// <param name="core">The core's table.</param>
/// <param name="served">The verbs that the core serves (<see cref="ServedVerbs"/>).</param>
/// <param name="managed">Computes the others.</param>
internal sealed unsafe partial class NativeKernelSet(string name, CoreApi* core, NativeVerbs served, KernelSet managed)
    : KernelSet(served, managed)
{
    // SUBQUAD_CORE_ROUNDS_INPUTS.
    private const uint RoundsInputsBit = 4;

    private readonly CoreApi* _core = core;

    public override string Name { get; } = name;
    public override int Lanes => (int)_core->Lanes;
    public override bool IsFused { get; } = managed.IsFused;

    /// <inheritdoc/>
    /// <remarks>No managed set rounds inputs.</remarks>
    public override bool RoundsInputs =>
        Serving(NativeVerb.AccumulateBFloat16) == this && (_core->Capabilities & RoundsInputsBit) != 0;

    private static T* Take<T>(Arena scratch, long count) where T : unmanaged
    {
        scratch.Reserve(count * sizeof(T) + NativeBuffer<byte>.Alignment);
        return scratch.TakePointer<T>(count);
    }
}
