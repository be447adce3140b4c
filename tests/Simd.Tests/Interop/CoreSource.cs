using NUnit.Framework;
using Subquad.Simd.Interop;

namespace Subquad.Simd.Tests.Interop;

/// <summary>For fixtures: the places of the core's tables. None where there is no core.</summary>
internal static unsafe class CoreSource
{
    public static IEnumerable<TestFixtureData> All
    {
        get
        {
            for (int index = 0; index < Count; index++)
                yield return new TestFixtureData(index).SetArgDisplayNames(NameOf(index));
        }
    }

    private static int Count => CoreLibrary.Probe.Apis.Length;

    private static string NameOf(int index) => CoreProbe.NameOf(CoreLibrary.Probe.Apis[index]);
}
