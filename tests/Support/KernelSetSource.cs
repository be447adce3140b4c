using Subquad.Simd;
using Subquad.Simd.Dispatch;

namespace Subquad.Support;

/// <summary>For TestFixtureSource and TestCaseSource: every kernel set this process can run.</summary>
public static class KernelSetSource
{
    public static IEnumerable<KernelSet> All => KernelSets.Available;
}
