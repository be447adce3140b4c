using NUnit.Framework;
using Subquad.Data;

namespace Subquad.Managed.Tests.Data;

[TestFixture]
internal sealed class TableSchemaTests
{
    private static TableSchema Schema => new(
        [
            new("size", ColumnKind.Numeric, 1.1f, [], 3),
            new("colour, \"quoted\"", ColumnKind.Categorical, 0, ["blau", "grün"], 2),
            new("age", ColumnKind.Numeric, -7, [], 0),
        ],
        "kind",
        TargetKind.Classes,
        ["cat", "dog", "3"]);

    [TestCase(0, " 2.5e1 ", CellState.Known, new[] { 25f, 0, 0, 0 })]
    [TestCase(0, "", CellState.Missing, new[] { 1.1f, 0, 0, 0 })]
    [TestCase(2, "NA", CellState.Missing, new[] { 0f, 0, 0, -7 })]
    [TestCase(2, "nan", CellState.Missing, new[] { 0f, 0, 0, -7 })]
    [TestCase(2, "?", CellState.Missing, new[] { 0f, 0, 0, -7 })]
    [TestCase(2, "x", CellState.NotANumber, new[] { 0f, 0, 0, 0 })]
    [TestCase(2, "1e99", CellState.NotFinite, new[] { 0f, 0, 0, 0 })]
    [TestCase(1, "grün", CellState.Known, new[] { 0f, 0, 1, 0 })]
    [TestCase(1, " blau", CellState.Known, new[] { 0f, 1, 0, 0 })]
    [TestCase(1, "rot", CellState.UnknownCategory, new[] { 0f, 0, 0, 0 })]
    [TestCase(1, " ", CellState.Missing, new[] { 0f, 0, 0, 0 })]
    public void A_cell_is_encoded(int column, string cell, object state, float[] expected)
    {
        var row = new double[4];
        Assert.That(Schema.Encode(column, cell, row), Is.EqualTo(state));
        Assert.That(row, Is.EqualTo(expected).Within(1e-7));
    }

    [Test]
    public void Classes_are_found_by_name_and_integers_in_any_notation()
    {
        Assert.That(new[] { "dog", " cat ", "3.0", "cow" }.Select(cell => Schema.LabelOf(cell)), Is.EqualTo(new[] { 1, 0, 2, -1 }));
        string[] cells = ["1", "1.0", "-0", "1e2", "1.5", " a "];
        Assert.That(cells.Select(cell => TableSchema.ClassName(cell)), Is.EqualTo(new[] { "1", "1", "0", "100", "1.5", "a" }));
        cells = ["007", "7", "1234567890123456703", "0"];
        Assert.That(cells.Select(cell => TableSchema.ClassName(cell)), Is.EqualTo(cells), "codes keep their digits");
    }

    [Test]
    public void Medians_replace_what_is_missing()
    {
        float[] rows = [1, 0, 0, float.NaN, float.NaN, 1, 0, float.NaN, 4, 0, 1, float.NaN];
        TableSchema learned = Schema.LearnMedians(rows);
        Assert.That(rows, Is.EqualTo(new float[] { 1, 0, 0, 0, 2.5f, 1, 0, 0, 4, 0, 1, 0 }));
        Assert.That(learned.Columns.Select(column => column.Median), Is.EqualTo(new[] { 2.5f, 0, 0 }));
    }

    [Test]
    public void Another_way_of_writing_changes_nothing_else()
    {
        var far = new TableSchema(
            [new("time", ColumnKind.Numeric, 1.5f, [], 2) { Origin = 1e9 }], "until", TargetKind.Values, [], targetOrigin: 2e9);
        foreach (TableSchema schema in new[] { Schema, far })
        {
            TableSchema other = schema.In(new TableFormat { Separator = '|' });
            Assert.That(other.Format.Separator, Is.EqualTo('|'));
            Assert.That(other.In(schema.Format).ToJson(), Is.EqualTo(schema.ToJson()));
        }
    }

    [Test]
    public void JSON_keeps_everything()
    {
        TableSchema back = TableSchema.FromJson(Schema.ToJson());
        Assert.That(back.ToJson(), Is.EqualTo(Schema.ToJson()));
        Assert.That((back.TargetName, back.Target, back.Width, back.MissingCells), Is.EqualTo(("kind", TargetKind.Classes, 4, 5)));
        Assert.That(back.ClassNames, Is.EqualTo(Schema.ClassNames));
        Assert.That(back.FeatureNames, Is.EqualTo(new[] { "size", "colour, \"quoted\"=blau", "colour, \"quoted\"=grün", "age" }));
        Assert.That(back.Columns[0].Median, Is.EqualTo(1.1f));
    }

    [Test]
    public void Other_JSON_is_refused()
    {
        string good = Schema.ToJson();
        string[] texts =
        [
            "", "[]", "{}", "null", good[..^1],
            good.Replace("\"classes\",\"classes\"", "\"colours\",\"classes\""), good.Replace("\"age\"", "\"size\""),
                good.Replace("-7", "1e99"),
            good.Replace("-7", "\"x\""), good.Replace("\"cat\"", "null"), good.Replace("\"dog\"", "\"cat\""),
        ];
        foreach (string text in texts)
            Assert.That(
                () => TableSchema.FromJson(text), Throws.TypeOf<InvalidDataException>().With.Message.StartsWith("the table schema:"), text);
    }

    [Test]
    public void Too_many_categories_are_refused_by_name()
    {
        string[] many = Enumerable.Range(0, 65).Select(i => $"c{i}").ToArray();
        Assert.That(
            () => new TableSchema([new("wide", ColumnKind.Categorical, 0, many, 0)], "y", TargetKind.Values, []),
            Throws.ArgumentException.With.Message.Contains("'wide'"));
        Assert.That(() => new TableSchema([], "y", TargetKind.Values, []), Throws.ArgumentException);
    }
}
