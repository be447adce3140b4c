using System.Runtime.CompilerServices;
using NUnit.Framework;
using Subquad.Simd.Memory;
using Subquad.Support;

namespace Subquad.Simd.Tests.Memory;

[TestFixture]
public sealed unsafe class NativeBufferTests
{
    [Test]
    public void A_buffer_is_zeroed_aligned_and_counted([Values(0, 1, 31, 4096, 300_000, 1_000_000)] long length)
    {
        using var buffer = new NativeBuffer<float>(length);
        Assert.That(buffer.Length, Is.EqualTo(length));
        Assert.That(buffer.Span.ContainsAnyExcept(0f), Is.False);
        Assert.That((ulong)buffer.Pointer % 128, Is.EqualTo(0UL));
        Assert.That(NativeBytes.Live, Is.GreaterThanOrEqualTo(length * sizeof(float)));
    }

    [Test]
    public void Memory_that_was_used_before_is_zeroed_again()
    {
        for (int round = 0; round < 10; round++)
        {
            using var buffer = new NativeBuffer<int>(1000);
            Assert.That(buffer.Span.ContainsAnyExcept(0), Is.False);
            buffer.Span.Fill(-1);
        }
    }

    [Test]
    public void More_than_two_to_the_31_elements_work()
    {
        Assume.That(OperatingSystem.IsLinux() || OperatingSystem.IsWindows(), "elsewhere every page would be touched");
        const long Length = 2_200_000_000;
        using var buffer = new NativeBuffer<byte>(Length);
        buffer[0] = 1;
        buffer[Length - 1] = 2;
        Assert.That(buffer.Slice(Length - 2, 2).ToArray(), Is.EqualTo(new byte[] { 0, 2 }));
        Assert.That(NativeBytes.Live, Is.GreaterThan(int.MaxValue));
        Assert.That(() => buffer.Span.Length, Throws.TypeOf<OverflowException>());
        Assert.That(() => buffer[Length], Throws.TypeOf<IndexOutOfRangeException>());
    }

    [Test]
    public void More_than_the_system_has_is_refused_with_the_number_of_bytes() =>
        Assert.That(() => new NativeBuffer<byte>(1L << 60),
            Throws.TypeOf<OutOfMemoryException>().With.Message.Contains((1L << 60).ToString()[..6]));

    [Test]
    public void A_negative_length_is_refused() =>
        Assert.That(() => new NativeBuffer<byte>(-1), Throws.TypeOf<ArgumentOutOfRangeException>());

    [Test]
    public void Use_after_dispose_throws_and_dispose_may_be_repeated([Values(10, 1_000_000)] long length)
    {
        var buffer = new NativeBuffer<double>(length);
        using var other = new NativeBuffer<double>(length);
        buffer.Dispose();
        buffer.Dispose();
        Assert.That(() => buffer[0], Throws.TypeOf<ObjectDisposedException>());
        Assert.That(() => buffer.Span.Length, Throws.TypeOf<ObjectDisposedException>());
        Assert.That(() => buffer.Slice(0, 1).Length, Throws.TypeOf<ObjectDisposedException>());
        Assert.That(buffer.Clear, Throws.TypeOf<ObjectDisposedException>());
        Assert.That(() => other.CopyFrom(buffer), Throws.TypeOf<ObjectDisposedException>());
        Assert.That(() => (nint)buffer.Pointer, Throws.TypeOf<ObjectDisposedException>());
    }

    [Test]
    public void Indices_and_parts_outside_are_refused()
    {
        using var buffer = new NativeBuffer<short>(10);
        Assert.That(() => buffer[10], Throws.TypeOf<IndexOutOfRangeException>());
        Assert.That(() => buffer[-1], Throws.TypeOf<IndexOutOfRangeException>());
        Assert.That(() => buffer.Slice(5, 6).Length, Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => buffer.Slice(-1, 1).Length, Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => buffer.Slice(0, -1).Length, Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => buffer.Clear(11), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => buffer.Clear(-1), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(buffer.Slice(10, 0).IsEmpty);
    }

    [Test]
    public void Copy_and_clear_do_what_they_say()
    {
        using var source = new NativeBuffer<int>(5);
        using var copy = new NativeBuffer<int>(5);
        using var shorter = new NativeBuffer<int>(4);
        source.Span.Fill(7);
        copy.CopyFrom(source);
        copy.Clear(2);
        Assert.That(copy.Span.ToArray(), Is.EqualTo(new[] { 0, 0, 7, 7, 7 }));
        copy.Clear();
        Assert.That(copy.Span.ContainsAnyExcept(0), Is.False);
        Assert.That(() => shorter.CopyFrom(source), Throws.ArgumentException);
    }

    [Test, Property(LeakCheckAttribute.Leaks, 1)]
    public void A_forgotten_buffer_is_freed_and_counted_as_a_leak()
    {
        long leaked = NativeBytes.Leaked;
        Forget();
        for (int round = 0; round < 10 && NativeBytes.Leaked == leaked; round++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        Assert.That(NativeBytes.Leaked, Is.EqualTo(leaked + 1));
        Assert.That(NativeBytes.Live, Is.Zero);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static void Forget() => new NativeBuffer<byte>(100)[0] = 1;
    }

    [Test]
    public void Available_memory_is_a_sensible_number() => Assert.That(NativeBytes.Available, Is.GreaterThan(0));
}
