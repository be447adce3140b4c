using NUnit.Framework;
using Subquad.Simd.Dispatch;
using Subquad.Simd.Lanes;
using Subquad.Simd.Tests.Guarded;
using Subquad.Simd.Tests.Lanes;

namespace Subquad.Simd.Tests.Kernels;

/// <summary>
/// The managed kernels on operands of exactly the promised size between inaccessible pages: the same results as on buffers, and no access
/// outside.
/// </summary>
[TestFixtureSource(typeof(LaneSource), nameof(LaneSource.SingleAndDouble))]
internal sealed class GuardedKernelTests<TSimd, TVec, TSimdDouble, TVecDouble>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
    where TSimdDouble : struct, ISimdDouble<TVecDouble>
    where TVecDouble : struct
{
    private static IEnumerable<GuardedCase> Cases => GuardedCases<TSimd, TVec, TSimdDouble, TVecDouble>.All;

    [TestCaseSource(nameof(Cases))]
    public void A_kernel_stays_inside(GuardedCase verb) => verb.RunManaged(KernelSets.ByName(TSimd.Name));
}
