using System.Text;
using NUnit.Framework;
using Subquad;
using Subquad.Data;
using Subquad.Formats;

namespace Subquad.Managed.Tests.Formats;

[TestFixture]
internal sealed class CsvExamplesTests
{
    private const string Pets = """
        weight,colour,age,kind
        4,black,1,cat
        30,brown,,dog
        5,,3,cat
        20,black,NA,dog

        """;

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void Numbers_texts_and_missing_cells_become_features([Values] bool packed)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(Pets);
        Examples read = CsvExamples.Read(_folder.Write("pets.csv", packed ? TemporaryFolder.Pack(bytes) : bytes));
        Assert.That(read.Kind, Is.EqualTo(TargetKind.Classes));
        Assert.That(read.ClassNames, Is.EqualTo(new[] { "cat", "dog" }));
        Assert.That(read.Labels, Is.EqualTo(new[] { 0, 1, 0, 1 }));
        Assert.That(read.Schema!.FeatureNames, Is.EqualTo(new[] { "weight", "colour=black", "colour=brown", "age" }));
        Assert.That(read.Inputs.Values, Is.EqualTo(new float[] { 4, 1, 0, 1, 30, 0, 1, 2, 5, 0, 0, 3, 20, 1, 0, 2 }));
        Assert.That(read.MissingCells, Is.EqualTo(3));
        Assert.That(read.Schema.MissingCells, Is.EqualTo(3));
        Assert.That(read.Schema.Columns[2].Median, Is.EqualTo(2));
    }

    [Test]
    public void Another_table_is_read_with_the_schema_of_the_first()
    {
        TableSchema schema = TableSchema.FromJson(CsvExamples.Read(_folder.Write("pets.csv", Pets)).Schema!.ToJson());
        Examples read =
            CsvExamples.ReadWith(schema, _folder.Write("more.csv", "kind,extra,age,colour,weight\ndog,x,,green,9\ncat,y,5,brown,8\n"));
        Assert.That(read.Inputs.Values, Is.EqualTo(new float[] { 9, 0, 0, 2, 8, 0, 1, 5 }));
        Assert.That(read.Labels, Is.EqualTo(new[] { 1, 0 }));
        Assert.That(read.MissingCells, Is.EqualTo(1));

        Examples bare = CsvExamples.ReadWith(schema, _folder.Write("bare.csv", "age,colour,weight\n1,black,2\n"));
        Assert.That(bare.Kind, Is.EqualTo(TargetKind.None));
        Assert.That(bare.Inputs.Values, Is.EqualTo(new float[] { 2, 1, 0, 1 }));

        Examples blind = CsvExamples.ReadWith(schema, _folder.Write("blind.csv", "kind,age,colour,weight\ncow,1,black,2\n,1,black,2\n"),
            withTargets: false, rowNames: "colour");
        Assert.That((blind.Kind, blind.Count), Is.EqualTo((TargetKind.None, 2)), "targets are not looked at");
        Assert.That(blind.RowNames, Is.EqualTo(new[] { "black", "black" }));
        Assert.That(blind.Take([1]).RowNames, Is.EqualTo(new[] { "black" }));
        Assert.That(read.Notes, Has.Count.EqualTo(1).And.Some.EndsWith(
            "column 'colour': 1 cells hold categories that training did not see, and count for nothing"));

        RefusedWith(schema, "age,colour\n1,black\n", "expected a column 'weight', found the columns age, colour");
        RefusedWith(schema, "age,colour,weight\n1,black,heavy\n", "line 2: expected a number in column 'weight', found 'heavy'");
        RefusedWith(schema, "age,colour,weight,kind\n1,black,1,cat\n1,black,1,cow\n",
            "line 3: expected a known class in column 'kind', found 'cow'");
        RefusedWith(schema, "age,colour,weight,kind\n1,black,1,\n", "line 2: expected a target");
        RefusedWith(schema, "age,colour,weight\n", "expected at least one row");
    }

    [Test]
    public void The_target_column_decides_the_task()
    {
        string integers = Table(200, i => (i % 10).ToString());
        Assert.That(Kind(integers), Is.EqualTo(TargetKind.Classes));
        Assert.That(Kind(integers, task: TargetKind.Values), Is.EqualTo(TargetKind.Values));
        Assert.That(Kind(Table(300, i => (i % 101).ToString())), Is.EqualTo(TargetKind.Values), "more than 100 values");
        Assert.That(Kind(Table(20, i => (i % 11).ToString())), Is.EqualTo(TargetKind.Values), "more values than half of the rows");
        Assert.That(Kind(Table(20, i => (i % 10).ToString())), Is.EqualTo(TargetKind.Classes));
        Assert.That(Kind(Table(200, i => $"{i % 3}.5")), Is.EqualTo(TargetKind.Values));
        Assert.That(Kind(Table(200, i => $"{i % 3}.5"), task: TargetKind.Classes), Is.EqualTo(TargetKind.Classes));
        Assert.That(Kind(Table(200, i => i % 2 == 0 ? "yes" : "no")), Is.EqualTo(TargetKind.Classes));
        Assert.That(Kind(Table(200, i => i % 2 == 0 ? "yes" : "no"), target: "x"), Is.EqualTo(TargetKind.Values));
    }

    [Test]
    public void Integer_classes_are_sorted_as_numbers_in_any_notation()
    {
        Examples read =
            CsvExamples.Read(_folder.Write("t.csv", Table(40, i => i % 4 == 0 ? "10" : i % 4 == 1 ? "9.0" : i % 4 == 2 ? "9" : "-1")));
        Assert.That(read.ClassNames, Is.EqualTo(new[] { "-1", "9", "10" }));
        Assert.That(read.Labels[..4], Is.EqualTo(new[] { 2, 1, 1, 0 }));
    }

    [Test]
    public void What_cannot_be_used_is_refused_by_name()
    {
        Refused(() => Kind(Table(10, _ => "1"), target: "z"), "expected a target column 'z', found the columns x, y");
        Refused(() => Kind("x\n1\n"), "expected at least one column beside the target 'x'");
        Refused(() => Kind("x,y\n"), "expected at least one row");
        Refused(() => Kind("x,y\n1,2\n3,\n"), "line 3: expected a target in column 'y', found a missing cell");
        Refused(() => Kind(Table(10, _ => "same")), "expected at least 2 classes, found 'same' only");
        Refused(() => Kind(Table(10, i => i % 2 == 0 ? "a" : "b"), task: TargetKind.Values),
            "line 2: expected a finite number in column 'y', found 'a'");
        Refused(
            () => Kind(Table(10, _ => "1.5", i => i == 4 ? "1e39" : "1")), "line 6: expected a finite number in column 'x', found '1e39'");
        Refused(() => Kind(Table(10, _ => "1e39")), "column 'y', found '1e39'");
        Refused(() => Kind(Table(80, _ => "1.5", i => $"name {i % 65}")), "column 'x': expected numbers, or at most 64 different texts");
        Assert.That(CsvExamples.Read(_folder.Write("t.csv", Table(80, _ => "1.5", i => $"name {i % 64}"))).Width, Is.EqualTo(64));
    }

    [Test]
    public void California_housing_is_read()
    {
        string path = RealData.Find(Path.Combine("california-housing", "housing.csv.gz"));
        Examples values = CsvExamples.Read(path, new() { Target = "median_house_value" });
        Assert.That((values.Kind, values.Count, values.Width, values.MissingCells), Is.EqualTo((TargetKind.Values, 20_640, 13, 207)));
        Assert.That(values.Schema!.Columns.Single(column => column.Name == "total_bedrooms").Median, Is.EqualTo(435));
        Assert.That(values.Schema.Columns.Single(column => column.Kind == ColumnKind.Categorical).Categories, Has.Length.EqualTo(5));
        Examples classes = CsvExamples.Read(path);
        Assert.That((classes.Kind, classes.OutputCount, classes.Width), Is.EqualTo((TargetKind.Classes, 5, 9)));
    }

    private TargetKind Kind(string text, string? target = null, TargetKind? task = null) =>
        CsvExamples.Read(_folder.Write("t.csv", text), new()
        {
            Target = target,
            Task = task switch
            {
                TargetKind.Classes => TaskKind.Classification, TargetKind.Values => TaskKind.Regression, _ => null,
            },
        }).Kind;

    private static string Table(int rows, Func<int, string> target, Func<int, string>? input = null) =>
        "x,y\n" + string.Concat(Enumerable.Range(0, rows).Select(i => $"{input?.Invoke(i) ?? $"{i}.5"},{target(i)}\n"));

    private void RefusedWith(TableSchema schema, string text, string message) =>
        Refused(() => CsvExamples.ReadWith(schema, _folder.Write("other.csv", text)), message);

    private static void Refused(Action read, string message) =>
        Assert.That(read, Throws.TypeOf<InvalidDataException>().With.Message.Contains(message));
}
