using System.Globalization;
using NUnit.Framework;
using Subquad.Support;

namespace Subquad.Cli.Tests;

/// <summary>Tables of every look: what is found, what is said, and what is refused.</summary>
public class TableTests
{
    private Shell _shell = null!;

    [SetUp]
    public void MakeFolder() => _shell = new Shell();

    [TearDown]
    public void RemoveFolder() => _shell.Dispose();

    [TestCase("semi.csv", ';', "--decimal-comma")]
    [TestCase("tab.csv", '\t')]
    [TestCase("t.tsv", '\t')]
    [TestCase("t.data", ',')]
    [TestCase("t.txt", ',')]
    [TestCase("bars", '|')]
    [TestCase("blanks", ' ')]
    [TestCase("given.csv", ';', "--separator", "semicolon", "--decimal-comma")]
    public void Separators_are_found_or_given(string name, char separator, params string[] options)
    {
        string text = Numbers(), data = _shell.Write(name, text.Replace(',', separator));
        if (options.Contains("--decimal-comma"))
            File.WriteAllText(data, text.Replace(',', separator).Replace('.', ','));
        string expected = Train(_shell.Write("plain.csv", text)).Lines[^2];
        Outcome trained = Train(data, options);
        Assert.That(trained.Lines[^2], Is.EqualTo(expected), "the same rows give the same figure");
        Outcome predicted = Shell.Run("predict", _shell.Model, data);
        Assert.That(predicted.Lines, Has.Length.EqualTo(121), predicted.Error);
    }

    [Test]
    public void Values_far_from_zero_are_predicted_with_their_digits_and_far_cells_are_told_of()
    {
        string data = _shell.Write("far.csv", "time,a,y\n" + string.Concat(
            Enumerable.Range(0, 120).Select(i => $"{1_700_000_000 + 60 * i},{i % 7},{100_000_000 + 3 * i}.5\n")));
        Train(data);
        Outcome predicted = Shell.Run("predict", _shell.Model, data);
        double[] found = [.. predicted.Lines.Skip(1).Select(line => double.Parse(line.Split(',')[1], CultureInfo.InvariantCulture))];
        Assert.That(predicted.Error, Is.Empty);
        Assert.That(found.Distinct().Count(), Is.GreaterThan(100), "float32 has 45 numbers there");
        Assert.That(found, Is.All.InRange(99_999_500, 100_000_900));
        string later = _shell.Write("later.csv", "time,a\n1700000060,3\n17e10,1\n1700000060,1e9\n");
        predicted = Shell.Run("predict", _shell.Model, later);
        Assert.That(predicted.Code, Is.Zero);
        foreach (string column in new[] { "time", "a" })
            Assert.That(predicted.Error, Does.Contain(
                $"note: '{later}', column '{column}': 1 cells lie outside twice the range of the training rows and are clipped there"));
    }

    [Test]
    public void A_decimal_comma_that_is_not_asked_for_is_an_error() =>
        Refused("found '0,5'; --decimal-comma reads 1,5 and --thousands , reads 1,234",
            _shell.Write("semi.csv", "a;b;y\n" + string.Concat(Enumerable.Range(0, 40).Select(i => $"{i};84,3;{i},5\n"))));

    [TestCase("16%")]
    [TestCase("$16")]
    [TestCase("2021-01-16")]
    public void A_text_that_no_notation_reads_is_an_error_without_that_advice(string cell)
    {
        string data = _shell.Write("t.csv", "a,y\n" + string.Concat(Enumerable.Range(0, 40).Select(i => $"{cell},{i}.5\n")));
        Outcome outcome = Shell.Run(["train", data, .. _shell.Small]);
        Assert.That(outcome.Code, Is.EqualTo(1));
        Assert.That(outcome.Error, Does.Contain($"found '{cell}'; --text 'a'").And.Not.Contain("--decimal-comma"));
    }

    [Test]
    public void The_task_and_its_reason_are_printed()
    {
        Assert.That(Train(_shell.Write("t.csv", Numbers())).Output,
            Does.Contain("target: column 'y', regression, because it holds numbers with decimals (--task decides otherwise)"));
        string many = _shell.Write("many.csv", "x,z,label\n" + string.Concat(Enumerable.Range(0, 600).Select(
            i => $"{i % 150}.25,{i % 7},{i % 150}\n")));
        Outcome regression = Train(many);
        Assert.That(regression.Output, Does.Contain("regression, because it holds 150 different integers, more than 100"));
        Assert.That(regression.Error, Does.Contain("note: the target 'label' holds 150 different integers that repeat"));
        Outcome classes = Train(many, "--task", "classification", "--quiet");
        Assert.That(classes.Lines[0], Does.StartWith("leave-one-out accuracy"));
    }

    [Test]
    public void A_column_that_never_varied_has_no_influence()
    {
        string data = _shell.Write("t.csv", "a,year,y\n" + string.Concat(Enumerable.Range(0, 100).Select(
            i => $"{i % 17}.5,2023,{i % 17}.5\n")));
        Assert.That(Train(data, "--quiet").Error, Does.Contain("note: column 'year' never varies and has no influence"));
        string[] years = ["2023", "2024", "52000"];
        Assert.That(years.Select(Predicted).Distinct(), Has.Exactly(1).Items);

        string Predicted(string year) =>
            Shell.Run("predict", _shell.Model, _shell.Write("p.csv", $"a,year\n2.5,{year}\n")).Lines[1];
    }

    [Test]
    public void A_table_without_a_header_keeps_its_first_row()
    {
        string text = Numbers();
        string data = _shell.Write("bare.csv", text[(text.IndexOf('\n') + 1)..]);
        Outcome found = Train(data, "--validation", "0");
        Assert.That(found.Output, Does.Contain("data: 120 rows to train on"));
        Assert.That(found.Error, Does.Contain("note: the first line holds data, not names"));
        Outcome said = Train(data, "--validation", "0", "--no-header");
        Assert.That((said.Error, said.Lines[^2]), Is.EqualTo(("", found.Lines[^2])));
        Assert.That(Train(data, "--validation", "0", "--target", "1", "--ignore", "2").Output, Does.Contain("1 features"));
        Outcome open = Shell.Run("predict", _shell.Model, data);
        Assert.That(open.Lines, Has.Length.EqualTo(121), open.Error);
    }

    [Test]
    public void One_class_only_is_refused()
    {
        string sorted = _shell.Write("sorted.csv", "x,y\n" + string.Concat(Enumerable.Range(0, 80).Select(
            i => $"{i}.5,{(i < 40 ? 'a' : 'b')}\n")));
        Refused("the rows to train on: expected at least 2 classes, found 'a' only", sorted, "--samples", "30", "--first");
        Assert.That(Train(sorted, "--samples", "30").Output, Does.Contain("data: 30 rows to train on, 0 to validate"));
        string ones = _shell.Write("ones.csv", "x,y\n1.5,a\n2.5,a\n");
        Refused("ones.csv': expected at least 2 classes, found 'a' only", sorted, "--validation", ones);
        Outcome alone = Shell.Run(["train", sorted, .. _shell.Small, "--first"]);
        Assert.That((alone.Code, alone.Error.Trim()), Is.EqualTo(
            (2, "subquad: --first: expected --samples, found --first on this command line")));

        string images = _shell.Images();
        File.WriteAllBytes(_shell.Path("train-labels-idx1-ubyte"), IdxBytes.Labels([.. Enumerable.Repeat((byte)7, 60)]));
        Refused("expected at least 2 classes, found '7' only", images);
    }

    [Test]
    public void Missing_tokens_stand_beside_the_usual_ones_or_in_their_place()
    {
        string data = _shell.Write("t.csv", "a,b,y\n" + string.Concat(Enumerable.Range(0, 60).Select(
            i => $"{(i % 10 == 0 ? "-999" : i % 10 == 1 ? "NA" : $"{i}.5")},{i % 7},{i}.25\n")));
        Assert.That(Train(data, "--missing", "-999").Output, Does.Contain("12 missing cells filled with medians"));
        Outcome replaced = Shell.Run(["train", data, .. _shell.Small, "--missing", ",-999"]);
        Assert.That((replaced.Code, replaced.Error), Is.EqualTo((1, replaced.Error)));
        Assert.That(replaced.Error, Does.Contain("found 'NA'"));
    }

    [Test]
    public void A_table_to_predict_or_evaluate_may_be_written_in_another_way()
    {
        string text = Numbers(), data = _shell.Write("t.csv", text);
        Train(data);
        string other = _shell.Write("other.csv", text.Replace(',', '|').Replace("\n", "\r\n"));
        string[] all = Shell.Run("predict", _shell.Model, data).Lines;
        Assert.That(Shell.Run("predict", _shell.Model, other, "--separator", "bar").Lines, Is.EqualTo(all));
        string[] options = ["--separator", "semicolon", "--decimal-comma", "--encoding", "utf-16", "--missing", "unknown"];
        string[] lines = text.TrimEnd().Split('\n');
        lines[1] = "unknown" + lines[1][lines[1].IndexOf(',')..];
        File.WriteAllText(other, string.Join('\n', lines).Replace(',', ';').Replace('.', ','), System.Text.Encoding.Unicode);
        Outcome predicted = Shell.Run(["predict", _shell.Model, other, .. options]);
        Assert.That(predicted.Code, Is.Zero, predicted.Error);
        Assert.That(predicted.Lines[2..], Is.EqualTo(all[2..]));
        Assert.That(predicted.Lines[1], Is.Not.EqualTo(all[1]), "the median is not the cell");
        Assert.That(Shell.Run(["evaluate", _shell.Model, other, .. options]).Lines[0], Is.EqualTo("rows 120"));
        Assert.That(Shell.Run(["evaluate", _shell.Model, other, .. options[..^2]]).Error, Does.Contain("found 'unknown'"));
        Outcome images = Shell.Run("predict", _shell.Model, _shell.Images(), "--encoding", "latin1");
        Assert.That((images.Code, images.Error), Is.EqualTo((2, images.Error)));
        Assert.That(images.Error, Does.Contain("--encoding: expected a table as DATA"));
    }

    [TestCase("")]
    [TestCase("?")]
    [TestCase("unheard of")]
    public void Predicting_does_not_look_at_targets(string target)
    {
        Train(_shell.Classes());
        string data = _shell.Write("p.csv", $"key,x,y,place\nA 7,0.1,0.2,{target}\n\"B, 8\",2,2,in\n");
        Outcome predicted = Shell.Run("predict", _shell.Model, data, "--id", "key");
        Assert.That(predicted.Code, Is.Zero, predicted.Error);
        Assert.That(predicted.Lines[0], Is.EqualTo("key,prediction,in,\"out, \"\"far\"\"\""));
        Assert.That(predicted.Lines[1], Does.StartWith("A 7,"));
        Assert.That(predicted.Lines[2], Does.StartWith("\"B, 8\","));
        Outcome absent = Shell.Run("predict", _shell.Model, data, "--id", "name");
        Assert.That((absent.Code, absent.Error.Trim()), Is.EqualTo(
            (1, $"subquad: '{data}': expected a column 'name', found the columns key, x, y, place")));
        Assert.That(Shell.Run("predict", _shell.Model, _shell.Images(), "--id", "key").Code, Is.EqualTo(2));
    }

    [Test]
    public void Categories_that_training_did_not_see_are_counted()
    {
        string[] trees = ["oak", "elm", "fir"];
        string data = _shell.Write("t.csv", "tree,y\n" + string.Concat(Enumerable.Range(0, 60).Select(
            i => $"{trees[i % 3]},{i % 3}.5\n")));
        Train(data);
        Outcome predicted = Shell.Run("predict", _shell.Model, _shell.Write("p.csv", "tree\noak\npalm\npine\n"));
        Assert.That(predicted.Code, Is.Zero, predicted.Error);
        Assert.That(predicted.Error, Does.Contain("column 'tree': 2 cells hold categories that training did not see"));
    }

    [Test]
    public void A_word_that_begins_with_an_at_sign_is_a_name()
    {
        string data = _shell.Write("at.csv", Numbers().Replace("a,b,y", "a,b,@value"));
        Assert.That(Train(data, "--target", "@value").Output, Does.Contain("target: column '@value'"));
    }

    [Test]
    public void The_shape_is_that_of_the_network()
    {
        Assert.That(Train(_shell.Write("t.csv", Numbers()), "--hidden", "1").Output, Does.Contain("network: 3 - 64 - 1, density"));
        Assert.That(Shell.Run("inspect", _shell.Model).Output, Does.Contain("3 - 64 - 1, density"));
    }

    [Test]
    public void Direct_weights_are_there_when_they_are_asked_for()
    {
        string data = _shell.Write("t.csv", Numbers());
        Assert.That(Train(data, "--direct", "on").Output, Does.Contain("normalised, direct weights"));
        Assert.That(Shell.Run("inspect", _shell.Model).Output, Does.Contain("normalised, direct weights"));
        Outcome evaluated = Shell.Run("evaluate", _shell.Model, data);
        Assert.That((evaluated.Code, evaluated.Error), Is.EqualTo((0, evaluated.Error)));
        Assert.That(Train(data, "--direct", "off").Output, Does.Not.Contain("direct"));
    }

    [TestCase("--header: expected no --no-header", "--header", "--no-header")]
    [TestCase("--thousands: expected one character", "--thousands", "1000")]
    [TestCase("expected a mark between thousands that is no part of numbers, found '.'", "--thousands", ".")]
    [TestCase("--separator: expected comma or semicolon or tab or bar or space", "--separator", "dash")]
    public void Options_of_tables_are_checked(string says, params string[] options)
    {
        Outcome outcome = Shell.Run(["train", _shell.Write("t.csv", Numbers()), .. _shell.Small, .. options]);
        Assert.That((outcome.Code, outcome.Error), Is.EqualTo((2, outcome.Error)));
        Assert.That(outcome.Error, Does.Contain(says));
    }

    private Outcome Train(string data, params string[] options)
    {
        Outcome outcome = Shell.Run(["train", data, .. _shell.Small, .. options]);
        Assert.That(outcome.Code, Is.Zero, outcome.Error);
        return outcome;
    }

    private void Refused(string says, string data, params string[] options)
    {
        Outcome outcome = Shell.Run(["train", data, .. _shell.Small, .. options]);
        Assert.That((outcome.Code, outcome.Error), Is.EqualTo((1, outcome.Error)));
        Assert.That(outcome.Error, Does.Contain(says));
    }

    /// <summary>Two columns and a plane above them.</summary>
    private static string Numbers() => "a,b,y\n" + string.Concat(Enumerable.Range(0, 120).Select(i =>
        FormattableString.Invariant($"{i * 7 % 31},{i * 11 % 29 + 0.5:F1},{i * 7 % 31 * 3 - i * 11 % 29 + 0.25:F2}\n")));
}
