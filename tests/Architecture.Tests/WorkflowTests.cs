using System.Text.RegularExpressions;

namespace Subquad.Architecture.Tests;

public class WorkflowTests
{
    private const string Ci = ".github/workflows/ci.yml";

    [Test]
    public void The_workflow_runs_every_leg_of_the_run_script()
    {
        string[] legs = [.. Regex.Matches(Repository.Text(".ci/run"), @"^ *all=\((?<legs>[\w -]+)\)", RegexOptions.Multiline).Select(match => match.Groups["legs"].Value)];
        Assert.That(legs, Has.Length.EqualTo(2), "x64 and the other architectures");
        string x64 = legs.MaxBy(words => words.Length)!;
        string[] run = [.. Regex.Matches(Repository.Text(Ci), @"^          - (?<legs>[a-z][a-z0-9 -]+)$", RegexOptions.Multiline).SelectMany(match => match.Groups["legs"].Value.Split(' '))];
        Assert.That(run, Is.EquivalentTo(x64.Split(' ')));
    }

    [TestCase(Ci)]
    [TestCase(".github/workflows/nightly.yml")]
    public void Actions_are_named_by_their_major_version(string path)
    {
        string[] uses = [.. Regex.Matches(Repository.Text(path), @"uses: (?<action>\S+)").Select(match => match.Groups["action"].Value)];
        Assert.That(uses, Is.Not.Empty.And.All.Matches(@"^actions/[a-z-]+@v\d+$"));
    }
}
