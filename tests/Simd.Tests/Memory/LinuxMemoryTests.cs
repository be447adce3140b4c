using NUnit.Framework;
using Subquad.Simd.Memory;

namespace Subquad.Simd.Tests.Memory;

/// <summary>Limits are read from a copy of the files in which Linux says them.</summary>
[TestFixture]
internal sealed class LinuxMemoryTests
{
    private const long Gigabyte = 1L << 30;

    private string _root = "";

    [SetUp]
    public void MakeRoot()
    {
        _root = Directory.CreateTempSubdirectory().FullName;
        Write("proc/meminfo", "MemTotal: 16777216 kB\nMemAvailable:    8388608 kB\n");
    }

    [TearDown]
    public void DeleteRoot() => Directory.Delete(_root, recursive: true);

    [Test]
    public void Without_limits_the_machine_decides() => Assert.That(LinuxMemory.Available(_root), Is.EqualTo(8 * Gigabyte));

    [Test]
    public void Without_any_file_there_is_no_limit() =>
        Assert.That(LinuxMemory.Available(Path.Combine(_root, "none")), Is.EqualTo(long.MaxValue));

    [Test]
    public void What_neighbours_in_the_group_use_is_not_available()
    {
        Write("proc/self/cgroup", "0::/a/b\n");
        WriteGroup("sys/fs/cgroup/a/b", "max", Gigabyte, 0);
        WriteGroup("sys/fs/cgroup/a", $"{6 * Gigabyte}", 5 * Gigabyte, Gigabyte / 2);
        Assert.That(LinuxMemory.Available(_root), Is.EqualTo(Gigabyte + Gigabyte / 2), "the group above limits, file pages are given up");
        WriteGroup("sys/fs/cgroup/a/b", $"{2 * Gigabyte}", Gigabyte, 0);
        Assert.That(LinuxMemory.Available(_root), Is.EqualTo(Gigabyte));
    }

    [Test]
    public void A_container_that_sees_its_own_group_as_the_top_is_limited_by_it()
    {
        Write("proc/self/cgroup", "12:memory:/docker/123\n0::/\n");
        Write("sys/fs/cgroup/memory/memory.limit_in_bytes", $"{4 * Gigabyte}\n");
        Write("sys/fs/cgroup/memory/memory.usage_in_bytes", $"{Gigabyte}\n");
        Write("sys/fs/cgroup/memory/memory.stat", "inactive_file 5\ntotal_inactive_file 7\n");
        Assert.That(LinuxMemory.Available(_root), Is.EqualTo(3 * Gigabyte + 7));
    }

    [Test]
    public void The_limit_of_the_address_space_counts_less_what_is_mapped()
    {
        const string Limits = "proc/self/limits";
        Write(Limits, $"Max cpu time   unlimited  unlimited  seconds\nMax address space         {3 * Gigabyte}    unlimited  bytes\n");
        Write("proc/self/status", "Name:\tx\nVmSize:\t  1048576 kB\n");
        Assert.That(LinuxMemory.Available(_root), Is.EqualTo(2 * Gigabyte));
        Write(Limits, "Max address space         unlimited            unlimited            bytes\n");
        Assert.That(LinuxMemory.Available(_root), Is.EqualTo(8 * Gigabyte));
    }

    private void WriteGroup(string folder, string most, long used, long cache)
    {
        Write($"{folder}/memory.max", $"{most}\n");
        Write($"{folder}/memory.current", $"{used}\n");
        Write($"{folder}/memory.stat", $"anon 1\ninactive_file {cache}\n");
    }

    private void Write(string path, string text)
    {
        string full = Path.Combine(_root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }
}
