using System.Globalization;
using NUnit.Framework;
using Subquad.Support;

namespace Subquad.Simd.Tests;

/// <summary>The harness itself: a guard that guards nothing would make every test below it pass.</summary>
[TestFixture]
public sealed unsafe class HarnessTests
{
    [Test]
    public void Guarded_memory_lies_between_inaccessible_pages()
    {
        Assume.That(OperatingSystem.IsLinux(), "only Linux lists its mappings in a file");
        using var memory = new GuardedMemory<float>(100);
        fixed (float* first = memory.All)
        {
            Assert.That(AccessOf((ulong)first - 1), Is.EqualTo("---p"));
            Assert.That(AccessOf((ulong)first), Is.EqualTo("rw-p"));
            Assert.That(AccessOf((ulong)memory.LastPointer(1)), Is.EqualTo("rw-p"));
            Assert.That(AccessOf((ulong)memory.LastPointer(0)), Is.EqualTo("---p"));
        }
    }

    [Test]
    public void A_partition_covers_its_range_once([Values(1, 2, 3)] int threads, [Values(0, 1, 16, 33, 100)] int count)
    {
        var visits = new int[count + 5];
        Partition.Run(5, count + 5, 16, threads, (from, to) =>
        {
            for (int i = from; i < to; i++)
                Interlocked.Increment(ref visits[i]);
        });
        Assert.That(visits.Skip(5), Is.All.EqualTo(1));
    }

    [Test]
    public void The_reference_generator_gives_the_published_words()
    {
        const uint Ones = uint.MaxValue;
        Assert.That(Philox.Words([0, 0, 0, 0], [0, 0]), Is.EqualTo(new[] { 0x6627E8D5u, 0xE169C58Du, 0xBC57AC4Cu, 0x9B00DBD8u }));
        Assert.That(
            Philox.Words([Ones, Ones, Ones, Ones], [Ones, Ones]), Is.EqualTo(new[] { 0x408F276Du, 0x41C83B0Eu, 0xA20BC7C6u, 0x6D5451FDu }));
    }

    private static string AccessOf(ulong address)
    {
        foreach (string line in File.ReadLines("/proc/self/maps"))
        {
            string[] range = line[..line.IndexOf(' ')].Split('-');
            if (Hex(range[0]) <= address && address < Hex(range[1]))
                return line.Split(' ')[1];
        }
        return "unmapped";
    }

    private static ulong Hex(string text) => ulong.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
