using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Subquad.Architecture.Tests;

/// <summary>What the files of .ci/legs declare, read by themselves and as .ci/run lists them.</summary>
internal static partial class Legs
{
    private const string Folder = ".ci/legs/";

    /// <summary>The fields that a leg's file must set.</summary>
    public static readonly string[] Fields = ["order", "machines", "group", "needs", "about", "asserts"];

    public static IEnumerable<RepositoryFile> Files =>
        Repository.Files.Where(file => file.Path.StartsWith(Folder, StringComparison.Ordinal));

    public static string Name(RepositoryFile file) => Path.GetFileNameWithoutExtension(file.Path);

    /// <summary>The value that a file gives to a field, without quotes; null where it sets none.</summary>
    public static string? Field(RepositoryFile file, string name)
    {
        Match match = Assignment(name).Match(file.Text);
        return match.Success ? match.Groups["value"].Value.Trim('\'') : null;
    }

    /// <summary>Fields that a file does not set, a job without a name, and a run that is no function.</summary>
    public static IEnumerable<string> Violations(RepositoryFile file) =>
        Fields.Where(field => string.IsNullOrEmpty(Field(file, field))).Select(field => file.Says($"sets no {field}"))
            .Concat(Run().IsMatch(file.Text) ? [] : [file.Says("has no function run")]);

    /// <summary>What .ci/run prints for --list and these words. Ignores the test where there is no bash of Linux.</summary>
    public static string Listed(string words)
    {
        if (!OperatingSystem.IsLinux())
            Assert.Ignore(".ci/run is a script for Linux");
        var start = new ProcessStartInfo("bash", [".ci/run", "--list", .. words.Split(' ', StringSplitOptions.RemoveEmptyEntries)])
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardOutput = true,
        };
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, output);
        return output;
    }

    private static Regex Assignment(string name) => new($"(^| ){name}=(?<value>'[^']*'|\\S+)", RegexOptions.Multiline);

    [GeneratedRegex(@"^run\(\) \{", RegexOptions.Multiline)]
    private static partial Regex Run();
}
