using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Subquad.Architecture.Tests;

public partial class WorkflowTests
{
    private const string Ci = ".github/workflows/ci.yml";
    private const string Testing = "docs/testing.md";

    [Test]
    public void A_leg_declares_itself() => Assert.That(Legs.Files.SelectMany(Legs.Violations), Is.Empty);

    [Test]
    public void The_matrix_has_every_leg_of_this_machine_once_and_a_job_for_each_group()
    {
        string machine = RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.X64 ? "x86_64" : "aarch64";
        RepositoryFile[] here =
            [.. Legs.Files.Where(file => Legs.Field(file, "machines") is string machines && (machines == "any" || machines == machine))];
        string[] jobs = JsonSerializer.Deserialize<string[]>(Legs.Listed("matrix"))!;
        Assert.That(jobs.SelectMany(job => job.Split(' ')), Is.EquivalentTo(here.Select(Legs.Name)).And.Member("default"));
        Assert.That(jobs, Has.Length.EqualTo(here.Select(file => Legs.Field(file, "group")).Distinct().Count()));
        foreach (string job in jobs)
        {
            IEnumerable<RepositoryFile> legs = here.Where(file => job.Split(' ').Contains(Legs.Name(file)));
            Assert.That(legs.Select(file => Legs.Field(file, "group")).Distinct().Count(), Is.EqualTo(1), job);
        }
    }

    [Test]
    public void The_workflow_runs_the_matrix_that_the_run_script_lists() => Assert.That(MatrixViolations(Repository.Text(Ci)), Is.Empty);

    [Test]
    public void A_matrix_of_other_legs_is_found()
    {
        string text = Repository.Text(Ci);
        Assert.That(MatrixViolations(text.Replace("legs: ${{ fromJSON(needs.legs.outputs.matrix) }}", "legs: [default]")),
            Has.Exactly(1).Items);
        Assert.That(MatrixViolations(text.Replace("--list matrix", "--list table")), Has.Exactly(1).Items);
        Assert.That(MatrixViolations(text.Replace("bash .ci/run ${{ matrix.legs }}", "bash .ci/run fast")), Has.Exactly(1).Items);
    }

    [Test]
    public void The_table_of_legs_is_what_the_run_script_lists() =>
        Assert.That(TableOfLegs().Match(Repository.Text(Testing)).Groups["table"].Value, Is.EqualTo(Legs.Listed("table")));

    [TestCase("order=1 machines=any group=a needs='core'\nabout='b'\nasserts='c'\nrun() { :; }", 0)]
    [TestCase("order=1 machines=any group=a needs='core'\nabout=''\nasserts='c'\nrun() { :; }", 1)]
    [TestCase("order=1 machines=any needs='core'\nabout='b'\nasserts='c'", 2)]
    public void A_leg_without_a_field_is_found(string text, int expected) =>
        Assert.That(Legs.Violations(new(".ci/legs/a.sh", text)).Count(), Is.EqualTo(expected));

    [TestCase(Ci)]
    [TestCase(".github/workflows/nightly.yml")]
    public void Actions_are_named_by_their_major_version(string path)
    {
        string[] uses = [.. Regex.Matches(Repository.Text(path), @"uses: (?<action>\S+)").Select(match => match.Groups["action"].Value)];
        Assert.That(uses, Is.Not.Empty.And.All.Matches(@"^actions/[a-z-]+@v\d+$"));
    }

    /// <summary>
    /// The links between the list of legs and the job that runs them: the list is an output, the output the matrix, and each of its entries
    /// a run.
    /// </summary>
    private static IEnumerable<string> MatrixViolations(string workflow) =>
        new[]
        {
            "run: echo \"matrix=$(bash .ci/run --list matrix)\" >> \"$GITHUB_OUTPUT\"",
            "matrix: ${{ steps.list.outputs.matrix }}",
            "needs: legs",
            "legs: ${{ fromJSON(needs.legs.outputs.matrix) }}",
            "run: bash .ci/run ${{ matrix.legs }}",
        }.Where(line => !workflow.Contains(line, StringComparison.Ordinal));

    [GeneratedRegex(@"<!-- legs -->\n(?<table>.*?)<!-- /legs -->", RegexOptions.Singleline)]
    private static partial Regex TableOfLegs();
}
