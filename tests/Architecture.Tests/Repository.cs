namespace Subquad.Architecture.Tests;

/// <summary>A file of the repository: its path from the root, with forward slashes, and its text.</summary>
internal sealed record RepositoryFile(string Path, string Text)
{
    private string? _code;

    /// <summary>C# without comments and literals.</summary>
    public string Code => _code ??= CSharpText.WithoutCommentsAndLiterals(Text);

    public string Extension => System.IO.Path.GetExtension(Path);

    /// <summary>A violation as the tests print it.</summary>
    public string Says(string what) => $"{Path}: {what}";
}

/// <summary>The checkout these tests were built from.</summary>
internal static class Repository
{
    private static readonly string[] s_generated =
        [".git", "artifacts", "bin", "obj", "build", "TestResults", "BenchmarkDotNet.Artifacts", ".vs", ".idea", ".vscode"];

    public static string Root { get; } = FindRoot(AppContext.BaseDirectory);

    private static readonly Lazy<RepositoryFile[]> s_files = new(() => [.. Walk(Root).Select(Read).OfType<RepositoryFile>()]);

    /// <summary>Every text file, generated folders excepted.</summary>
    public static IReadOnlyList<RepositoryFile> Files => s_files.Value;

    /// <summary>The C# files below a folder (src/Simd/).</summary>
    public static IEnumerable<RepositoryFile> CSharpBelow(string folder) =>
        Files.Where(file => file.Extension == ".cs" && file.Path.StartsWith(folder, StringComparison.Ordinal));

    /// <summary>One file, which must exist.</summary>
    public static string Text(string path)
    {
        string full = Path.Combine(Root, path);
        Assert.That(File.Exists(full), $"the repository needs {path}");
        return File.ReadAllText(full);
    }

    private static string FindRoot(string from)
    {
        for (DirectoryInfo? folder = new(from); folder != null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Subquad.slnx")))
                return folder.FullName;
        throw new InvalidOperationException($"no Subquad.slnx above {from}");
    }

    private static IEnumerable<string> Walk(string folder)
    {
        // In a linked worktree .git is a file.
        foreach (string file in Directory.EnumerateFiles(folder))
            if (!s_generated.Contains(Path.GetFileName(file)))
                yield return file;
        foreach (string child in Directory.EnumerateDirectories(folder))
            if (!s_generated.Contains(Path.GetFileName(child)))
                foreach (string file in Walk(child))
                    yield return file;
    }

    /// <summary>Null for data: a file with a zero byte near its beginning, or one that another program just took away.</summary>
    private static RepositoryFile? Read(string path)
    {
        try
        {
            byte[] bytes = File.ReadAllBytes(path);
            return bytes.AsSpan(0, Math.Min(bytes.Length, 8192)).Contains((byte)0)
                ? null
                : new(Path.GetRelativePath(Root, path).Replace('\\', '/'), System.Text.Encoding.UTF8.GetString(bytes));
        }
        catch (IOException)
        {
            return null;
        }
    }
}
