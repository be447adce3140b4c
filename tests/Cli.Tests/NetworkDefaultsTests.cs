using System.Globalization;
using NUnit.Framework;

namespace Subquad.Cli.Tests;

/// <summary>The network that is made when no option says what it is like.</summary>
public class NetworkDefaultsTests
{
    private Shell _shell = null!;

    [SetUp]
    public void MakeFolder() => _shell = new Shell();

    [TearDown]
    public void RemoveFolder() => _shell.Dispose();

    [TestCase(300, 6, 1, 40)]
    [TestCase(4_000, 8, 1, 40)]
    [TestCase(4_001, 8, 2, 10)]
    [TestCase(300, 9, 2, 10)]
    [TestCase(300, 99, 2, 10)]
    [TestCase(400, 100, 1, 10)]
    [TestCase(401, 100, 2, 10)]
    [TestCase(60_000, 784, 2, 10)]
    public void Rows_and_features_decide(int rows, int features, int layers, int steps)
    {
        NetworkDefaults chosen = NetworkDefaults.For(rows, features);
        Assert.That((chosen.Layers, chosen.Steps), Is.EqualTo((layers, steps)));
        Assert.That(chosen.Densities, Is.EqualTo(layers == 1 ? [0.5] : (double[])[0.2, 0.1]));
    }

    [Test]
    public void Few_features_get_one_layer_and_it_is_said()
    {
        Outcome outcome = Train(Table(features: 2), "--steps", "1");
        Assert.That(outcome.Output, Does.Contain("network: 3 - 4096 - 1, density 0.5"));
        Assert.That(outcome.Output, Does.Contain("chosen: 1 hidden layer, density 0.5 for 60 rows of 2 features, because few inputs"));
    }

    [Test]
    public void Few_rows_of_many_features_get_one_layer() =>
        Assert.That(Train(Table(features: 100), "--steps", "0").Output,
            Does.Contain("network: 101 - 4096 - 1, density 0.5").And.Contain("because few rows of many features"));

    [Test]
    public void Other_rows_get_two_layers() =>
        Assert.That(Train(Table(features: 9), "--steps", "0").Output,
            Does.Contain("chosen: 2 hidden layers, density 0.2, 0.1 for 60 rows of 9 features"));

    [Test]
    public void Steps_that_are_not_given_follow_too()
    {
        // With much damping at first the training needs more than the usual steps; a step is a line.
        string log = _shell.Path("steps.jsonl");
        Train(Table(features: 2), "--log", log, "--damping", "10000", "--validation", "0");
        Assert.That(File.ReadAllLines(log), Has.Length.GreaterThan(TrainDefaults.Steps + 1));
    }

    [Test]
    public void Auto_chooses_the_density_beside_other_options()
    {
        Outcome outcome = Train(Table(features: 2), "--density", "auto", "--width", "32", "--hidden", "2", "--steps", "0");
        Assert.That(outcome.Output, Does.Contain("network: 3 - 32 - 32 - 1, density 0.5"));
        Assert.That(outcome.Output, Does.Contain("chosen: density 0.5 for 60 rows of 2 features"));
    }

    [TestCase("--density", "0.3")]
    [TestCase("--width", "32")]
    [TestCase("--hidden", "1")]
    [TestCase("--shift", "0.4")]
    [TestCase("--plain")]
    [TestCase("--train-from", "1")]
    public void An_option_of_the_network_leaves_nothing_to_choose(params string[] options) =>
        Assert.That(Train(Table(features: 2), [.. options, "--steps", "0"]).Output, Does.Not.Contain("chosen:"));

    private Outcome Train(string data, params string[] options)
    {
        Outcome outcome = Shell.Run(["train", data, "--threads", "2", "--out", _shell.Model, "--no-plot", "--force", .. options]);
        Assert.That(outcome.Code, Is.Zero, outcome.Error);
        return outcome;
    }

    /// <summary>60 rows, which leave-one-out needs no part of.</summary>
    private string Table(int features) => _shell.Write("t.csv",
        string.Concat(Enumerable.Range(0, features).Select(feature => $"x{feature},")) + "y\n"
        + string.Concat(Enumerable.Range(0, 60).Select(row => string.Concat(Enumerable.Range(0, features + 1).Select(column =>
            string.Create(CultureInfo.InvariantCulture, $"{Math.Sin(row * (column + 1.7)):F3}{(column < features ? "," : "\n")}"))))));
}
