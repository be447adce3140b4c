using System.Text.RegularExpressions;

namespace Subquad.Architecture.Tests;

/// <summary>Rules about one file's text. Each says what it found, nothing when all is well.</summary>
internal static partial class SourceRules
{
    public const int MostLines = 500;
    public const int MostColumns = 140;

    private static readonly string[] s_sources = [".cs", ".c", ".h", ".inc", ".cmake", ".targets"];

    // Words that these rules forbid are put together here, so that this file does not break them.
    private const string SharedFolder = ".." + "/shared";

    /// <summary>The one file that may know where data lie beside the repository.</summary>
    private const string RunScript = ".ci/run";

    public static IEnumerable<string> MisplacedIntrinsics(RepositoryFile file) =>
        file.Path.StartsWith("src/Simd/Lanes/", StringComparison.Ordinal)
            || file.Path.StartsWith("src/Simd/Dispatch/", StringComparison.Ordinal)
            ? []
            : Found(file, file.Code, Intrinsics());

    public static IEnumerable<string> UnsafeCode(RepositoryFile file) => Found(file, file.Code, Unsafe());

    public static IEnumerable<string> TooLong(RepositoryFile file)
    {
        int lines = file.Text.AsSpan().Count('\n');
        return lines > MostLines && IsSource(file) ? [file.Says($"{lines} lines, at most {MostLines}")] : [];
    }

    /// <summary>Lines of C# that are too long.</summary>
    public static IEnumerable<string> WideLines(RepositoryFile file) =>
        file.Extension != ".cs"
            ? []
            : file.Text.Split('\n').Index()
                .Where(line => line.Item.TrimEnd().Length > MostColumns)
                .Select(line => file.Says($"line {line.Index + 1} has more than {MostColumns} characters"));

    public static IEnumerable<string> Leftovers(RepositoryFile file) => IsSource(file) ? Found(file, file.Text, Leftover()) : [];

    public static IEnumerable<string> MachinePaths(RepositoryFile file) =>
        Found(file, file.Text, MachinePath())
            .Concat(file.Path != RunScript
                && file.Text.Contains(SharedFolder, StringComparison.Ordinal) ? [file.Says($"'{SharedFolder}'")] : []);

    public static IEnumerable<string> HiddenPublicTypes(RepositoryFile file) =>
        file.Path.LastIndexOf('/') == "src/Managed".Length || file.Path.StartsWith("src/Managed/Options/", StringComparison.Ordinal)
            ? []
            : CSharpText.PublicTypes(file.Code).Select(type => file.Says($"{type} is public outside the root and its options"));

    private static bool IsSource(RepositoryFile file) => s_sources.Contains(file.Extension);

    private static IEnumerable<string> Found(RepositoryFile file, string text, Regex what) =>
        what.Matches(text).Select(match => file.Says($"'{match.Value.Trim()}'")).Distinct();

    [GeneratedRegex(@"\bSystem\.Runtime\.Intrinsics\b")]
    private static partial Regex Intrinsics();

    // A pointer needs the keyword; the class Unsafe and address-sized integers are pointers by another name.
    [GeneratedRegex(@"\bunsafe\b|(?<!\.)\bUnsafe\.\w+|\b(nint|nuint|IntPtr|UIntPtr)\b")]
    private static partial Regex Unsafe();

    [GeneratedRegex(@"\bTO" + @"DO\b|\bFIX" + @"ME\b|\bHA" + @"CK\b|\bThread\.Sle" + @"ep\b|\bAssert\.Pa" + @"ss\b")]
    private static partial Regex Leftover();

    [GeneratedRegex(@"(?<![\w.)}\]-])/(work|ro" + @"ot)/")]
    private static partial Regex MachinePath();
}
