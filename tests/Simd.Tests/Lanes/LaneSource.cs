using System.Runtime.Intrinsics;
using NUnit.Framework;
using Subquad.Simd.Lanes;

namespace Subquad.Simd.Tests.Lanes;

/// <summary>For generic fixtures: the lanes that this process can run.</summary>
internal static class LaneSource
{
    /// <summary>(ISimd, its vector).</summary>
    public static IEnumerable<TestFixtureData> Single => Supported().Select(types => new TestFixtureData(types[0], types[1]));

    /// <summary>(ISimd, its vector, ISimdDouble, its vector).</summary>
    public static IEnumerable<TestFixtureData> SingleAndDouble => Supported().Select(types => new TestFixtureData([.. types]));

    private static IEnumerable<Type[]> Supported()
    {
        yield return [typeof(SimdScalar), typeof(float), typeof(SimdScalarDouble), typeof(double)];
        if (Simd128.IsSupported)
            yield return [typeof(Simd128), typeof(Vector128<float>), typeof(Simd128Double), typeof(Vector128<double>)];
        if (Simd256.IsSupported)
            yield return [typeof(Simd256), typeof(Vector256<float>), typeof(Simd256Double), typeof(Vector256<double>)];
        if (Simd512.IsSupported)
            yield return [typeof(Simd512), typeof(Vector512<float>), typeof(Simd512Double), typeof(Vector512<double>)];
    }
}
