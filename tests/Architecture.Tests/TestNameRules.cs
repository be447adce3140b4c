using System.Text.RegularExpressions;

namespace Subquad.Architecture.Tests;

/// <summary>How test files, fixtures and tests are named, and which folders test projects have. Each rule says what it found.</summary>
internal static partial class TestNameRules
{
    private const string Suffix = "Tests";

    /// <summary>A test project and the folder of src whose rooms its folders mirror.</summary>
    public static readonly IReadOnlyDictionary<string, string> Mirrors = new Dictionary<string, string>
    {
        ["tests/Simd.Tests/"] = "src/Simd/",
        ["tests/Managed.Tests/"] = "src/Managed/",
        ["tests/Cli.Tests/"] = "src/Cli/",
    };

    /// <summary>Tables of cases over all rooms, with the fixtures that run them.</summary>
    private static readonly string[] s_tables = ["tests/Simd.Tests/Guarded", "tests/Simd.Tests/Misuse"];

    /// <summary>A file with tests is named after its only fixture, subject + Tests.</summary>
    public static IEnumerable<string> MisnamedFixtures(RepositoryFile file)
    {
        string name = Path.GetFileNameWithoutExtension(file.Path);
        string[] fixtures = [.. CSharpText.TopLevelTypes(file.Code).Where(type => type.EndsWith(Suffix, StringComparison.Ordinal))];
        bool isFixture = TestsOf(file).Any() || fixtures.Length > 0;
        return isFixture && (fixtures.Length != 1 || fixtures[0] != name)
            ? [file.Says($"expected one fixture named as the file, {name} with the suffix {Suffix}, found [{string.Join(", ", fixtures)}]")]
            : [];
    }

    /// <summary>A test is a sentence that says what holds: words joined by underscores, the first one capitalised.</summary>
    public static IEnumerable<string> MisnamedTests(RepositoryFile file) =>
        TestsOf(file).Where(test => !Sentence().IsMatch(test))
            .Select(test => file.Says($"the test {test} is no sentence of words_like_these"));

    /// <summary>A folder of a test project is named as the room of src that its tests are about.</summary>
    /// <param name="file">A file of any project.</param>
    /// <param name="files">The paths of all files.</param>
    public static IEnumerable<string> FoldersWithoutRoom(RepositoryFile file, IEnumerable<string> files)
    {
        string folder = file.Path[..Math.Max(0, file.Path.LastIndexOf('/'))];
        string? project = Mirrors.Keys.FirstOrDefault(project => folder.StartsWith(project, StringComparison.Ordinal));
        if (project is null || s_tables.Contains(folder))
            return [];
        string room = Mirrors[project] + folder[project.Length..] + '/';
        return files.Any(path => path.StartsWith(room, StringComparison.Ordinal)) ? [] : [file.Says($"there is no room {room}")];
    }

    /// <summary>The methods that a runner of tests calls.</summary>
    public static IEnumerable<string> TestsOf(RepositoryFile file) =>
        AttributedMethod().Matches(file.Code)
            .Where(match => TestAttribute().IsMatch(match.Groups["attributes"].Value))
            .Select(match => match.Groups["name"].Value);

    // Attributes above a public method, with at most one pair of brackets within each.
    [GeneratedRegex(
        @"(?<attributes>(^[ \t]*\[([^\[\]]|\[[^\[\]]*\])*\][ \t]*\n)+)[ \t]*public\s[^\n=;{(]*?(?<name>\w+)(<[^>\n]*>)?\(",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex AttributedMethod();

    [GeneratedRegex(@"\[(Test|TestCase|TestCaseSource|Theory)\b")]
    private static partial Regex TestAttribute();

    [GeneratedRegex(@"^[A-Z][A-Za-z0-9]*(_[A-Za-z0-9]+)+$")]
    private static partial Regex Sentence();
}
