using NUnit.Framework;

namespace Subquad.Cli.Tests;

/// <summary><c>pack</c>, and packed files wherever data are read.</summary>
public class PackTests
{
    private Shell _shell = null!;

    [SetUp]
    public void MakeFolder() => _shell = new Shell();

    [TearDown]
    public void RemoveFolder() => _shell.Dispose();

    [TestCase("table")]
    [TestCase("sparse")]
    [TestCase("images")]
    public void Packed_data_are_read_wherever_the_others_are(string kind)
    {
        string data = kind switch
        {
            "table" => _shell.Classes(), "sparse" => _shell.Sparse("t.libsvm"), _ => _shell.Images(),
        };
        string packed = _shell.Path("rows.pack");
        Outcome outcome = Shell.Run("pack", data, "--out", packed);
        Assert.That(outcome.Code, Is.Zero, outcome.Error);
        Assert.That(outcome.Lines[0], Does.StartWith($"packed: {packed}, {(kind == "images" ? 60 : 120)} rows of "));
        Outcome expected = Shell.Run(["train", data, .. _shell.Small]);
        string[] predictions = Shell.Run("predict", _shell.Model, data).Lines, scores = Shell.Run("evaluate", _shell.Model, data).Lines;
        Outcome trained = Shell.Run(["train", packed, .. _shell.Small, "--validation", packed, "--test", packed]);
        Assert.That(trained.Code, Is.Zero, trained.Error);
        Assert.That(Shell.Run(["train", packed, .. _shell.Small]).Lines[^2], Is.EqualTo(expected.Lines[^2]), "the same training");
        Assert.That(Shell.Run("predict", _shell.Model, packed).Lines, Is.EqualTo(predictions));
        Assert.That(Shell.Run("evaluate", _shell.Model, packed).Lines, Is.EqualTo(scores));
        string like = _shell.Path("like.pack");
        Assert.That(Shell.Run("pack", data, "--like", _shell.Model, "--out", like).Code, Is.Zero);
        Assert.That(Shell.Run("predict", _shell.Model, like).Lines, Is.EqualTo(predictions));
        Assert.That(Shell.Run("pack", data, "--like", packed, "--out", like, "--force").Code, Is.Zero);
        Assert.That(Shell.Run("evaluate", _shell.Model, like).Lines, Is.EqualTo(scores));
    }

    [Test]
    public void What_cannot_be_packed_or_does_not_fit_is_refused()
    {
        string table = _shell.Classes(), sparse = _shell.Sparse("t.libsvm"), packed = _shell.Path("rows.pack");
        Refused(2, "pack: expected --out FILE", "pack", table);
        Refused(2, "--out: expected another file than the inputs", "pack", table, "--out", table, "--force");
        Refused(2, "--labels: expected an IDX images file as DATA", "pack", table, "--labels", table, "--out", packed);
        Refused(2, "--target: expected a table as DATA and no --like", "pack", sparse, "--target", "x", "--out", packed);
        Refused(2, "--test-images: expected a folder as DATA", "pack", table, "--test-images", "--out", packed);
        Assert.That(Shell.Run("pack", table, "--out", packed).Code, Is.Zero);
        Refused(2, "--force overwrites it", "pack", table, "--out", packed);
        Refused(2, "--target: expected a CSV or another table", ["train", packed, "--target", "x", .. _shell.Small]);
        Refused(2, "--labels: expected an IDX images file", ["train", packed, "--labels", table, .. _shell.Small]);
        byte[] bytes = File.ReadAllBytes(packed);
        File.WriteAllBytes(packed, bytes[..^9]);
        Refused(1, "the data were cut", ["train", packed, .. _shell.Small]);
        bytes[^20] ^= 4;
        File.WriteAllBytes(packed, bytes);
        Refused(1, "the data are damaged", ["train", packed, .. _shell.Small]);
        Assert.That(Shell.Run("pack", sparse, "--features", "20", "--out", packed, "--force").Lines[0], Does.Contain("of 20 features"));
        Assert.That(Shell.Run(["train", table, .. _shell.Small]).Code, Is.Zero);
        Refused(1, "expected rows of a table, found rows without named columns", "predict", _shell.Model, packed);
    }

    private static void Refused(int code, string says, params string[] args)
    {
        Outcome outcome = Shell.Run(args);
        Assert.That((outcome.Code, outcome.Error), Is.EqualTo((code, outcome.Error)), outcome.Output);
        Assert.That(outcome.Error, Does.Contain(says));
    }
}
