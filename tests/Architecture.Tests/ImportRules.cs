using System.Text.RegularExpressions;

namespace Subquad.Architecture.Tests;

/// <summary>
/// Finds names that point up. A name is found where it is written out (a using directive too), by its folder's last part, or bare when it
/// lies in the namespace around the file's own.
/// </summary>
internal sealed class ImportRules(IReadOnlyList<ImportRow> rows, IReadOnlyCollection<RepositoryFile> files)
{
    private readonly Dictionary<string, HashSet<string>> _types = rows.ToDictionary(
        row => row.Folder, row =>
            files.Where(file => FolderOf(file) == row.Folder).SelectMany(file => CSharpText.TopLevelTypes(file.Code)).ToHashSet());

    public IEnumerable<string> Violations() => files.SelectMany(Violations);

    private IEnumerable<string> Violations(RepositoryFile file)
    {
        ImportRow? own = rows.FirstOrDefault(row => row.Folder == FolderOf(file));
        if (own == null)
            return [file.Says("its folder is not in the import table")];
        string? name = CSharpText.Namespace(file.Code);
        // A file of assembly attributes declares nothing.
        if (!file.Code.Contains("namespace ") && !CSharpText.TopLevelTypes(file.Code).Any())
            return [];
        if (name != own.Namespace)
            return [file.Says($"namespace {own.Namespace} expected, {name ?? "none"} found")];

        HashSet<string> reach = ImportTable.Reach(rows, own.Folder);
        return Named(file.Code, own).Where(named => !reach.Contains(named.Folder)).DistinctBy(named => named.Folder)
            .Select(named => file.Says($"may not import {named.Folder} ({named.Name})"));
    }

    private IEnumerable<(string Folder, string Name)> Named(string code, ImportRow own)
    {
        foreach (Match match in Regex.Matches(code, @"(?<![\w.])Subquad(\.\w+)*"))
            if (RowOf(match.Value) is { } row && !IsOwnDeclaration(code, match))
                yield return (row.Folder, match.Value);

        foreach (ImportRow row in rows.Where(row => row != own))
        {
            string last = row.Namespace.Split('.')[^1];
            bool around = (own.Namespace + ".").StartsWith(row.Namespace + ".", StringComparison.Ordinal)
                && own.Folder.Split('/')[0] == row.Folder.Split('/')[0];
            foreach (string type in _types[row.Folder].Except(ImportTable.Assertions))
                if (Regex.IsMatch(code, $@"(?<![\w.]){last}\.{type}\b")
                    || (around && !IsDeclaredElsewhere(type, row) && Regex.IsMatch(code, $@"(?<![\w.]){type}\b")))
                    yield return (row.Folder, type);
        }
    }

    /// <summary>
    /// The row with the longest namespace that begins the name; of several with that namespace, the one that declares the type, or the
    /// house's root.
    /// </summary>
    private ImportRow? RowOf(string name) => rows
        .Where(row => name == row.Namespace || name.StartsWith(row.Namespace + ".", StringComparison.Ordinal))
        .OrderByDescending(row => row.Namespace.Length)
        .ThenByDescending(
            row => name.Length > row.Namespace.Length && _types[row.Folder].Contains(name[(row.Namespace.Length + 1)..].Split('.')[0]))
        .ThenBy(row => row.Folder.Length)
        .FirstOrDefault();

    private static bool IsOwnDeclaration(string code, Match match) => code.AsSpan(0, match.Index).EndsWith("namespace ");

    /// <summary>A bare name that two folders declare means the nearer one, which the compiler knows and we do not.</summary>
    private bool IsDeclaredElsewhere(string type, ImportRow row) =>
        _types.Any(entry => entry.Key != row.Folder && entry.Value.Contains(type));

    private static string FolderOf(RepositoryFile file) => file.Path["src/".Length..file.Path.LastIndexOf('/')];
}
