using System.Diagnostics;
using NUnit.Framework;

namespace Subquad.Cli.Tests;

public class CancelTests
{
    private Shell _shell = null!;

    [SetUp]
    public void MakeFolder() => _shell = new Shell();

    [TearDown]
    public void RemoveFolder() => _shell.Dispose();

    [Test]
    public void The_last_accepted_step_is_saved()
    {
        using var stop = new CancellationTokenSource();
        using var output = new StoppingWriter("step   2", stop);
        string log = _shell.Path("run.jsonl");
        string[] arguments =
        [
            "train", _shell.Classes(), "--width", "64", "--steps", "100", "--validation", "0", "--damping", "100", "--out", _shell.Model,
            "--log", log,
        ];
        Outcome outcome = Shell.Run(arguments, output, stop.Token);
        Assert.That(outcome.Code, Is.EqualTo(130), outcome.Error);
        Assert.That(outcome.Error.Trim(), Is.EqualTo("subquad: cancelled in step 3; the last accepted step is saved"));
        Assert.That(outcome.Lines[^1], Is.EqualTo($"model: {_shell.Model}"));
        Assert.That(File.ReadAllLines(log), Has.Length.EqualTo(3));
        using Network saved = Network.Load(_shell.Model);
        Assert.That(saved.OutputCount, Is.EqualTo(2));
    }

    [Test]
    public void Before_the_first_step_nothing_is_saved()
    {
        using var stop = new CancellationTokenSource();
        using var output = new StoppingWriter("step   0", stop);
        Outcome outcome = Shell.Run(["train", _shell.Classes(), "--width", "64", "--out", _shell.Model], output, stop.Token);
        Assert.That(outcome.Code, Is.EqualTo(130));
        Assert.That(outcome.Error.Trim(), Is.EqualTo("subquad: cancelled; nothing was written"));
        Assert.That(File.Exists(_shell.Model), Is.False);
    }

    [Test]
    public void A_process_stops_in_good_order_when_interrupted()
    {
        if (OperatingSystem.IsWindows())
            Assert.Ignore("a process on Windows cannot send another one Ctrl-C");
        using Process process =
            _shell.Start(
                "train", "--samples", "1000", "--first", "--width", "512", "--steps", "1000", "--validation", "0", "--damping", "1000");
        string? line;
        do
            line = process.StandardOutput.ReadLine();
        while (line is not null && !line.StartsWith("step   1", StringComparison.Ordinal));
        Assert.That(line, Is.Not.Null, "it ended before the first step");
        Shell.Interrupt(process);
        string rest = process.StandardOutput.ReadToEnd(), error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.EqualTo(130), $"{rest}{error}");
        Assert.That(error, Does.Contain("the last accepted step is saved"));
        Assert.That(rest, Does.EndWith("model: subquad-model.safetensors\n"));
        using Network saved = Network.Load(_shell.Path("subquad-model.safetensors"));
        Assert.That(saved.OutputCount, Is.EqualTo(10));
    }

    [Test]
    public void The_default_outputs_are_overwritten()
    {
        _shell.Write("subquad-model.safetensors", "old");
        _shell.Write("subquad-curve.png", "old");
        using Process process = _shell.Start("train", _shell.Classes(), "--width", "64", "--steps", "1");
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, error);
        Assert.That(new FileInfo(_shell.Path("subquad-model.safetensors")).Length, Is.GreaterThan(1000));
        Assert.That(new FileInfo(_shell.Path("subquad-curve.png")).Length, Is.GreaterThan(1000));
        Assert.That(Directory.GetFiles(_shell.Folder), Has.Length.EqualTo(3), "no temporary file is left");
    }

    /// <summary>Cancels as soon as a certain line is written.</summary>
    private sealed class StoppingWriter(string line, CancellationTokenSource stop) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            if (value!.StartsWith(line, StringComparison.Ordinal))
                stop.Cancel();
        }
    }
}
