namespace Subquad.Architecture.Tests;

/// <summary>The pages in Markdown that people read, those of results excepted.</summary>
internal static class Pages
{
    /// <summary>Pages of the root, of docs and of the packages; those of folders in docs have rules of their own.</summary>
    public static IEnumerable<RepositoryFile> Own => Linking.Where(page => !IsInFolderOfDocs(page.Path));

    /// <summary>The same, and those of folders in docs.</summary>
    public static IEnumerable<RepositoryFile> Linking => Repository.Files.Where(
        file => file.Extension == ".md" && (!file.Path.Contains('/') || IsBelow(file, "docs/") || IsBelow(file, "src/")));

    /// <summary>Pages that README must link to: those of the root and of docs; of a folder in docs its index.</summary>
    public static IEnumerable<RepositoryFile> Listed => Linking.Where(
        page => page.Path != "README.md" && !IsBelow(page, "src/")
            && (!IsInFolderOfDocs(page.Path) || page.Path.EndsWith("/README.md", StringComparison.Ordinal)));

    /// <summary>Pages of results, which perf wrote.</summary>
    public static IEnumerable<RepositoryFile> Results =>
        Repository.Files.Where(file => file.Extension == ".md" && IsBelow(file, "perf/results/"));

    /// <summary>The text of a file by its path from the root; empty for a folder, null where there is nothing.</summary>
    public static string? Find(string path)
    {
        string full = Path.Combine(Repository.Root, path);
        return Directory.Exists(full) ? "" : File.Exists(full) ? File.ReadAllText(full) : null;
    }

    private static bool IsBelow(RepositoryFile file, string folder) => file.Path.StartsWith(folder, StringComparison.Ordinal);

    private static bool IsInFolderOfDocs(string path) =>
        path.StartsWith("docs/", StringComparison.Ordinal) && path.LastIndexOf('/') > "docs".Length;
}
