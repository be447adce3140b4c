using System.Text.Json;
using NUnit.Framework;

namespace Subquad.Cli.Tests;

/// <summary>--solver: what it forces is what the log names, and what it cannot do is refused.</summary>
public class SolverOptionTests
{
    private Shell _shell = null!;

    [SetUp]
    public void MakeFolder() => _shell = new Shell();

    [TearDown]
    public void RemoveFolder() => _shell.Dispose();

    [TestCase("auto", "cholesky", false)]
    [TestCase("cholesky", "cholesky", false)]
    [TestCase("pcg", "pcg", true)]
    [TestCase("direct", "direct", false)]
    [TestCase("lowrank", "lowrank", true)]
    public void A_forced_solver_is_the_one_in_the_log(string solver, string named, bool iterates)
    {
        string log = _shell.Path("run.jsonl");
        Outcome trained = Shell.Run(["train", _shell.Values(), .. _shell.Small, "--solver", solver, "--log", log]);
        Assert.That(trained.Code, Is.Zero, trained.Error);
        JsonElement[] steps = [.. File.ReadAllLines(log).Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.That(steps[0].GetProperty("solver").ValueKind, Is.EqualTo(JsonValueKind.Null), "nothing is solved before the first step");
        Assert.That(steps.Skip(1).Select(step => step.GetProperty("solver").GetString()), Is.Not.Empty.And.All.EqualTo(named));
        Assert.That(steps.Skip(1).Select(step => step.GetProperty("cg_iterations").GetInt32() > 0), Is.All.EqualTo(iterates));
        Assert.That(trained.Output, Does.Contain($"  {named}  cg "));
    }

    [Test]
    public void A_direct_sketch_of_several_classes_is_refused()
    {
        Outcome refused = Shell.Run(["train", _shell.Classes(), .. _shell.Small, "--solver", "direct"]);
        Assert.That(refused.Code, Is.EqualTo(1));
        Assert.That(refused.Error, Does.Contain("--solver direct: expected a target of one number, found 2 outputs"));
        Assert.That(File.Exists(_shell.Model), Is.False);
    }
}
