using NUnit.Framework;
using NUnit.Framework.Interfaces;
using Subquad.Simd.Memory;

namespace Subquad.Support;

/// <summary>
/// On an assembly: after every test no native byte is live and no block was left to the garbage collector. A test that leaks on purpose
/// says how often with <c>[Property(LeakCheckAttribute.Leaks, 1)]</c>. Tests that run side by side would see each other's memory, so such
/// an assembly runs them one by one.
/// </summary>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class LeakCheckAttribute : TestActionAttribute
{
    /// <summary>The property that names how many blocks a test leaks on purpose.</summary>
    public const string Leaks = nameof(Leaks);

    private long _leakedBefore;

    /// <inheritdoc/>
    public override ActionTargets Targets => ActionTargets.Test;

    /// <inheritdoc/>
    public override void BeforeTest(ITest test) => _leakedBefore = NativeBytes.Leaked;

    /// <inheritdoc/>
    public override void AfterTest(ITest test)
    {
        long expected = test.Properties.Get(Leaks) is int leaks ? leaks : 0;
        Assert.That(NativeBytes.Live, Is.Zero, "native bytes still live after the test");
        Assert.That(NativeBytes.Leaked - _leakedBefore, Is.EqualTo(expected), "native blocks that nobody disposed");
    }
}
