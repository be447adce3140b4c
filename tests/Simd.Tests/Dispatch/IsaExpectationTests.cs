using NUnit.Framework;
using Subquad.Simd.Dispatch;
using Subquad.Support;

namespace Subquad.Simd.Tests.Dispatch;

[TestFixture]
public sealed class IsaExpectationTests
{
    [Test]
    public void The_best_set_has_the_width_this_run_expects()
    {
        if (IsaExpectation.Lanes is not int lanes)
        {
            Assert.Ignore($"instructions are switched off, or the processor cannot be asked, and {IsaExpectation.Variable} does not say what to expect");
            return;
        }
        Assert.That(KernelSets.Available[0].Lanes, Is.EqualTo(lanes), "a switch no longer works, or a set does not see its instructions");
    }
}
