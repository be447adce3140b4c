using NUnit.Framework;

namespace Subquad.Simd.Tests.Verbs;

/// <summary>A set of verbs holds what it was given, also beyond the bits of a word.</summary>
[TestFixture]
public sealed class NativeVerbsTests
{
    private static readonly NativeVerb[] s_some = [0, (NativeVerb)1, (NativeVerb)63, (NativeVerb)64, (NativeVerb)127, (NativeVerb)1000];

    [Test]
    public void A_set_holds_its_members_and_no_other()
    {
        var set = NativeVerbs.Of(s_some);
        for (int verb = 0; verb < 2000; verb++)
            Assert.That(set.Contains((NativeVerb)verb), Is.EqualTo(s_some.Contains((NativeVerb)verb)), $"{verb}");
    }

    [Test]
    public void A_set_of_all_but_some_holds_every_other()
    {
        var set = NativeVerbs.AllBut(s_some);
        for (int verb = 0; verb < 2000; verb++)
            Assert.That(set.Contains((NativeVerb)verb), Is.EqualTo(!s_some.Contains((NativeVerb)verb)), $"{verb}");
    }

    [Test]
    public void A_set_is_empty_when_it_holds_nothing()
    {
        Assert.That(NativeVerbs.None.IsEmpty);
        Assert.That(NativeVerbs.None.Contains(NativeVerb.Gram), Is.False);
        Assert.That(NativeVerbs.Of().IsEmpty);
        Assert.That(NativeVerbs.Of((NativeVerb)100).IsEmpty, Is.False);
        Assert.That(NativeVerbs.AllBut(NativeVerb.Gram).IsEmpty, Is.False);
        Assert.That(NativeVerbs.All.IsEmpty, Is.False);
        Assert.That(NativeVerbs.All.Contains((NativeVerb)1_000_000));
    }
}
