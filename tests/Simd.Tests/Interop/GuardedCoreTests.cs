using System.Reflection;
using NUnit.Framework;
using Subquad.Simd.Interop;
using Subquad.Simd.Lanes;
using Subquad.Simd.Tests.Guarded;

namespace Subquad.Simd.Tests.Interop;

/// <summary>
/// The core's functions on operands of exactly the promised size between inaccessible pages: the bits of a managed set, and no access
/// outside.
/// </summary>
[TestFixtureSource(typeof(CoreSource), nameof(CoreSource.All))]
internal sealed unsafe class GuardedCoreTests(int index)
{
    private static IEnumerable<GuardedCase> Cases => GuardedCases<SimdScalar, float, SimdScalarDouble, double>.All;

    [TestCaseSource(nameof(Cases))]
    public void A_function_stays_inside(GuardedCase verb) => verb.RunCore(CoreLibrary.Probe.Apis[index]);

    [Test]
    public void The_table_calls_every_function_of_the_core()
    {
        FieldInfo[] fields = typeof(CoreApi).GetFields(BindingFlags.Public | BindingFlags.Instance);
        IEnumerable<string> functions = fields.Where(field => field.FieldType.IsFunctionPointer).Select(field => field.Name);
        Assert.That(Cases.SelectMany(row => row.Verbs).Distinct(), Is.EquivalentTo(functions));
    }
}
