using NUnit.Framework;
using Subquad.Simd.Dispatch;
using Subquad.Simd.Interop;
using Subquad.Simd.Memory;
using Subquad.Support;

namespace Subquad.Simd.Tests.Interop;

/// <summary>
/// Which sets of the C core there are, and how they are named. What they compute is held against the oracle by every kernel test, which
/// sweeps them like all sets.
/// </summary>
[TestFixture]
public sealed class NativeKernelSetTests
{
    private static KernelSet[] Native => [.. KernelSets.Native];

    [Test]
    public void Native_sets_come_last_the_widest_first_and_the_scalar_one_is_always_there()
    {
        RequireCore();
        Assert.That(KernelSets.Available.TakeLast(Native.Length), Is.EqualTo(Native));
        Assert.That(Native.Select(set => set.Lanes), Is.Ordered.Descending);
        Assert.That(Native[^1].Name, Is.EqualTo("native-scalar"));
        Assert.That(Native.All(set => set.IsFused));
    }

    [Test]
    public void Native_names_the_best_of_them()
    {
        RequireCore();
        Assert.That(KernelSets.ByName("native"), Is.SameAs(Native[0]));
        Assert.That(KernelSets.ByName("Native"), Is.SameAs(Native[0]));
    }

    [Test]
    public void Only_the_set_with_the_instruction_for_it_rounds_inputs()
    {
        foreach (KernelSet set in KernelSets.Available)
            Assert.That(set.RoundsInputs, Is.EqualTo(set.Name == "native-avx512bf16"), set.Name);
    }

    [Test]
    public void A_set_with_verbs_of_the_core_that_is_not_there_is_refused_with_the_state_of_the_core()
    {
        foreach (string name in new[] { "native-abacus", "simd512+native-abacus" })
            Assert.That(
                () => KernelSets.ByName(name),
                Throws.ArgumentException.With.Message.Contains(name).And.Message.Contains("scalar")
                    .And.Message.Contains(NativeCore.Describe()));
        Assert.That(() => KernelSets.ByName("simd512+native-abacus"), Throws.ArgumentException.With.Message.Contains("measured"));
        if (!NativeCore.IsPresent)
            Assert.That(() => KernelSets.ByName("native"), Throws.ArgumentException.With.Message.Contains("C core: absent"));
    }

    [Test]
    public void Sums_in_lanes_have_the_bits_of_the_managed_set_of_the_same_width([Values(16, 17, 700)] int rows)
    {
        RequireCore();
        using var problem = new Problem(new(rows, 150, 9, 0.4));
        using var packed = new PackedBlocks();
        using var scratch = new Arena();
        packed.Plan(problem.Outputs, problem.Inputs);
        foreach (KernelSet native in Native)
        {
            if (KernelSets.Managed.FirstOrDefault(set => set.IsFused && set.Lanes == native.Lanes) is not { } managed)
                continue;
            using NativeBuffer<float> found = new(problem.Inputs.Entries), expected = new(problem.Inputs.Entries);
            foreach ((KernelSet set, NativeBuffer<float> pulled) in new[] { (native, found), (managed, expected) })
            {
                set.Pack(problem.Weights, problem.Outputs, problem.Transposed, packed, 0, problem.Columns, scratch);
                set.PullBackPacked(packed, problem.Outputs.Values, pulled, 0, problem.Data, scratch);
            }
            Numbers.SameBits(found.Span, expected.Span, native.Name);
        }
    }

    [Test]
    public void A_processor_that_was_not_measured_keeps_its_managed_kernels([Values("avx512", "avx2", "neon", "scalar")] string isa) =>
        Assert.That(ServedVerbs.Faster("AbacusCounts 1", isa).IsEmpty);

    [Test]
    public void A_measured_processor_takes_the_verbs_that_are_faster_by_enough()
    {
        Assert.That(ServedVerbs.Faster("AuthenticAMD 26", "avx512").Contains(NativeVerb.Gram));
        Assert.That(ServedVerbs.Faster("AuthenticAMD 26", "avx512").Contains(NativeVerb.Scatter), Is.False);
        Assert.That(ServedVerbs.Faster("AuthenticAMD 26", "avx2").Contains(NativeVerb.Scatter));
        Assert.That(ServedVerbs.Faster("AuthenticAMD 26", "avx512", least: 1e9).IsEmpty);
    }

    [Test]
    public void A_forced_set_serves_all_but_the_loops_of_vectors_and_the_scalar_one_serves_all()
    {
        foreach (NativeVerb verb in Enum.GetValues<NativeVerb>())
        {
            Assert.That(ServedVerbs.Of("scalar").Contains(verb), verb.ToString());
            bool isLoop = verb is NativeVerb.Dot or NativeVerb.Axpy or NativeVerb.SquaredNorm
                or NativeVerb.DotDouble or NativeVerb.AxpyDouble or NativeVerb.AddProduct;
            Assert.That(ServedVerbs.Of("avx512").Contains(verb), Is.EqualTo(!isLoop), verb.ToString());
        }
    }

    private static void RequireCore()
    {
        if (!NativeCore.IsPresent)
            Assert.Ignore(NativeCore.Describe());
    }
}
