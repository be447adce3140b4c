using System.Text.RegularExpressions;

namespace Subquad.Architecture.Tests;

/// <summary>Snippets of README and of the other pages are regions of a test that runs; measured tables are files that perf wrote.</summary>
internal static partial class ReadmeRules
{
    /// <summary>
    /// C# snippets of <paramref name="pages"/> that are not a region of <paramref name="tests"/>, and regions that no page shows. Using
    /// directives are not compared.
    /// </summary>
    public static IEnumerable<string> SnippetViolations(string pages, string tests)
    {
        string[] snippets = [.. Snippet().Matches(pages.ReplaceLineEndings("\n")).Select(match => Normalised(match.Groups["body"].Value))];
        Match[] regions = Region().Matches(tests.ReplaceLineEndings("\n")).ToArray();
        if (snippets.Length == 0)
            yield return "no page shows a C# snippet";
        foreach (string snippet in snippets.Except(regions.Select(Body)))
            yield return $"a snippet is not a region of the tests: {snippet}";
        foreach (Match region in regions)
        {
            if (!snippets.Contains(Body(region)))
                yield return $"region {region.Groups["name"].Value} is on no page";
            if (!tests[..tests.IndexOf($"#region {region.Groups["name"].Value}", StringComparison.Ordinal)].Contains("[Test]"))
                yield return $"region {region.Groups["name"].Value} is in no test";
        }
    }

    /// <summary>Marked tables that differ from every result of that name, and tables with measured numbers that are not marked.</summary>
    /// <param name="page">The text of the page.</param>
    /// <param name="results">The texts of perf/results/*/NAME.md for a NAME.</param>
    public static IEnumerable<string> TableViolations(string page, Func<string, IReadOnlyList<string>> results)
    {
        page = page.ReplaceLineEndings("\n");
        foreach (Match match in PerfBlock().Matches(page))
        {
            string name = match.Groups["name"].Value;
            IReadOnlyList<string> files = results(name);
            if (files.Count == 0)
                yield return $"perf:{name} has no file perf/results/*/{name}.md";
            else if (!files.Any(file => Normalised(file) == Normalised(match.Groups["body"].Value)))
                yield return $"perf:{name} is not what perf wrote";
        }
        string rest = PerfBlock().Replace(page, "\n");
        if (PerfMarker().IsMatch(rest))
            yield return "a perf marker has no partner";
        foreach (Match table in Table().Matches(rest))
            if (MeasuredNumber().Match(table.Value) is { Success: true } number)
                yield return $"'{number.Value.Trim()}' stands in a table without perf markers";
    }

    /// <summary>Lines of C blocks that do not follow one another, with others between, in a program.</summary>
    public static IEnumerable<string> LinesMissing(string pages, string program)
    {
        string[] lines = [.. program.Split('\n').Select(line => line.Trim())];
        MatchCollection blocks = CSnippet().Matches(pages.ReplaceLineEndings("\n"));
        if (blocks.Count == 0)
            yield return "no block of C";
        foreach (Match block in blocks)
        {
            int next = 0;
            foreach (string line in block.Groups["body"].Value.Split(
                '\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                int found = Array.IndexOf(lines, line, next);
                if (found < 0)
                    yield return line;
                else
                    next = found + 1;
            }
        }
    }

    private static string Body(Match region) => Normalised(region.Groups["body"].Value);

    /// <summary>A page of results names its plot as a file beside it, README by its folder. Lines may be broken otherwise.</summary>
    private static string Normalised(string text) =>
        Whitespace().Replace(ResultsFolder().Replace(UsingDirective().Replace(text, ""), ""), " ").Trim();

    [GeneratedRegex(@"(?<=\]\()perf/results/[^/)]+/")]
    private static partial Regex ResultsFolder();

    [GeneratedRegex(@"^[ ]*```csharp[ ]*\n(?<body>.*?)^[ ]*```[ ]*$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Snippet();

    [GeneratedRegex(@"^```c[ ]*\n(?<body>.*?)^```[ ]*$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CSnippet();

    [GeneratedRegex(@"^[ \t]*#region (?<name>\S+)[^\n]*\n(?<body>.*?)^[ \t]*#endregion", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Region();

    [GeneratedRegex(@"<!-- perf:(?<name>[\w-]+) -->(?<body>.*?)<!-- /perf -->", RegexOptions.Singleline)]
    private static partial Regex PerfBlock();

    [GeneratedRegex("<!-- /?perf")]
    private static partial Regex PerfMarker();

    [GeneratedRegex(@"(^\|[^\n]*(\n|\z))+", RegexOptions.Multiline)]
    private static partial Regex Table();

    // A number with a unit of time, speed, memory, share or ratio.
    [GeneratedRegex(@"\d\s*(ns|us|µs|ms|s|GFLOP/s|[KMG]i?B(/s)?|M/s|%|x|×)(?=[\s|,;)]|$)", RegexOptions.Multiline)]
    private static partial Regex MeasuredNumber();

    [GeneratedRegex(@"^\s*using [\w.]+;", RegexOptions.Multiline)]
    private static partial Regex UsingDirective();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Whitespace();
}
