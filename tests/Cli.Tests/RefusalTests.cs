using NUnit.Framework;

namespace Subquad.Cli.Tests;

/// <summary>Everything that is refused: the exit code, and one line that says what was expected and found.</summary>
public class RefusalTests
{
    private Shell _shell = null!;

    [SetUp]
    public void MakeFolder() => _shell = new Shell();

    [TearDown]
    public void RemoveFolder() => _shell.Dispose();

    [TestCase("expected a command", "")]
    [TestCase("found 'tarin'", "tarin")]
    [TestCase("found '--wdith'", "train --wdith 64")]
    [TestCase("found '--wdith'", "train --wdith")]
    [TestCase("--width: expected once, found 2 times", "train --width 64 --width 32")]
    [TestCase("--density: expected once, found 2 times", "train --density 0.1 --density 0.2,0.1")]
    [TestCase("--shift: expected once, found 3 times", "train --shift 1 --shift 1 --shift 2")]
    [TestCase("--steps: expected once, found 2 times", "train --steps 5 --steps 1")]
    [TestCase("--quiet: expected once, found 2 times", "train --quiet --quiet")]
    [TestCase("--out: expected once, found 2 times", "predict m d --out a --out b")]
    [TestCase("or LIBSVM text, and no --from", "train --features 5")]
    [TestCase("--steps: expected a value", "train --steps")]
    [TestCase("--steps: expected a whole number of 0 or more, found 'many'", "train --steps many")]
    [TestCase("--steps: expected a whole number of 0 or more, found '-1'", "train --steps -1")]
    [TestCase("found '2.5'", "train --hidden 2.5")]
    [TestCase("found '0'", "train --width 0")]
    [TestCase("found '0.1,x'", "train --density 0.1,x")]
    [TestCase("at most 0.5, found '0.7'", "train --density 0.7")]
    [TestCase("found 'NaN'", "train --damping NaN")]
    [TestCase("found '1'", "train --hidden-share 1")]
    [TestCase("found '1.5'", "train --validation 1.5")]
    [TestCase("found '0'", "train --threads 0")]
    [TestCase("expected no --shift", "train --density 0.1 --shift 0.4")]
    [TestCase("one for each of 3 hidden layers, found 2", "train --hidden 3 --width 64,32")]
    [TestCase("one for each of 2 hidden layers, found 3", "train --density 0.1,0.2,0.3")]
    [TestCase("from 1 to 2, found 3", "train --train-from 3")]
    [TestCase("expected a CSV", "train --target price")]
    [TestCase("expected no --no-plot", "train --plot a.png --no-plot")]
    [TestCase("ends in .png or .svg, found 'a.gif'", "train --plot a.gif")]
    [TestCase("expected classification or regression, found 'ranking'", "train --task ranking")]
    [TestCase("--direct: expected on or off, found 'maybe'", "train --direct maybe")]
    [TestCase("expected gauss-newton, found 'adam'", "train --trainer adam")]
    [TestCase("expected auto or cholesky or pcg or direct or lowrank, found 'lu'", "train --solver lu")]
    [TestCase("expected auto or on or off, found 'yes'", "train --leave-one-out yes")]
    [TestCase("expected no --validation, found '0.2'", "train --leave-one-out on --validation 0.2")]
    [TestCase("expected all rows in a step (Batch), found 10 of", "train --samples 100 --leave-one-out on --batch 10")]
    [TestCase("scalar", "train --kernels nope")]
    [TestCase("DATA: 'absent.csv' does not exist", "train absent.csv")]
    [TestCase("--test: 'absent' does not exist", "train --test absent")]
    [TestCase("--validation: 'absent' does not exist", "train --validation absent")]
    [TestCase("--from: 'absent' does not exist", "train --from absent")]
    [TestCase("found 'absent/model'", "train --out absent/model")]
    [TestCase("found 'b' too", "train a b")]
    [TestCase("expected MODEL and DATA", "evaluate model")]
    [TestCase("MODEL: 'absent' does not exist", "evaluate absent data")]
    [TestCase("MODEL: 'absent' does not exist", "predict absent data")]
    [TestCase("--weights: expected float32 or bfloat16, found 'float16'", "predict model data --weights float16")]
    [TestCase("--weights: expected a value", "evaluate model data --weights")]
    [TestCase("MODEL: 'absent' does not exist", "inspect absent")]
    [TestCase("expected MODEL or --kernels", "inspect")]
    public void A_wrong_command_line_exits_with_2(string says, string line) =>
        Expect(2, says, line.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    [Test]
    public void A_file_that_exists_is_refused_unless_forced()
    {
        string data = _shell.Classes(), file = _shell.Write("old", "precious");
        string[] line = ["train", data, "--width", "16", "--steps", "1", "--no-plot", "--out", file];
        Expect(2, "--force overwrites it", line);
        Assert.That(File.ReadAllText(file), Is.EqualTo("precious"));
        Expect(2, "--force overwrites it", [.. line[..^1], _shell.Path("new"), "--log", file]);
        Assert.That(Shell.Run([.. line, "--force"]).Code, Is.Zero);
        Expect(2, "--force overwrites it", "predict", file, data, "--out", data);
        Expect(2, "another file than the inputs", "predict", file, data, "--out", data, "--force");
        Expect(2, "another file than the inputs", "merge", file, file, "--out", file, "--force");
        Expect(2, "another file than the inputs", [.. line[..^1], _shell.Path("new"), "--log", data, "--force"]);
        Expect(2, "for both", [.. line[..^1], _shell.Path("new"), "--log", _shell.Path("new")]);
    }

    [Test]
    public void A_folder_is_no_output() => Expect(2, "found the folder", "train", "--out", _shell.Folder);

    [Test]
    public void Nothing_is_trained_for_a_folder_that_cannot_be_written()
    {
        if (!Directory.Exists("/proc/self"))
            Assert.Ignore("this system has no folder that even an administrator cannot write to");
        Outcome outcome = Expect(1, "'/proc/model.safetensors'", "train", "--out", "/proc/model.safetensors");
        Assert.That(outcome.Output, Is.Empty);
    }

    [TestCase("line 3: expected a finite number in column 'x', found '1e99'", "x,y\n1,2.5\n1e99,3.5\n")]
    [TestCase("line 3: expected 2 cells", "x,y\n1,2.5\n1\n")]
    [TestCase("missing cell", "x,y\n1,2.5\n2,NaN\n")]
    [TestCase("expected", "")]
    public void A_bad_table_exits_with_1(string says, string text) =>
        Expect(1, says, ["train", _shell.Write("bad.csv", text), .. _shell.Small]);

    [Test]
    public void An_unknown_column_names_those_there_are() =>
        Expect(1, "x, y, place", ["train", _shell.Classes(), "--target", "price", .. _shell.Small]);

    [Test]
    public void Other_files_are_no_data()
    {
        Expect(1, "an IDX images file or a .csv", ["train", _shell.Write("notes.md", "hello"), .. _shell.Small]);
        Expect(
            1, "line 1: expected a finite number as label, found 'hello'", ["train", _shell.Write("notes.txt", "hello"), .. _shell.Small]);
    }

    [Test]
    public void Options_of_tables_and_images_are_refused_for_sparse_text()
    {
        string data = _shell.Sparse("data");
        Expect(2, "--target: expected a CSV", "train", data, "--target", "1");
        Expect(2, "--labels: expected an IDX images file", "train", data, "--labels", data);
        Shell.Run(["train", data, .. _shell.Small]);
        Expect(2, "--labels: expected an IDX images file", "evaluate", _shell.Model, data, "--labels", data);
        Expect(1, "line 2: expected a known class, found 7", "evaluate", _shell.Model, _shell.Write("new.svm", "-1 1:1\n7 1:1\n"));
        Shell.Run(["train", _shell.Classes(), .. _shell.Small]);
        Expect(1, "the model was trained on a table", "evaluate", _shell.Model, data);
    }

    [Test]
    public void Too_many_samples_are_refused() =>
        Expect(1, "at most 120 rows, found 121", ["train", _shell.Classes(), "--samples", "121", .. _shell.Small]);

    [Test]
    public void A_file_that_is_no_model_exits_with_1()
    {
        Expect(1, "notes", "inspect", _shell.Write("notes", "hello, this is no model at all"));
        Expect(1, "notes", "evaluate", _shell.Path("notes"), _shell.Classes());
    }

    [Test]
    public void Data_that_do_not_fit_the_model_exit_with_1()
    {
        Shell.Run(["train", _shell.Classes(), .. _shell.Small]);
        Expect(1, "expected a column 'y'", "evaluate", _shell.Model, _shell.Write("narrow.csv", "x,place\n1,in\n"));
        Expect(1, "expected the target column", "evaluate", _shell.Model, _shell.Write("open.csv", "x,y\n1,1\n"));
        Expect(1, "6 features a row, the model expects 2", "predict", _shell.Model, _shell.Images());
    }

    [Test]
    public void A_network_that_does_not_fit_is_refused_before_anything_is_allocated() =>
        Expect(1, "available", "train", _shell.Classes(), "--width", "16777216", "--out", _shell.Path("huge"), "--no-plot");

    private static Outcome Expect(int code, string says, params string[] args)
    {
        Outcome outcome = Shell.Run(args);
        Assert.That(outcome.Error, Does.StartWith("subquad: ").And.Contain(says));
        Assert.That(outcome.Error.TrimEnd().Split('\n'), Has.Length.EqualTo(1), "one line");
        Assert.That(outcome.Code, Is.EqualTo(code), outcome.Error);
        return outcome;
    }
}
