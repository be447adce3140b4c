using Subquad.Simd;
using Subquad.Simd.Dispatch;
using Subquad.Simd.Interop;

namespace Subquad.Architecture.Tests;

public unsafe class NativeCoreTests
{
    [Test]
    public void The_core_is_present_if_it_was_built_and_says_so()
    {
        bool built = Directory.EnumerateFiles(AppContext.BaseDirectory, "*subquad_core.*").Any();
        Assert.That(NativeCore.IsPresent, Is.EqualTo(built));
        Assert.That(NativeCore.Describe(), Does.StartWith(built ? "C core: present" : "C core: absent"));
    }

    [Test]
    public void Its_kernels_agree_with_the_managed_ones_at_every_length()
    {
        if (!NativeCore.IsPresent)
            Assert.Ignore("the C core was not built: it needs cmake and a C compiler");
        for (int length = 0; length <= 256; length++)
            AssertAgrees(CoreLibrary.Api, KernelSets.ByName("scalar"), length);
    }

    [Test]
    public void A_missing_or_broken_library_is_absent()
    {
        foreach (Exception failure in new Exception[] { new DllNotFoundException(), new EntryPointNotFoundException(), new BadImageFormatException() })
            AssertIgnored(_ => throw failure, CoreStatus.Absent);
    }

    [Test]
    public void A_library_of_another_version_is_ignored()
    {
        AssertIgnored(_ => null, CoreStatus.WrongVersion);
        AssertIgnored(version => Answer(version + 1, (uint)sizeof(CoreApi)), CoreStatus.WrongVersion);
        AssertIgnored(version => Answer(version, (uint)sizeof(CoreApi) - 1), CoreStatus.WrongVersion);
    }

    private static void AssertAgrees(CoreApi* api, KernelSet managed, int length)
    {
        var random = new Random(length);
        float[] x = [.. Enumerable.Range(0, length).Select(_ => random.NextSingle() - 0.5f)];
        float[] y = [.. Enumerable.Range(0, length).Select(_ => random.NextSingle() - 0.5f)];
        float[] updated = [.. y], expected = [.. y];
        managed.Axpy(0.75f, x, expected);
        float dot;
        double norm;
        fixed (float* a = x, b = y, c = updated)
        {
            dot = api->Dot(a, b, (nuint)length);
            norm = api->SquaredNorm(a, (nuint)length);
            api->Axpy(0.75f, a, c, (nuint)length);
        }

        double size = x.Zip(y, (p, q) => Math.Abs((double)p * q)).Sum(), squares = x.Sum(p => (double)p * p);
        Assert.That(dot, Is.EqualTo(managed.Dot(x, y)).Within(2 * length * Math.Pow(2, -24) * size), $"dot of {length}");
        Assert.That(norm, Is.EqualTo(squares).Within(1e-13 * squares), $"norm of {length}");
        Assert.That(updated, Is.EqualTo(expected), $"axpy of {length}: both round a multiply-add once");
    }

    private static CoreApi s_answer;

    private static CoreApi* Answer(uint version, uint size)
    {
        s_answer = new CoreApi { AbiVersion = version, Size = size };
        // A static of unmanaged type that holds no reference does not move.
        fixed (CoreApi* answer = &s_answer)
            return answer;
    }

    private static void AssertIgnored(CoreProbe.GetApi library, CoreStatus expected)
    {
        var probe = CoreProbe.Run(library);
        Assert.That(probe.Status, Is.EqualTo(expected));
        Assert.That(probe.Api == null);
        Assert.That(probe.Describe(), Does.StartWith("C core: ").And.Contain("managed kernels run"));
    }
}
