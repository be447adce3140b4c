using System.Text.RegularExpressions;

namespace Subquad.Architecture.Tests;

/// <summary>README is one screen with links; everything else has a page, which it links to, and links lead somewhere.</summary>
public class PageTests
{
    private static readonly RepositoryFile s_readme = new("README.md", Repository.Text("README.md"));

    [Test]
    public void Readme_is_short() => Assert.That(PageRules.SizeViolations(s_readme.Text), Is.Empty);

    [Test]
    public void Links_lead_to_files_and_headings() =>
        Assert.That(Pages.Linking.SelectMany(page => PageRules.LinkViolations(page, Pages.Find)), Is.Empty);

    [Test]
    public void Every_page_is_linked_from_the_readme() =>
        Assert.That(Pages.Listed.Select(page => page.Path).Except(TargetsOf(s_readme)), Is.Empty);

    [Test]
    public void Every_page_of_docs_begins_with_a_title_and_text() => Assert.That(
        Pages.Own.Where(page => page.Path.StartsWith("docs/", StringComparison.Ordinal))
            .Where(page => !PageRules.BeginsWithText(page.Text)).Select(page => page.Path),
        Is.Empty);

    [Test]
    public void Quoted_numbers_stand_in_the_results_that_they_link_to() =>
        Assert.That(Pages.Own.SelectMany(page => PageRules.ClaimViolations(page, Pages.Find)), Is.Empty);

    [Test]
    public void Every_page_of_results_is_listed()
    {
        const string measurements = "docs/measurements.md";
        IEnumerable<string> linked = TargetsOf(new(measurements, Repository.Text(measurements)));
        Assert.That(Pages.Results.Select(page => page.Path).Except(linked), Is.Empty);
    }

    [Test]
    public void The_glossary_has_each_term_once_in_order() =>
        Assert.That(PageRules.GlossaryViolations(Repository.Text("docs/glossary.md")), Is.Empty);

    [Test]
    public void Every_folder_of_the_sources_has_a_line()
    {
        string[] folders = [.. Repository.Files.Where(file => file.Path.StartsWith("src/", StringComparison.Ordinal))
            .Select(file => file.Path[..file.Path.LastIndexOf('/')]).Distinct()];
        string[] lines = [.. Regex.Matches(Repository.Text("docs/architecture.md"), @"^\| `(src[^`]*)` \|", RegexOptions.Multiline)
            .Select(match => match.Groups[1].Value)];
        Assert.That(lines, Is.EquivalentTo(folders));
    }

    [Test]
    public void The_paths_of_a_step_and_of_a_prediction_name_each_file_once() => Assert.That(
        PageRules.PathViolations(Repository.Text("docs/architecture.md"), file => Pages.Find("src/" + file) is { Length: > 0 }),
        Is.Empty);

    [Test]
    public void Every_option_of_the_command_stands_on_its_page()
    {
        string page = Repository.Text("docs/command.md");
        string[] options = [.. Repository.CSharpBelow("src/Cli/").SelectMany(file => Regex.Matches(file.Text, "\"(--[a-z-]+)\""))
            .Select(match => match.Groups[1].Value).Distinct()];
        Assert.That(options, Has.Member("--width").And.Member("--delta"));
        Assert.That(options.Where(option => !page.Contains($"`{option}", StringComparison.Ordinal)), Is.Empty);
    }

    [TestCase(PageRules.MostLines, 1, 0)]
    [TestCase(PageRules.MostLines + 1, 1, 1)]
    [TestCase(2, PageRules.MostCharacters, 0)]
    [TestCase(2, PageRules.MostCharacters + 1, 2)]
    public void A_long_page_is_found(int lines, int characters, int expected)
    {
        string text = string.Join('\n', Enumerable.Repeat(new string('a', characters), lines));
        Assert.That(PageRules.SizeViolations(text + "\n").Count(), Is.EqualTo(expected));
    }

    [TestCase("# A\n\nThis page.", true)]
    [TestCase("# A\n\n| a |", false)]
    [TestCase("# A\n\n## B", false)]
    [TestCase("Text.", false)]
    public void A_page_without_a_beginning_is_found(string text, bool expected) =>
        Assert.That(PageRules.BeginsWithText(text), Is.EqualTo(expected));

    [TestCase("docs/a.md", "[b](b.md)", 0)]
    [TestCase("docs/a.md", "[b](b.md#two-words)", 0)]
    [TestCase("docs/a.md", "[b](b.md#a-b_c-1)", 0)]
    [TestCase("docs/a.md", "[b](b.md#no-heading)", 1)]
    [TestCase("docs/a.md", "[b](c.md)", 1)]
    [TestCase("docs/a.md", "![b](../root.svg)", 0)]
    [TestCase("docs/a.md", "[b](../../root.svg)", 1)]
    [TestCase("docs/a.md", "[b](/docs/b.md)", 1)]
    [TestCase("docs/a.md", "[b](.)", 0)]
    [TestCase("docs/a.md", "# One\n[b](#one)", 0)]
    [TestCase("docs/a.md", "# One\n[b](#two)", 1)]
    [TestCase("a.md", "[b](docs/b.md), [c](docs/c.md)", 1)]
    [TestCase("a.md", "[b](https://example.org/c.md), `[b](c.md)`\n```\n[b](c.md)\n```", 0)]
    public void A_link_that_leads_to_nothing_is_found(string path, string text, int expected) =>
        Assert.That(PageRules.LinkViolations(new(path, text), Found).Count(), Is.EqualTo(expected));

    [TestCase("It takes 3.5 s with 4,096 ([r](perf/results/cpu/r.md)).", 0)]
    [TestCase("It takes 3 s ([r](perf/results/cpu/r.md)).", 1)]
    [TestCase("It takes 4 s.\n\nSee [r](perf/results/cpu/r.md).", 0)]
    [TestCase("- It takes 4 s.\n- See [r](perf/results/cpu/r.md).", 0)]
    [TestCase("- It takes 4 s,\n  as m^1.5, see [r](perf/results/cpu/r.md).", 2)]
    [TestCase("AVX-512, 1e-4, `9` and [9](perf/results/cpu/r.md)", 0)]
    [TestCase("<!-- perf:r -->\n9\n<!-- /perf -->\n[r](perf/results/cpu/r.md)", 0)]
    public void A_number_that_no_result_has_is_found(string text, int expected) =>
        Assert.That(PageRules.ClaimViolations(new("README.md", text), _ => "| 3.5 | 4,096 |").Count(), Is.EqualTo(expected));

    [TestCase("- **a**: b\n- **B**: c\n- **c d**: e", 0)]
    [TestCase("- **b**: b\n- **a**: c", 1)]
    [TestCase("- **a**: b\n- **A**: c", 1)]
    [TestCase("a", 1)]
    public void A_term_out_of_order_is_found(string text, int expected) =>
        Assert.That(PageRules.GlossaryViolations(text).Count(), Is.EqualTo(expected));

    [TestCase("## A\n1. `a.cs` does\n2. `b.cs` does\n## B\n1. `a.cs` does", 0)]
    [TestCase("1. `a.cs` does\n2. `a.cs` does", 1)]
    [TestCase("1. `c.cs` does", 1)]
    public void A_file_that_a_reader_meets_twice_is_found(string text, int expected) =>
        Assert.That(PageRules.PathViolations(text, file => file != "c.cs").Count(), Is.EqualTo(expected));

    private static string? Found(string path) => path switch
    {
        "docs/b.md" => "# B\n## Two words\n## A `b_c`\n```\n# No heading\n```\n## A b_c!",
        "root.svg" => "<svg>",
        "docs" => "",
        _ => null,
    };

    private static IEnumerable<string> TargetsOf(RepositoryFile page) =>
        PageRules.Links(page.Text).Select(link => PageRules.Resolve(page.Path, link.Split('#')[0])).OfType<string>();
}
