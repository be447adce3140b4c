using System.Text.RegularExpressions;

namespace Subquad.Architecture.Tests;

/// <summary>What the rules need to know of C#: where code is, and which types a file declares.</summary>
internal static partial class CSharpText
{
    /// <summary>
    /// The text with every comment gone and every literal empty. (Code inside interpolated strings goes too: it names what its neighbours
    /// name.)
    /// </summary>
    public static string WithoutCommentsAndLiterals(string text) =>
        CommentOrLiteral().Replace(text, match => match.Value.StartsWith('/') ? " " : "\"\"");

    /// <summary>The types that a file with a file-scoped namespace declares at its top level.</summary>
    public static IEnumerable<string> TopLevelTypes(string code) =>
        TypeDeclaration().Matches(code).Select(match => match.Groups["name"].Value);

    /// <summary>The same, public ones only.</summary>
    public static IEnumerable<string> PublicTypes(string code) =>
        TypeDeclaration().Matches(code).Where(match => match.Value.StartsWith("public", StringComparison.Ordinal))
            .Select(match => match.Groups["name"].Value);

    /// <summary>The file-scoped namespace, if there is one.</summary>
    public static string? Namespace(string code)
    {
        Match match = FileScopedNamespace().Match(code);
        return match.Success ? match.Groups[1].Value : null;
    }

    // In this order: comments, raw strings (closed by as many quotes as opened them), verbatim strings, strings, characters.
    [GeneratedRegex("""
        //[^\n]*
        |/\*[\s\S]*?\*/
        |\$*(?<quotes>"{3,})[\s\S]*?(?<!")\k<quotes>(?!")
        |(\$?@|@\$)"([^"]|"")*"
        |\$?"(\\.|[^"\\\n])*"
        |'(\\.[^'\n]*|[^'\\\n])'
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex CommentOrLiteral();

    [GeneratedRegex(
        @"^(?<modifiers>(public|internal|file|static|sealed|abstract|readonly|partial|ref|unsafe)\s+)*" +
        @"(class|struct|interface|enum|record(\s+(class|struct))?|delegate\s+[\w<>\[\]?*,. ]+?)\s+(?<name>\w+)",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex TypeDeclaration();

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex FileScopedNamespace();
}
