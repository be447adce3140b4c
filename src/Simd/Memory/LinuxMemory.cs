using System.Globalization;

namespace Subquad.Simd.Memory;

/// <summary>
/// Memory that Linux would still give this process, from the files in which it says so. A file that is missing sets no limit.
/// </summary>
internal static class LinuxMemory
{
    /// <summary>
    /// The least of what the machine has, what every control group around the process has below its limit, and what is left of the address
    /// space.
    /// </summary>
    /// <param name="root">Where <c>proc</c> and <c>sys</c> are: <c>/</c>.</param>
    public static long Available(string root) =>
        Math.Min(OfMachine(root), Math.Min(OfControlGroups(root), OfAddressSpace(root)));

    private static long OfMachine(string root) => Field(Path.Combine(root, "proc/meminfo"), "MemAvailable:") * 1024 ?? long.MaxValue;

    /// <summary>
    /// The soft limit of the address space less what is mapped. Reserved memory counts although nothing lies in it, as it does for the
    /// system.
    /// </summary>
    private static long OfAddressSpace(string root)
    {
        long? limit = Field(Path.Combine(root, "proc/self/limits"), "Max address space"),
            mapped = Field(Path.Combine(root, "proc/self/status"), "VmSize:") * 1024;
        return limit - mapped ?? long.MaxValue;
    }

    private static long OfControlGroups(string root)
    {
        string groups = Path.Combine(root, "sys/fs/cgroup");
        long least = long.MaxValue;
        foreach (string line in Lines(Path.Combine(root, "proc/self/cgroup")))
        {
            // Version 2 has one hierarchy without a name, version 1 one for memory.
            string[] parts = line.Split(':', 3);
            if (parts is not [_, "" or "memory", _])
                continue;
            (string top, string most, string used, string cache) = parts[1] == ""
                ? (groups, "memory.max", "memory.current", "inactive_file ")
                : (Path.Combine(groups, "memory"), "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file ");
            // A container may see only the part of the tree below its own group, which is then the top.
            for (string? path = parts[2].Trim('/'); path is not null; path = path == "" ? null : Path.GetDirectoryName(path) ?? "")
            {
                string folder = Path.Combine(top, path);
                if (Field(Path.Combine(folder, most), "") is { } limit && Field(Path.Combine(folder, used), "") is { } current)
                    // Pages of files that nobody used lately are given up before the limit is enforced.
                    least = Math.Min(least, limit - current + (Field(Path.Combine(folder, "memory.stat"), cache) ?? 0));
            }
        }
        return least;
    }

    /// <summary>The number behind a name at the start of a line; null without such a file, line or number.</summary>
    private static long? Field(string path, string name)
    {
        foreach (string line in Lines(path))
        {
            if (!line.StartsWith(name, StringComparison.Ordinal))
                continue;
            string number = line[name.Length..].TrimStart().Split(' ')[0];
            return long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? value : null;
        }
        return null;
    }

    private static string[] Lines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
