using NUnit.Framework;
using Subquad.Data;

namespace Subquad.Managed.Tests.Data;

[TestFixture]
internal sealed class TableFormatTests
{
    private static TableSchema Schema(TableFormat format) =>
        new([new("x", ColumnKind.Numeric, 0, [], 0)], "y", TargetKind.Values, [], format);

    [TestCase("1.5", false, null, 1.5f)]
    [TestCase("1,5", false, null, null)]
    [TestCase("-1,5", true, null, -1.5f)]
    [TestCase("1.5", true, null, null)]
    [TestCase("1,5e3", true, null, 1500f)]
    [TestCase("-1,234.5", false, ',', -1234.5f)]
    [TestCase("1,234,567", false, ',', 1234567f)]
    [TestCase("12", false, ',', 12f)]
    [TestCase("1234", false, ',', 1234f)]
    [TestCase("1,23", false, ',', null)]
    [TestCase("1234,567", false, ',', null)]
    [TestCase("1,,234", false, ',', null)]
    [TestCase(",234", false, ',', null)]
    [TestCase("1,234,", false, ',', null)]
    [TestCase("1.234,5", true, '.', 1234.5f)]
    [TestCase("1 234", false, ' ', 1234f)]
    [TestCase("word", true, '.', null)]
    public void Numbers_are_read_in_the_notation_asked_for(string cell, bool decimalComma, char? thousands, float? expected)
    {
        var format = new TableFormat { DecimalComma = decimalComma, Thousands = thousands };
        Assert.That(format.TryNumber(cell, out double number) ? (float)number : (float?)null, Is.EqualTo(expected));
    }

    [TestCase("", true, true)]
    [TestCase(" na ", true, true)]
    [TestCase("N/A", true, true)]
    [TestCase("#N/A", true, true)]
    [TestCase("null", true, true)]
    [TestCase("\\N", true, true)]
    [TestCase("-", false, true)]
    [TestCase("None", false, true)]
    [TestCase("0", false, false)]
    [TestCase("unknown", false, false)]
    public void The_usual_tokens_are_missing(string cell, bool anywhere, bool amongNumbers) => Assert.That(
        (TableFormat.Default.IsMissing(cell), TableFormat.Default.IsMissingNumber(cell)), Is.EqualTo((anywhere, amongNumbers)));

    [Test]
    public void Tokens_that_are_asked_for_replace_the_usual_ones()
    {
        var format = new TableFormat { MissingTokens = ["-999"] };
        Assert.That(new[] { "-999", "", "NA", "-" }.Select(cell => format.IsMissingNumber(cell)), Is.EqualTo(
            new[] { true, true, false, false }));
    }

    [Test]
    public void More_tokens_stand_beside_the_usual_ones()
    {
        TableFormat format = TableFormat.Default.With(new() { MoreMissingTokens = [" 999 ", "none given"] });
        Assert.That(new[] { "999", "none given", "", "NA", "-", "9" }.Select(cell => format.IsMissingNumber(cell)), Is.EqualTo(
            new[] { true, true, true, true, true, false }));
        Assert.That(format.IsMissing("-"), Is.False, "as text it may be a name still");
    }

    [Test]
    public void What_is_not_asked_for_stays()
    {
        var format = new TableFormat { Separator = ';', DecimalComma = true, Encoding = "latin1", HasHeader = false, FileWidth = 4 };
        Assert.That(format.With(new()), Is.EqualTo(format));
        Assert.That(
            format.With(new() { Separator = '|', Encoding = "utf-16", Target = "y", HasHeader = true }),
            Is.EqualTo(format with { Separator = '|', Encoding = "utf-16" }));
    }

    [Test]
    public void A_schema_keeps_its_format()
    {
        var format = new TableFormat
        {
            Separator = ';', HasHeader = false, FileWidth = 3, DecimalComma = true, Thousands = '.', MissingTokens = ["x"],
            SkipMissingTargets = true, Encoding = "latin1", MoreMissingTokens = ["y"],
        };
        TableFormat back = TableSchema.FromJson(Schema(format).ToJson()).Format;
        Assert.That(back.MissingTokens, Is.EqualTo(new[] { "x" }));
        Assert.That(back.MoreMissingTokens, Is.EqualTo(new[] { "y" }));
        Assert.That(
            back with { MissingTokens = null, MoreMissingTokens = null },
            Is.EqualTo(format with { MissingTokens = null, MoreMissingTokens = null }));
        Assert.That(Schema(TableFormat.Default).ToJson(), Does.Not.Contain("format"), "older models have none");
    }
}
