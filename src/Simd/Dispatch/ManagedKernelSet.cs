using Subquad.Simd.Lanes;

namespace Subquad.Simd.Dispatch;

/// <summary>
/// Closes the generic kernels over one instruction set. Checks views and ranges in Debug; a kernel gets pointers, and the owners are kept
/// alive until it returns.
/// </summary>
internal sealed unsafe partial class ManagedKernelSet<TSimd, TVec, TSimdDouble, TVecDouble> : KernelSet
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
    where TSimdDouble : struct, ISimdDouble<TVecDouble>
    where TVecDouble : struct
{
    public override string Name => TSimd.Name;
    public override int Lanes => TSimd.Count;
    public override bool IsFused => TSimd.IsFused;
}
