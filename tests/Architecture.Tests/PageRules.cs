using System.Text.RegularExpressions;

namespace Subquad.Architecture.Tests;

/// <summary>Rules about pages: their size, their links, the numbers that they quote, and the order of their lists.</summary>
internal static partial class PageRules
{
    public const int MostLines = 250, MostCharacters = 200;

    /// <summary>What makes a page longer than a screen and some links.</summary>
    public static IEnumerable<string> SizeViolations(string text)
    {
        string[] lines = text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
        if (lines.Length > MostLines)
            yield return $"{lines.Length} lines, at most {MostLines}";
        for (int line = 0; line < lines.Length; line++)
            if (lines[line].Length > MostCharacters)
                yield return $"line {line + 1} has {lines[line].Length} characters, at most {MostCharacters}";
    }

    /// <summary>Whether a page begins with a title and a line of text.</summary>
    public static bool BeginsWithText(string text) => Beginning().IsMatch(text.ReplaceLineEndings("\n"));

    /// <summary>The targets of a page's links, those to other sites excepted.</summary>
    public static IEnumerable<string> Links(string text) =>
        Link().Matches(WithoutCode(text)).Select(match => match.Groups["target"].Value).Where(target => !OtherSite().IsMatch(target));

    /// <summary>Relative links that lead to nothing: to no file or folder, or to no heading of that anchor.</summary>
    /// <param name="page">The page.</param>
    /// <param name="find">The text of a file by its path from the root; empty for a folder, null where there is nothing.</param>
    public static IEnumerable<string> LinkViolations(RepositoryFile page, Func<string, string?> find)
    {
        foreach (string link in Links(page.Text))
        {
            string[] parts = link.Split('#', 2);
            string? path = parts[0].Length == 0 ? page.Path : Resolve(page.Path, parts[0]);
            string? text = path == page.Path ? page.Text : path is null ? null : find(path);
            if (text is null)
                yield return page.Says($"'{link}' leads to no file");
            else if (parts.Length == 2 && !Anchors(text).Contains(parts[1]))
                yield return page.Says($"'{link}' leads to no heading of {path}");
        }
    }

    /// <summary>
    /// The path from the root that a link leads to; null where it begins at the root of a site or leads out of the repository.
    /// </summary>
    public static string? Resolve(string page, string link)
    {
        if (link.StartsWith('/'))
            return null;
        List<string> parts = [.. page.Split('/')[..^1]];
        foreach (string part in link.Split('/'))
        {
            if (part is "" or ".")
                continue;
            if (part != "..")
                parts.Add(part);
            else if (parts.Count > 0)
                parts.RemoveAt(parts.Count - 1);
            else
                return null;
        }
        return string.Join('/', parts);
    }

    /// <summary>The anchors that GitHub makes of a page's headings.</summary>
    public static HashSet<string> Anchors(string text)
    {
        var anchors = new HashSet<string>();
        foreach (Match heading in Heading().Matches(FencedCode().Replace(text.ReplaceLineEndings("\n"), "")))
        {
            string anchor = NotInAnchors().Replace(heading.Groups["text"].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-');
            for (int same = 0; !anchors.Add(same == 0 ? anchor : $"{anchor}-{same}"); same++)
            {
            }
        }
        return anchors;
    }

    /// <summary>
    /// Numbers of a paragraph that links to pages of results, and that stand in none of these. Marked tables are not looked at.
    /// </summary>
    /// <param name="page">The page.</param>
    /// <param name="find">As in <see cref="LinkViolations"/>.</param>
    public static IEnumerable<string> ClaimViolations(RepositoryFile page, Func<string, string?> find)
    {
        string text = WithoutCode(MarkedBlock().Replace(page.Text, ""));
        foreach (string paragraph in BetweenParagraphs().Split(text))
        {
            string[] results = [.. Links(paragraph).Select(link => Resolve(page.Path, link.Split('#')[0])).OfType<string>()
                .Where(IsResult).Select(path => find(path) ?? "")];
            if (results.Length == 0)
                continue;
            foreach (Match number in Number().Matches(Link().Replace(paragraph, "")))
                if (!results.Any(result => Stands(number.Value, result)))
                    yield return page.Says($"{number.Value} stands in no page of results that its paragraph links to");
        }
    }

    /// <summary>Terms of a glossary that stand twice or out of order.</summary>
    public static IEnumerable<string> GlossaryViolations(string text)
    {
        string[] terms = [.. Term().Matches(text.ReplaceLineEndings("\n")).Select(match => match.Groups["term"].Value)];
        if (terms.Length == 0)
            yield return "no term";
        for (int i = 1; i < terms.Length; i++)
            if (string.Compare(terms[i - 1], terms[i], StringComparison.OrdinalIgnoreCase) >= 0)
                yield return $"'{terms[i]}' stands after '{terms[i - 1]}'";
    }

    /// <summary>Files of a numbered list that are not there, or that a reader who follows the list meets twice.</summary>
    /// <param name="text">A page; a list ends with its section.</param>
    /// <param name="exists">Whether there is such a file.</param>
    public static IEnumerable<string> PathViolations(string text, Func<string, bool> exists)
    {
        foreach (string section in text.ReplaceLineEndings("\n").Split("\n## "))
        {
            var seen = new HashSet<string>();
            foreach (string file in NumberedFile().Matches(section).Select(match => match.Groups["file"].Value))
            {
                if (!exists(file))
                    yield return $"{file} is not there";
                if (!seen.Add(file))
                    yield return $"{file} stands twice";
            }
        }
    }

    private static bool IsResult(string path) =>
        path.StartsWith("perf/results/", StringComparison.Ordinal) && path.EndsWith(".md", StringComparison.Ordinal);

    private static bool Stands(string number, string text) => Regex.IsMatch(text, $@"(?<![\d.,]){Regex.Escape(number)}(?!\d|[.,]\d)");

    private static string WithoutCode(string text) => InlineCode().Replace(FencedCode().Replace(text.ReplaceLineEndings("\n"), ""), "");

    [GeneratedRegex(@"\A# [^\n]+\n\n[A-Za-z]")]
    private static partial Regex Beginning();

    [GeneratedRegex(@"!?\[[^\]]*\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^[a-z]+:")]
    private static partial Regex OtherSite();

    [GeneratedRegex(@"^[ ]*```.*?^[ ]*```[ ]*$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex FencedCode();

    [GeneratedRegex(@"`[^`\n]*`")]
    private static partial Regex InlineCode();

    [GeneratedRegex(@"^#{1,6} (?<text>[^\n]+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchors();

    [GeneratedRegex(@"<!-- perf:.*?<!-- /perf -->", RegexOptions.Singleline)]
    private static partial Regex MarkedBlock();

    [GeneratedRegex(@"\n[ ]*\n|\n(?=[ ]*- )")]
    private static partial Regex BetweenParagraphs();

    // Not a part of a word, a date or a name such as AVX-512.
    [GeneratedRegex(@"(?<![\w.,/-])\d+(,\d{3})*(\.\d+)?(?!\w)", RegexOptions.ExplicitCapture)]
    private static partial Regex Number();

    [GeneratedRegex(@"^- \*\*(?<term>[^*]+)\*\*", RegexOptions.Multiline)]
    private static partial Regex Term();

    [GeneratedRegex(@"^\d+\. `(?<file>[^`]+)`", RegexOptions.Multiline)]
    private static partial Regex NumberedFile();
}
