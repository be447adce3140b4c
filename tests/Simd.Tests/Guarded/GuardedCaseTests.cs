using NUnit.Framework;
using NUnit.Framework.Constraints;
using Subquad.Simd.Dispatch;

namespace Subquad.Simd.Tests.Guarded;

/// <summary>The comparison of a row: one that found nothing would make every row pass.</summary>
[TestFixture]
internal sealed unsafe class GuardedCaseTests
{
    [Test]
    public void A_verb_that_does_what_is_wanted_passes() =>
        Assert.That(() => Run((k, g, o) => k.Axpy(0.75f, g.Span(o.X), g.Span(o.Y))), Throws.Nothing);

    [Test]
    public void A_result_that_was_not_written_is_found() => Assert.That(() => Run((_, g, o) => g.Span(o.Y)), Fails("element 0"));

    [Test]
    public void An_operand_that_was_changed_is_found() => Assert.That(
        () => Run((k, g, o) =>
        {
            k.Axpy(0.75f, g.Span(o.X), g.Span(o.Y));
            g.Span(o.X)[16] += 1f;
        }),
        Fails("element 16"));

    [Test]
    public void A_number_that_is_not_wanted_is_found() => Assert.That(
        () => Run((k, g, o) =>
        {
            k.Axpy(0.75f, g.Span(o.X), g.Span(o.Y));
            o.Found.Add(1);
        }),
        Fails("numbers returned"));

    private static Constraint Fails(string message) =>
        Throws.InstanceOf<AssertionException>().With.Message.Contains("Axpy, length 17").And.Message.Contains(message);

    private static void Run(ManagedCall<VectorOperands> call)
    {
        var row = new GuardedCase<VectorOperands>(
            "Axpy", VectorOperands.EveryLength.Skip(17).Take(1), (k, o) => k.Axpy(0.75f, o.X.Span, o.Y.Span), call, (_, _, _) => { });
        row.RunManaged(KernelSets.ByName("scalar"));
    }
}
