using System.Diagnostics;
using System.Globalization;
using NUnit.Framework;

namespace Subquad.Cli.Tests;

/// <summary>A fine-tune kept apart from its model: made, judged, looked at, merged.</summary>
public class FinetuneTests
{
    private Shell _shell = null!;

    private string Delta => _shell.Path("delta.safetensors");

    private string[] Tune => ["--steps", "2", "--threads", "2", "--no-plot", "--delta", Delta];

    [SetUp]
    public void MakeModel()
    {
        _shell = new Shell();
        Outcome trained = Shell.Run(["train", _shell.Values(), .. _shell.Small, "--hidden", "2", "--damping", "10"]);
        Assert.That(trained.Code, Is.Zero, trained.Error);
    }

    [TearDown]
    public void RemoveFolder() => _shell.Dispose();

    [Test]
    public void A_fine_tune_is_made_judged_and_merged([Values] bool sharing)
    {
        string[] shared = sharing ? ["--shared"] : [];
        byte[] model = File.ReadAllBytes(_shell.Model);
        string data = _shell.Path("values.csv"), merged = _shell.Path("merged.safetensors"), prices = _shell.Path("prices.csv");
        Outcome tuned = Shell.Run(["finetune", _shell.Model, data, .. Tune, "--validation", "0", "--train-from", "1", .. shared]);
        Assert.That(tuned.Code, Is.Zero, tuned.Error);
        Assert.That(tuned.Output, Does.Contain($"from {_shell.Model}"));
        Assert.That(tuned.Lines[^2], Does.StartWith("training RMSE "));
        Assert.That(tuned.Lines[^1], Is.EqualTo($"delta: {Delta}"));
        Assert.That(File.ReadAllBytes(_shell.Model).AsSpan().SequenceEqual(model), "the model is as it was");
        Assert.That(File.Exists(_shell.Model + ".panels"), Is.EqualTo(sharing));

        Outcome before = Shell.Run("evaluate", _shell.Model, data),
            after = Shell.Run(["evaluate", _shell.Model, data, "--delta", Delta, .. shared]);
        Assert.That(after.Code, Is.Zero, after.Error);
        Assert.That(Loss(after), Is.LessThan(Loss(before)));
        Assert.That(Shell.Run(["predict", _shell.Model, data, "--delta", Delta, "--out", prices, .. shared]).Code, Is.Zero);

        Outcome whole = Shell.Run("merge", _shell.Model, Delta, "--out", merged);
        Assert.That(whole.Code, Is.Zero, whole.Error);
        Assert.That(whole.Lines, Is.EqualTo(new[] { $"model: {merged}" }));
        Assert.That(Loss(Shell.Run("evaluate", merged, data)), Is.EqualTo(Loss(after)).Within(1e-4 * Loss(before)));
    }

    [Test]
    public void The_default_delta_is_found_where_the_command_ran()
    {
        using Process process = _shell.Start("finetune", _shell.Model, _shell.Path("values.csv"), "--steps", "1", "--no-plot", "--shared");
        string output = process.StandardOutput.ReadToEnd(), error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, error);
        Assert.That(output, Does.EndWith("delta: subquad-delta.safetensors\n"));
        Assert.That(
            Shell.Run("evaluate", _shell.Model, _shell.Path("values.csv"), "--delta", _shell.Path("subquad-delta.safetensors")).Code,
            Is.Zero);
    }

    [Test]
    public void Processes_share_a_base_side_by_side()
    {
        string data = _shell.Path("values.csv");
        Assert.That(Shell.Run("evaluate", _shell.Model, data, "--shared").Code, Is.Zero);
        byte[] panels = File.ReadAllBytes(_shell.Model + ".panels");
        Process[] processes = [.. Enumerable.Range(0, 2).Select(i =>
            _shell.Start(
                "finetune", _shell.Model, data, "--steps", "1", "--no-plot", "--validation", "0", "--seed", $"{i}", "--shared", "--quiet",
                "--delta", $"delta-{i}"))];
        foreach (Process process in processes)
        {
            string error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            Assert.That(process.ExitCode, Is.Zero, error);
            process.Dispose();
        }
        Assert.That(File.ReadAllBytes(_shell.Model + ".panels").AsSpan().SequenceEqual(panels));
        for (int i = 0; i < 2; i++)
            Assert.That(Shell.Run("evaluate", _shell.Model, data, "--shared", "--delta", _shell.Path($"delta-{i}")).Code, Is.Zero);
    }

    [Test]
    public void Panels_of_an_older_model_are_written_anew()
    {
        string data = _shell.Path("values.csv");
        Assert.That(Shell.Run("evaluate", _shell.Model, data, "--shared").Code, Is.Zero);
        Shell.Run(["train", data, .. _shell.Small, "--hidden", "2", "--damping", "10", "--seed", "9"]);
        Outcome shared = Shell.Run("evaluate", _shell.Model, data, "--shared");
        Assert.That(shared.Code, Is.Zero, shared.Error);
        Assert.That(shared.Output, Is.EqualTo(Shell.Run("evaluate", _shell.Model, data).Output));
    }

    [Test]
    public void Inspect_says_what_a_delta_holds()
    {
        Shell.Run(["finetune", _shell.Model, _shell.Path("values.csv"), .. Tune, "--shared"]);
        string[] lines = Shell.Run("inspect", _shell.Model, "--delta", Delta).Lines;
        Assert.That(lines, Has.Some.Match("^data: +SHA-256 [0-9a-f]{64}$"));
        Assert.That(lines, Has.Some.Match(@"^panels: +.*\.panels, "));
        Assert.That(
            lines[^1],
            Does.Match($@"^delta: +.*{Path.GetFileName(Delta)}, .*; rank 0, [1-9]\d* beside the hidden weights, outputs replaced$"));
    }

    [Test]
    public void A_delta_of_another_model_names_both()
    {
        Shell.Run(["finetune", _shell.Model, _shell.Path("values.csv"), .. Tune]);
        Shell.Run(["train", _shell.Path("values.csv"), .. _shell.Small, "--hidden", "2", "--damping", "10", "--seed", "9"]);
        string[][] commands =
        [
            ["evaluate", _shell.Model, _shell.Path("values.csv"), "--delta", Delta],
            ["merge", _shell.Model, Delta, "--out", _shell.Path("merged")],
        ];
        foreach (string[] command in commands)
        {
            Outcome outcome = Shell.Run(command);
            Assert.That(outcome.Code, Is.EqualTo(1));
            Assert.That(outcome.Error, Does.Match(
                @"^subquad: '.*delta\.safetensors': expected the model that this delta was made from \(SHA-256 [0-9a-f]{64}\), "
                + @"found another one \([0-9a-f]{64}\)\s+$"));
        }
        Assert.That(File.Exists(_shell.Path("merged")), Is.False);
    }

    [Test]
    public void What_cannot_be_meant_is_refused()
    {
        string data = _shell.Path("values.csv");
        Expect(2, "expected another file than MODEL", "finetune", _shell.Model, data, "--delta", _shell.Model, "--force");
        Expect(2, "MODEL: 'absent' does not exist", "finetune", "absent", data);
        Expect(2, "DATA: 'absent' does not exist", "finetune", _shell.Model, "absent");
        Expect(2, "expected MODEL and DATA", "finetune", _shell.Model);
        Expect(
            2, "--train-from: expected a hidden layer from 1 to 2, found 3", "finetune", _shell.Model, data, "--train-from", "3",
            "--no-plot", "--delta", Delta);
        Expect(2, "found '--width'", "finetune", _shell.Model, data, "--width", "64");
        Expect(2, "--delta: 'absent' does not exist", "evaluate", _shell.Model, data, "--delta", "absent");
        Expect(2, "--delta: expected MODEL too", "inspect", "--delta", "absent", "--kernels");
        Expect(2, "expected --out FILE", "merge", _shell.Model, _shell.Model);
        Expect(2, "DELTA: 'absent' does not exist", "merge", _shell.Model, "absent", "--out", Delta);
        Expect(1, "expected a delta that SaveDelta wrote", "merge", _shell.Model, _shell.Model, "--out", Delta);
        Expect(1, "expected a delta that SaveDelta wrote", "predict", _shell.Model, data, "--delta", _shell.Model);

        static void Expect(int code, string says, params string[] line)
        {
            Outcome outcome = Shell.Run(line);
            Assert.That(outcome.Error, Does.StartWith("subquad: ").And.Contain(says));
            Assert.That(outcome.Code, Is.EqualTo(code), outcome.Error);
        }
    }

    [TestCase("finetune", "--help")]
    [TestCase("merge", "--help")]
    public void Help_has_examples(params string[] args) =>
        Assert.That(Shell.Run(args).Output, Does.Contain("Examples:").And.Contain($"  subquad {args[0]} ").And.Not.Contain("--width"));

    private static double Loss(Outcome outcome) => double.Parse(outcome.Lines[1]["loss ".Length..], CultureInfo.InvariantCulture);
}
