using System.Globalization;
using System.Text.Json;
using NUnit.Framework;

namespace Subquad.Cli.Tests;

/// <summary>Probabilities, best classes and labels, and what is measured of labels.</summary>
public class AnswerTests
{
    private Shell _shell = null!;

    [SetUp]
    public void MakeFolder() => _shell = new Shell();

    [TearDown]
    public void RemoveFolder() => _shell.Dispose();

    [Test]
    public void Probabilities_are_named_by_class_and_add_up()
    {
        Train(_shell.Classes());
        Assert.That(
            Shell.Run("inspect", _shell.Model).Lines,
            Has.Some.Match("^scores: +temperature 0\\.[0-9]+ for probabilities, fitted to rows held out or left out$"));
        string data = _shell.Path("classes.csv");
        string[] scores = Shell.Run("predict", _shell.Model, data).Lines;
        Outcome predicted = Shell.Run("predict", _shell.Model, data, "--probabilities");
        Assert.That(predicted.Lines[0], Is.EqualTo(scores[0]));
        foreach ((string line, string other) in predicted.Lines.Zip(scores).Skip(1))
        {
            double[] pair = [.. line.Split(',')[^2..].Select(cell => double.Parse(cell, CultureInfo.InvariantCulture))];
            Assert.That(pair, Is.All.InRange(0, 1));
            Assert.That(pair.Sum(), Is.EqualTo(1).Within(1e-6));
            Assert.That(line.Split(',')[1], Is.EqualTo(other.Split(',')[1]), "the same prediction");
        }
        Outcome evaluated = Shell.Run("evaluate", _shell.Model, data);
        Assert.That(evaluated.Lines, Has.Some.Match(@"^log-loss \d\.\d{4}$").And.Some.Match(@"^micro F1 \d\.\d{4}$"));
    }

    [Test]
    public void The_best_classes_are_written_by_name()
    {
        string data = _shell.Sparse("data");
        Train(data);
        Outcome one = Shell.Run("predict", _shell.Model, data, "--top", "1");
        Assert.That(one.Lines[..2], Is.EqualTo(new[] { "row,prediction 1,score 1", one.Lines[1] }));
        Assert.That(one.Lines[1], Does.StartWith("1,1,"));
        Assert.That(one.Lines[2], Does.StartWith("2,-1,"));
        string file = _shell.Path("best.csv");
        Outcome two = Shell.Run("predict", _shell.Model, data, "--top", "2", "--probabilities", "--out", file);
        Assert.That(two.Code, Is.Zero, two.Error);
        string[] lines = File.ReadAllLines(file);
        Assert.That(lines[0], Is.EqualTo("row,prediction 1,probability 1,prediction 2,probability 2"));
        Assert.That(lines[2].Split(',')[1], Is.EqualTo("-1"));
        Assert.That(lines[2].Split(',')[3], Is.EqualTo("1"));
        Refused("--top: expected at most 2", "predict", _shell.Model, data, "--top", "3");
        Refused("--top: expected a whole number from 1 on, found '0'", "predict", _shell.Model, data, "--top", "0");
        Train(_shell.Values());
        Refused("--top: expected a model of classes or labels", "predict", _shell.Model, _shell.Path("values.csv"), "--top", "1");
        Refused("--probabilities: expected a model of", "predict", _shell.Model, _shell.Path("values.csv"), "--probabilities");
    }

    [TestCase("90 6 7\n")]
    [TestCase("")]
    public void Labels_are_trained_judged_and_predicted_by_their_numbers_in_the_file(string header)
    {
        // Feature c tells of label c; of label 0 it is small.
        string data = _shell.Write("labels.txt", header + string.Concat(Enumerable.Range(0, 90).Select(
            i => $"{(i % 3 == 0 ? "0," : "")}{i % 5 + 1}{(i % 7 == 0 ? ",6" : "")}{(i % 3 == 0 ? " 0:0.1" : "")} {i % 5 + 1}:1\n")));
        Outcome trained = Train(data);
        Assert.That(trained.Output, Does.Contain("7 labels, any number a row"));
        Assert.That(trained.Lines[^2], Does.Match(@"^(validation|leave-one-out) P@1 \d+\.\d\d %"));
        Assert.That(Shell.Run("inspect", _shell.Model).Lines, Has.Some.Match("^task: +7 labels, any number a row$"));

        string file = _shell.Path("labels.json");
        Outcome evaluated = Shell.Run("evaluate", _shell.Model, data, "--json", file);
        Assert.That(evaluated.Lines[2], Does.Match(@"^P@1 \d+\.\d\d %, nDCG@1 \d+\.\d\d %$"));
        Assert.That(evaluated.Output, Does.Contain("at probabilities from 0.5 on").And.Not.Contain("RMSE"));
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(file));
        string[] names = [.. json.RootElement.EnumerateObject().Select(field => field.Name)];
        Assert.That(names, Is.EqualTo(new[]
        {
            "rows", "loss", "precision_at_1", "ndcg_at_1", "precision_at_3", "ndcg_at_3", "precision_at_5", "ndcg_at_5", "threshold",
            "macro_f1", "micro_f1", "log_loss",
        }));
        Assert.That(json.RootElement.GetProperty("precision_at_1").GetDouble(), Is.GreaterThan(0.8));

        string[] best = Shell.Run("predict", _shell.Model, data, "--top", "3").Lines;
        Assert.That(best[0], Is.EqualTo("row,prediction 1,score 1,prediction 2,score 2,prediction 3,score 3"));
        for (int i = 0; i < 90; i++)
            Assert.That(best[i + 1].Split(',')[1], Is.EqualTo($"{i % 5 + 1}").Or.EqualTo("0"));
        Assert.That(Shell.Run("predict", _shell.Model, data, "--probabilities").Lines[0], Is.EqualTo("row,0,1,2,3,4,5,6"));
        Refused("--confusion: expected a model of classes", "evaluate", _shell.Model, data, "--confusion");
    }

    private Outcome Train(string data, params string[] options)
    {
        Outcome trained = Shell.Run(["train", data, .. _shell.Small, .. options]);
        Assert.That(trained.Code, Is.Zero, trained.Error);
        return trained;
    }

    private static void Refused(string says, params string[] args)
    {
        Outcome outcome = Shell.Run(args);
        Assert.That((outcome.Code, outcome.Error), Is.EqualTo((2, outcome.Error)));
        Assert.That(outcome.Error, Does.Contain(says));
    }
}
