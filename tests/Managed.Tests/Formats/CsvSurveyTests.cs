using NUnit.Framework;
using Subquad;
using Subquad.Data;
using Subquad.Formats;

namespace Subquad.Managed.Tests.Formats;

/// <summary>What is decided about the columns of a table, what is noted, and what is refused as doubtful.</summary>
[TestFixture]
internal sealed class CsvSurveyTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCase("NA")]
    [TestCase("-")]
    [TestCase("null")]
    [TestCase("None")]
    [TestCase("N/A")]
    [TestCase("#N/A")]
    [TestCase("\\N")]
    [TestCase("na")]
    public void A_column_of_numbers_keeps_missing_cells(string token)
    {
        Examples read = Read(Column(30, i => i % 10 == 3 ? token : $"{i}.5"));
        Assert.That((read.Width, read.MissingCells), Is.EqualTo((1, 3)));
    }

    [TestCase("12o")]
    [TestCase("unknown")]
    [TestCase("inf")]
    [TestCase("1,5")]
    public void A_few_cells_that_are_no_numbers_are_an_error(string cell)
    {
        string text = Column(30, i => i == 5 ? cell : $"{i}.5");
        Refused(text, $"line 7: expected a number in column 'x', found '{cell}'");
        Assert.That(Read(text, new() { MissingTokens = [cell] }).MissingCells, Is.EqualTo(1));
        Assert.That(Read(text, new() { TextColumns = ["x"] }).Width, Is.EqualTo(30));
    }

    [TestCase("{0}%")]
    [TestCase("${0}")]
    [TestCase("{0} EUR")]
    [TestCase("{0},5")]
    [TestCase("1,0{0}")]
    [TestCase("2021-01-{0}")]
    [TestCase("{0}/3/2021")]
    [TestCase("10:{0}")]
    public void Numbers_in_another_notation_are_no_categories(string pattern)
    {
        string text = Column(30, i => string.Format(pattern, 10 + i % 18));
        Refused(text, "line 2: expected a number in column 'x', found '" + string.Format(pattern, 10) + "'");
        Assert.That(Read(text, new() { TextColumns = ["x"] }).Width, Is.EqualTo(18));
    }

    [Test]
    public void Decimal_commas_and_thousands_are_read_on_demand()
    {
        Examples read = Read("x;y\n1.234,5;7,25\n2;8,5\n", new() { DecimalComma = true, Thousands = '.' });
        Assert.That(read.Inputs.Values, Is.EqualTo(new[] { 1234.5f, 2 }));
        Assert.That(read.Values, Is.EqualTo(new[] { 7.25f, 8.5f }));
        Examples later = CsvExamples.ReadWith(TableSchema.FromJson(read.Schema!.ToJson()), _folder.Write("l.csv", "x;z\n3,5;1\n"));
        Assert.That(later.Inputs.Values, Is.EqualTo(new[] { 3.5f }));
    }

    [TestCase("{0},5")]
    [TestCase("1,0{0}")]
    [TestCase("{0}%")]
    public void A_target_in_another_notation_is_an_error(string pattern)
    {
        string text = Table(40, i => string.Format(pattern, 10 + i));
        Refused(text, "line 2: expected a number in column 'y', found '" + string.Format(pattern, 10) + "'");
        Assert.That(Read(text, new() { Task = TaskKind.Classification }).OutputCount, Is.EqualTo(40));
    }

    [Test]
    public void A_target_of_texts_that_do_not_repeat_is_an_error() =>
        Refused(Table(40, i => $"name {i}"), "column 'y': expected numbers or classes that repeat, found 40 different texts in 40 rows");

    [Test]
    public void The_reason_of_the_task_is_given()
    {
        Assert.That(Read(Table(60, i => $"{i % 3}")).TaskReason, Is.EqualTo("it holds 3 different integers"));
        Assert.That(Read(Table(60, i => $"{i}.5")).TaskReason, Is.EqualTo("it holds numbers with decimals"));
        Assert.That(Read(Table(60, i => $"c{i % 3}")).TaskReason, Is.EqualTo("it holds 3 different texts"));
        Examples many = Read(Table(900, i => $"{i % 150}"));
        Assert.That((many.Kind, many.TaskReason), Is.EqualTo((TargetKind.Values, "it holds 150 different integers, more than 100")));
        Assert.That(many.Notes, Has.Some.Contains("--task classification takes them as classes"));
        Assert.That(Read(Table(900, i => $"{i % 150}"), new() { Task = TaskKind.Classification }).OutputCount, Is.EqualTo(150));
    }

    [Test]
    public void Codes_are_classes()
    {
        Examples ids = Read(Table(60, i => $"123456789012345670{i % 3}"));
        Assert.That(ids.ClassNames, Is.EqualTo(new[] { "1234567890123456700", "1234567890123456701", "1234567890123456702" }));
        Examples zeros = Read(Table(60, i => new[] { "7", "07", "007" }[i % 3]));
        Assert.That(zeros.ClassNames, Is.EqualTo(new[] { "007", "07", "7" }));
        Refused(Table(60, i => $"12345678901234567{i:D2}"), "found codes of more than 15 digits, 60 different ones in 60 rows");
    }

    [Test]
    public void A_class_may_have_the_name_of_a_token()
    {
        string text = Table(60, i => new[] { "NA", "ZA" }[i % 2]);
        Refused(text, "line 2: expected a target in column 'y', found a missing cell 'NA'");
        Assert.That(Read(text, new() { MissingTokens = [] }).ClassNames, Is.EqualTo(new[] { "NA", "ZA" }));
        Assert.That(Read(Table(60, i => new[] { "-", "+" }[i % 2])).ClassNames, Is.EqualTo(new[] { "+", "-" }));
        Assert.That(Read(Table(60, i => new[] { "None", "some" }[i % 2])).ClassNames, Is.EqualTo(new[] { "None", "some" }));
    }

    [Test]
    public void Rows_without_a_target_are_left_out_on_demand()
    {
        string text = Table(60, i => i % 20 == 7 ? "-" : $"{i}.5");
        Refused(text, "line 9: expected a target in column 'y', found a missing cell '-'");
        Examples read = Read(text, new() { SkipMissingTargets = true });
        Assert.That((read.Count, read.Values[7]), Is.EqualTo((57, 8.5f)));
        Assert.That(read.Notes, Has.Some.EqualTo("3 rows without a target are left out"));
    }

    [Test]
    public void A_table_without_a_header_loses_no_row()
    {
        Examples read = Read("16,84.3,6.359\n8,112.6,-32.64\n33,122.6,37.841\n");
        Assert.That((read.Count, read.Schema!.TargetName), Is.EqualTo((3, "3")));
        Assert.That(read.Notes, Has.Some.Contains("the first line holds data"));
        Assert.That(Read("1,2,3\n4,5,6.5\n", new() { HasHeader = true }).Count, Is.EqualTo(1));
        Assert.That(Read("a,b\nc,d\na,d\nc,b\n", new() { HasHeader = false }).Count, Is.EqualTo(4));
        Refused("a,a\nb,c\n", "is there no header (--no-header)");

        Examples first = Read("1.5,7,2.5\n2.5,8,1.5\n", new() { Target = "1" });
        TableSchema schema = TableSchema.FromJson(first.Schema!.ToJson());
        Examples whole = CsvExamples.ReadWith(schema, _folder.Write("w.csv", "9.5,3,4\n"));
        Assert.That((whole.Values[0], whole.Inputs.Values[0], whole.Inputs.Values[1]), Is.EqualTo((9.5f, 3f, 4f)));
        Examples open = CsvExamples.ReadWith(schema, _folder.Write("o.csv", "3,4\n"));
        Assert.That((open.Kind, open.Inputs.Values[0], open.Inputs.Values[1]), Is.EqualTo((TargetKind.None, 3f, 4f)));
    }

    [Test]
    public void Columns_are_left_out_and_chosen()
    {
        string text = "id,a,b,y\n1,2,3,4.5\n2,3,4,5.5\n";
        Assert.That(Read(text, new() { Ignore = ["id", "b"] }).Schema!.FeatureNames, Is.EqualTo(new[] { "a" }));
        Assert.That(Read(text, new() { Features = ["b", "a"] }).Schema!.FeatureNames, Is.EqualTo(new[] { "a", "b" }));
        Refused(text, "--ignore: expected a column, found 'c'; the columns are id, a, b, y", new() { Ignore = ["c"] });
        Refused(text, "--features: expected other columns than the target, found 'y'", new() { Features = ["y"] });
        Refused(text, "expected at least one column beside the target 'y'", new() { Ignore = ["id", "a", "b"] });
    }

    [Test]
    public void A_first_column_without_a_name_counts_the_rows()
    {
        Examples read = Read(",a,y\n0,2.5,4.5\n1,3,5.5\n2,4,6.5\n");
        Assert.That(read.Schema!.FeatureNames, Is.EqualTo(new[] { "a" }));
        Assert.That(read.Notes, Has.Some.Contains("the first column has no name and counts the rows"));
        Examples named = Read("a y\nr1 2.5 4.5\nr2 3 5.5\nr3 4 6.5\n");
        Assert.That((named.Schema!.FeatureNames[0], named.Inputs.Values[0]), Is.EqualTo(("a", 2.5f)));
        Refused(",a,y\n5,2.5,4.5\n3,3,5.5\n", "line 1: expected a name for column 1");
    }

    [Test]
    public void Columns_without_influence_and_identifiers_are_noted()
    {
        Examples read = Read("key,year,none,x,y\n" + string.Concat(Enumerable.Range(0, 30).Select(i => $"{i},2023,,{i * 7 % 11},{i}.5\n")));
        Assert.That(read.Notes, Is.EqualTo(new[]
        {
            "column 'key' looks like an identifier of the rows and is learned from: --ignore 'key' leaves it out",
            "column 'year' never varies and has no influence",
            "column 'none' is empty and has no influence",
        }));
    }

    [Test]
    public void Blanks_before_a_quote_are_no_text() =>
        Assert.That(
            Read("\"a\", \"y\"\n\"16.19\", \"1.5\"\n\"7.5\" , \"2.5\"\n").Inputs.Values, Is.EqualTo(new[] { 16.19f, 7.5f }));

    [Test]
    public void Other_encodings_are_named()
    {
        byte[] latin = [.. "gr"u8, 0xf6, .. "sse,y\n1,2.5\n2,3.5\n"u8];
        string path = _folder.Write("latin.csv", latin);
        Assert.That(() => CsvExamples.Read(path),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("line 1: expected UTF-8 text"));
        Assert.That(CsvExamples.Read(path, new() { Encoding = "latin1" }).Schema!.FeatureNames[0], Is.EqualTo("gr\u00f6sse"));
        Assert.That(() => CsvExamples.Read(path, new() { Encoding = "klingon" }),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("found 'klingon'"));
    }

    private Examples Read(string text, CsvOptions? options = null) => CsvExamples.Read(_folder.Write("t.csv", text), options);

    private void Refused(string text, string message, CsvOptions? options = null) =>
        Assert.That(() => Read(text, options), Throws.TypeOf<InvalidDataException>().With.Message.Contains(message));

    /// <summary>A feature of such cells, in quotes, and a target of numbers.</summary>
    private static string Column(int rows, Func<int, string> cell) =>
        "x,y\n" + string.Concat(Enumerable.Range(0, rows).Select(i => $"\"{cell(i)}\",{i}.25\n"));

    /// <summary>A feature of numbers and a target of such cells, in quotes.</summary>
    private static string Table(int rows, Func<int, string> target) =>
        "x,y\n" + string.Concat(Enumerable.Range(0, rows).Select(i => $"{i * 7 % 11}.5,\"{target(i)}\"\n"));
}
