using System.Text.RegularExpressions;

namespace Subquad.Architecture.Tests;

public class ReadmeTests
{
    private static string AllPages => string.Join('\n', Pages.Own.Select(page => page.Text));

    [Test]
    public void Snippets_are_regions_of_a_test_that_runs() =>
        Assert.That(ReadmeRules.SnippetViolations(AllPages, Repository.Text("tests/Managed.Tests/ReadmeSnippetTests.cs")), Is.Empty);

    [Test]
    public void Snippets_in_C_are_lines_of_the_example_that_runs() =>
        Assert.That(ReadmeRules.LinesMissing(AllPages, Repository.Text("src/Embedding/example/flowers.c")), Is.Empty);

    [Test]
    public void Measured_tables_are_what_perf_wrote() =>
        Assert.That(Pages.Own.SelectMany(page => ReadmeRules.TableViolations(page.Text, Results).Select(page.Says)), Is.Empty);

    [TestCase("test_command", "README.md")]
    [TestCase("train_command", "README.md")]
    [TestCase("aot_command", "docs/packages-and-aot.md")]
    [TestCase("embed_command", "docs/c-api.md")]
    public void The_run_script_runs_the_commands_of_the_pages(string variable, string page)
    {
        Match command = Regex.Match(Repository.Text(".ci/lib.sh"), $"^{variable}=\"(.+)\"$", RegexOptions.Multiline);
        Assert.That(command.Success, $".ci/lib.sh sets {variable}");
        Assert.That(Repository.Text(page), Does.Contain(command.Groups[1].Value));
    }

    [TestCase("```csharp\nvar a = 1;\nf(a);\n```", "[Test]\n    #region a\n    var a = 1;\n\n    f(a);\n    #endregion", 0)]
    [TestCase("```csharp\nusing Subquad;\nf();\n```", "[Test]\n#region a\nf();\n#endregion", 0)]
    [TestCase("```csharp\ng();\n```", "[Test]\n#region a\nf();\n#endregion", 2)]
    [TestCase("```csharp\nf();\n```", "#region a\nf();\n#endregion", 1)]
    [TestCase("no code", "[Test]", 1)]
    public void A_snippet_that_is_no_region_is_found(string readme, string tests, int expected) =>
        Assert.That(ReadmeRules.SnippetViolations(readme, tests).Count(), Is.EqualTo(expected));

    [TestCase("```c\nf();\n  g();\n```", "  f();\n  h();\n  g();", 0)]
    [TestCase("```c\nf();\ng();\n```", "g();\nf();", 1)]
    [TestCase("no code", "f();", 1)]
    public void A_line_of_C_that_is_not_in_the_example_is_found(string readme, string example, int expected) =>
        Assert.That(ReadmeRules.LinesMissing(readme, example).Count(), Is.EqualTo(expected));

    [TestCase("<!-- perf:k -->\n| a |\n| 3 ms |\n<!-- /perf -->", 0)]
    [TestCase("<!-- perf:k -->\n| a |\n| 4 ms |\n<!-- /perf -->", 1)]
    [TestCase("<!-- perf:k -->\n\n| a |\n\n| 3 ms |\n\n<!-- /perf -->", 0)]
    [TestCase("<!-- perf:other -->\n| a |\n<!-- /perf -->", 1)]
    [TestCase("| a |\n| 3 ms |", 1)]
    [TestCase("| speed |\n| 9.5x |", 1)]
    [TestCase("| option | default |\n| `--width` | 4096 |", 0)]
    [TestCase("It takes 3 ms.", 0)]
    [TestCase("<!-- perf:k -->", 1)]
    public void A_typed_number_is_found(string readme, int expected) =>
        Assert.That(ReadmeRules.TableViolations(readme, name => name == "k" ? ["| a |\n| 3 ms |\n"] : []).Count(), Is.EqualTo(expected));

    [TestCase("perf/results/cpu/k.svg", 0)]
    [TestCase("perf/results/cpu/other.svg", 1)]
    public void A_plot_is_named_by_its_folder(string path, int expected) =>
        Assert.That(
            ReadmeRules.TableViolations($"<!-- perf:k -->\n![k]({path})\n<!-- /perf -->", _ => ["![k](k.svg)\n"]).Count(),
            Is.EqualTo(expected));

    private static string[] Results(string name)
    {
        string results = Path.Combine(Repository.Root, "perf", "results");
        return Directory.Exists(results)
            ? [.. Directory.EnumerateFiles(results, name + ".md", SearchOption.AllDirectories).Select(File.ReadAllText)] : [];
    }
}
