using NUnit.Framework;
using Subquad.Perf.Reports;

namespace Subquad.Perf.Tests;

/// <summary>The comparison that a nightly job fails by: what counts as slower, and what is compared with what.</summary>
[TestFixture]
internal sealed class CompareTests
{
    private string _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("subquad-compare").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [TestCase(0.010, 0)]
    [TestCase(0.0124, 0)]
    [TestCase(0.0126, 1)]
    [TestCase(0.001, 0)]
    public void A_row_is_slower_when_it_leaves_the_band(double seconds, int expected)
    {
        (int code, string output) = Compare([Row("forward", 8192, 0.010)], [Row("forward", 8192, seconds)]);
        Assert.That(code, Is.EqualTo(expected), output);
        Assert.That(output, Does.Contain("1 rows compared").And.Contain($"{expected} slower").And.Contain("25 %"));
        Assert.That(output.Contains("faster |"), Is.EqualTo(seconds < 0.008));
    }

    [Test]
    public void The_band_can_be_widened() =>
        Assert.That(Compare([Row("forward", 8192, 1)], [Row("forward", 8192, 1.9)], band: 1).Code, Is.Zero);

    [Test]
    public void Rows_are_matched_by_what_they_measured_and_not_by_their_order()
    {
        Row[] before = [Row("forward", 8192, 1), Row("scatter", 8192, 20), Row("forward", 16384, 300)];
        Assert.That(Compare(before, [Row("forward", 16384, 301), Row("forward", 8192, 1.01), Row("scatter", 8192, 20)]).Code, Is.Zero);
        Assert.That(
            Compare(before, [Row("forward", 16384, 301), Row("forward", 8192, 1.01), Row("scatter", 8192, 30)]).Code, Is.EqualTo(1));
    }

    [Test]
    public void Another_kernel_set_is_another_row()
    {
        (int code, string output) = Compare([Row("forward", 8192, 1)], [Row("forward", 8192, 1), Row("forward", 8192, 9, "scalar")]);
        Assert.That((code, output.Contains("1 without an earlier number")), Is.EqualTo((0, true)), output);
    }

    [Test]
    public void Rows_that_agree_in_everything_are_matched_in_turn()
    {
        Row[] before = [Row("forward", 8192, 1), Row("forward", 8192, 5)];
        Assert.That(Compare(before, [Row("forward", 8192, 1), Row("forward", 8192, 5)]).Code, Is.Zero);
        Assert.That(Compare(before, [Row("forward", 8192, 5), Row("forward", 8192, 5)]).Code, Is.EqualTo(1));
    }

    [Test]
    public void A_comparison_of_nothing_fails()
    {
        (int code, string output) = Compare([Row("forward", 8192, 1)], [Row("forward", 4096, 1)]);
        Assert.That((code, output.Contains("nothing was compared")), Is.EqualTo((1, true)), output);
        Assert.That(Compare([Row("forward", 8192, 1)], [new Row { { "kind", "slope" }, { "slope", 2.0 } }]).Code, Is.EqualTo(1));
    }

    [Test]
    public void A_machine_that_was_never_measured_is_a_notice()
    {
        using var output = new StringWriter();
        int code = new Comparing { Band = 0.25 }.Run(Write("no-such-run.json", [Row("forward", 8192, 1)]), output);
        Assert.That((code, output.ToString().StartsWith("notice: ", StringComparison.Ordinal)), Is.EqualTo((0, true)), output.ToString());
    }

    [Test]
    public void A_file_that_was_asked_for_must_be_there()
    {
        FileInfo now = Write("now.json", [Row("forward", 8192, 1)]);
        Assert.That(() => new Comparing { Against = new(Path.Combine(_folder, "missing.json")), Band = 0.25 }.Run(now, TextWriter.Null),
            Throws.InstanceOf<IOException>());
    }

    [Test]
    public void A_history_is_begun_and_renewed_by_all_but_slower_results()
    {
        (int Code, string Output) Next(double seconds)
        {
            using var output = new StringWriter();
            int code = new Comparing { History = new(Path.Combine(_folder, "history")), Band = 0.25 }.Run(
                Write("no-such-run.json", [Row("forward", 8192, seconds)]), output);
            return (code, output.ToString());
        }
        Assert.That(Next(1).Output, Does.StartWith("notice: "));
        Assert.That(File.Exists(Path.Combine(_folder, "history", Machine.Slug, "no-such-run.json")));
        Assert.That(Next(1.2).Code, Is.Zero);
        // Against the first this one would be too slow.
        Assert.That(Next(1.4).Code, Is.Zero);
        Assert.That(Next(2).Code, Is.EqualTo(1));
        Assert.That(Next(2).Code, Is.EqualTo(1));
        Assert.That(Next(1.4).Code, Is.Zero);
    }

    [Test]
    public void Annotations_say_what_is_slower_and_what_was_never_measured()
    {
        using var output = new StringWriter();
        FileInfo now = Write("no-such-run.json", [Row("forward", 8192, 2)]);
        new Comparing { Band = 0.25, Annotates = true }.Run(now, output);
        Assert.That(output.ToString(), Does.StartWith("::notice::"));
        new Comparing { Against = Write("before.json", [Row("forward", 8192, 1)]), Band = 0.25, Annotates = true }.Run(now, output);
        Assert.That(output.ToString(), Does.Match("(?m)^::warning::1 of 1 rows .*forward"));
    }

    private (int Code, string Output) Compare(Row[] before, Row[] now, double band = 0.25)
    {
        using var output = new StringWriter();
        int code = new Comparing { Against = Write("before.json", before), Band = band }.Run(Write("now.json", now), output);
        return (code, output.ToString());
    }

    private FileInfo Write(string name, Row[] rows)
    {
        var file = new FileInfo(Path.Combine(_folder, name));
        Json.Write(file.FullName, rows);
        return file;
    }

    private static Row Row(string name, int m, double seconds, string kernels = "simd256") => new()
    {
        { "kind", "kernel" }, { "name", name }, { "m", m }, { "batch", 128 }, { "density", 0.05 }, { "threads", 1 }, { "kernels", kernels },
            { "seconds", seconds }, { "ratio", 1 / seconds },
    };
}
