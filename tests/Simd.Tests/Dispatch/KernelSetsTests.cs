using NUnit.Framework;
using Subquad.Simd.Dispatch;

namespace Subquad.Simd.Tests.Dispatch;

[TestFixture]
public sealed class KernelSetsTests
{
    [Test]
    public void The_widest_set_comes_first_and_the_scalar_set_is_always_there()
    {
        KernelSet[] managed = [.. KernelSets.Available.Where(set => !set.Name.StartsWith("native", StringComparison.Ordinal))];
        Assert.That(KernelSets.Available.Take(managed.Length), Is.EqualTo(managed));
        Assert.That(managed.Select(set => set.Lanes), Is.Ordered.Descending);
        Assert.That(managed[^1].Name, Is.EqualTo("scalar"));
        Assert.That(KernelSets.Available.Select(set => set.Name), Is.Unique);
    }

    [Test]
    public void A_set_is_found_by_its_name_in_any_case()
    {
        foreach (KernelSet set in KernelSets.Available)
        {
            Assert.That(KernelSets.ByName(set.Name), Is.SameAs(set));
            Assert.That(KernelSets.ByName(set.Name.ToUpperInvariant()), Is.SameAs(set));
            Assert.That(set.ToString(), Is.EqualTo(set.Name));
        }
    }

    [Test]
    public void An_unknown_name_is_refused_with_the_names_that_exist()
    {
        ArgumentException? refusal = Assert.Throws<ArgumentException>(() => KernelSets.ByName("simd1024"));
        Assert.That(refusal?.Message, Does.Contain("simd1024"));
        foreach (KernelSet set in KernelSets.Available)
            Assert.That(refusal?.Message, Does.Contain(set.Name));
    }

    [Test]
    public void No_name_chooses_the_first_set()
    {
        Assert.That(KernelSets.Choose(null), Is.SameAs(KernelSets.Available[0]));
        Assert.That(KernelSets.Choose(""), Is.SameAs(KernelSets.Available[0]));
    }

    [Test]
    public void The_environment_forces_a_set()
    {
        string? before = Environment.GetEnvironmentVariable(KernelSets.Variable);
        try
        {
            Environment.SetEnvironmentVariable(KernelSets.Variable, "scalar");
            Assert.That(KernelSets.Best.Name, Is.EqualTo("scalar"));
            Environment.SetEnvironmentVariable(KernelSets.Variable, "abacus");
            Assert.That(() => KernelSets.Best, Throws.ArgumentException.With.Message.Contains("scalar"));
        }
        finally
        {
            Environment.SetEnvironmentVariable(KernelSets.Variable, before);
        }
    }
}
