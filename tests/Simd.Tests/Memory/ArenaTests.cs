using NUnit.Framework;
using Subquad.Simd.Memory;

namespace Subquad.Simd.Tests.Memory;

[TestFixture]
public sealed unsafe class ArenaTests
{
    [Test]
    public void Parts_are_aligned_and_do_not_overlap()
    {
        using var arena = new Arena();
        arena.Reserve(10_000);
        Span<float> first = arena.Take<float>(33);
        Span<double> second = arena.Take<double>(5);
        first.Fill(1f);
        second.Fill(2.0);
        Assert.That(first.ContainsAnyExcept(1f), Is.False);
        Assert.That((ulong)arena.TakePointer<byte>(1) % 128, Is.EqualTo(0UL));
        Assert.That(arena.Used, Is.EqualTo(256 + 128 + 128));
    }

    [Test]
    public void More_than_was_reserved_is_refused()
    {
        using var arena = new Arena(1024);
        Assert.That(arena.Take<byte>(1024).Length, Is.EqualTo(1024));
        Assert.That(() => arena.Take<byte>(1).Length, Throws.InvalidOperationException);
        arena.Reset();
        Assert.That(() => arena.Take<float>(-1).Length, Throws.Exception);
        Assert.That(arena.Take<byte>(1).Length, Is.EqualTo(1));
    }

    [Test]
    public void A_warm_arena_takes_no_more_memory()
    {
        using var arena = new Arena();
        arena.Reserve(100_000);
        long live = NativeBytes.Live;
        for (int round = 0; round < 3; round++)
        {
            arena.Reserve(100_000);
            Assert.That(arena.Used, Is.Zero);
            Assert.That(arena.Take<byte>(100_000).Length, Is.EqualTo(100_000));
        }
        Assert.That(NativeBytes.Live, Is.EqualTo(live));
    }

    [Test]
    public void Use_after_dispose_throws_and_dispose_may_be_repeated()
    {
        var arena = new Arena();
        arena.Dispose();
        arena.Dispose();
        Assert.That(() => arena.Take<byte>(1).Length, Throws.TypeOf<ObjectDisposedException>());
    }
}
