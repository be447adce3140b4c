using NUnit.Framework;

namespace Subquad.Managed.Tests.Formats;

/// <summary>Finds the real data sets, or the repository, or skips the test.</summary>
internal static class RealData
{
    /// <summary>A file or folder below the folder that the environment variable SUBQUAD_DATA names.</summary>
    public static string Find(string relative)
    {
        string? root = Environment.GetEnvironmentVariable("SUBQUAD_DATA");
        if (string.IsNullOrEmpty(root))
            Assert.Ignore($"SUBQUAD_DATA names no folder with {relative}");
        string path = Path.Combine(root!, relative);
        if (!Path.Exists(path))
            Assert.Ignore($"the folder {root} that SUBQUAD_DATA names holds no {relative}");
        return path;
    }

    /// <summary>A file or folder of the repository, looked for above the test's own folder and above the current one.</summary>
    public static string InRepository(string relative)
    {
        foreach (string start in new[] { AppContext.BaseDirectory, Environment.CurrentDirectory })
        {
            for (DirectoryInfo? folder = new(start); folder is not null; folder = folder.Parent)
            {
                if (File.Exists(Path.Combine(folder.FullName, "Subquad.slnx")))
                    return Path.Combine(folder.FullName, relative);
            }
        }
        Assert.Ignore($"no folder above this test is the repository that holds {relative}");
        return "";
    }
}
