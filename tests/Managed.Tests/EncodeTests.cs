using System.Text.Json;
using NUnit.Framework;
using Subquad;

namespace Subquad.Managed.Tests;

/// <summary>One record becomes the row that a line of the same table becomes.</summary>
[TestFixture]
internal sealed class EncodeTests
{
    private const string Table = """
        age,colour,size,price
        1,red,2.5,10
        2,blue,,20
        4,green,3.5,30
        8,red,4.5,40
        """;

    private string _folder = null!;
    private Network _network = null!;

    [SetUp]
    public void Train()
    {
        _folder = Directory.CreateTempSubdirectory("subquad-encode").FullName;
        _network = Network.Create(new NetworkShape { Hidden = [32], Densities = [0.3] }, Read(Table), seed: 1, threads: 1);
    }

    [TearDown]
    public void Remove()
    {
        _network.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public void The_schema_names_columns_and_features()
    {
        NetworkSchema schema = _network.Schema!;
        Assert.That(schema.Columns.Select(column => column.Name), Is.EqualTo(new[] { "age", "colour", "size" }));
        Assert.That(schema.TargetColumn, Is.EqualTo("price"));
        Assert.That(
            schema.FeatureNames, Is.EqualTo(new[] { "age", "colour=blue", "colour=green", "colour=red", "size" }));
    }

    [Test]
    public void A_record_is_encoded_as_a_line_of_a_table_is()
    {
        Assert.That(Encode(("age", 3), ("colour", "green"), ("size", 1.25)), Is.EqualTo(new float[] { 3, 0, 1, 0, 1.25f }));
        Assert.That(Encode(("age", "3"), ("colour", " red "), ("size", "1.25"), ("price", "ignored")),
            Is.EqualTo(new float[] { 3, 0, 0, 1, 1.25f }));
        Assert.That(
            _network.Encode(["3", "violet", null]), Is.EqualTo(new float[] { 3, 0, 0, 0, 3.5f }), "a new category, and the median of size");
        Assert.That(Encode(("age", float.NaN), ("colour", null), ("size", "")), Is.EqualTo(new float[] { 3, 0, 0, 0, 3.5f }));

        var fromTable = new float[1];
        _network.PredictAll(Write("age,colour,size\n5,blue,2\n"), fromTable);
        var fromRecord = new float[1];
        _network.Predict(Encode(("age", 5L), ("colour", "blue"), ("size", 2m)), fromRecord);
        Assert.That(fromRecord, Is.EqualTo(fromTable));
    }

    [Test]
    public void Values_of_parsed_JSON_are_encoded()
    {
        var record = JsonSerializer.Deserialize<Dictionary<string, object?>>("""{"age": 3, "colour": "blue", "size": null}""")!;
        Assert.That(_network.Encode(record), Is.EqualTo(new float[] { 3, 1, 0, 0, 3.5f }));
    }

    [Test]
    public void Numbers_have_no_notation_but_texts_have_that_of_the_table()
    {
        Dataset table = Dataset.ReadCsv(File("a;y\n1,5;1\n2,5;2\n4;3\n"), new CsvOptions { DecimalComma = true });
        using Network network = Network.Create(new NetworkShape { Hidden = [8], Densities = [0.5] }, table, seed: 1, threads: 1);
        var record = JsonSerializer.Deserialize<Dictionary<string, object?>>("""{"a": 2.5}""")!;
        Assert.That(network.Encode(record), Is.EqualTo(new[] { 2.5f }));
        Assert.That(network.Encode(new Dictionary<string, object?> { ["a"] = 2.5 }), Is.EqualTo(new[] { 2.5f }));
        Assert.That(network.Encode(["2,5"]), Is.EqualTo(new[] { 2.5f }));
    }

    [Test]
    public void What_is_no_row_is_refused_by_column()
    {
        Expect("column 'size': expected a value or null, found no entry", ("age", 1), ("colour", "red"));
        Expect("column 'age': expected a number, found 'old'", ("age", "old"), ("colour", "red"), ("size", 1));
        Expect("column 'age': expected a finite number, found '1E+300'", ("age", 1e300), ("colour", "red"), ("size", 1));
        Assert.That(() => _network.Encode(["1", "red"]), Throws.ArgumentException.With.Message.Contains("expected 3 cells, found 2"));
        using Network nameless = Network.Create(
            new NetworkShape { Inputs = 2, Hidden = [8], Outputs = 1, Densities = [0.5] }, seed: 1, threads: 1);
        Assert.That(nameless.Schema, Is.Null);
        Assert.That(() => nameless.Encode(["1", "2"]), Throws.InvalidOperationException);

        void Expect(string message, params (string, object?)[] record) =>
            Assert.That(() => Encode(record), Throws.TypeOf<InvalidDataException>().With.Message.EqualTo(message));
    }

    private float[] Encode(params (string Name, object? Value)[] record) =>
        _network.Encode(record.ToDictionary(entry => entry.Name, entry => entry.Value));

    private Dataset Read(string table) => Dataset.ReadCsv(File(table));

    private Dataset Write(string table) => _network.ReadCsv(File(table));

    private string File(string table)
    {
        string path = Path.Combine(_folder, Path.GetRandomFileName() + ".csv");
        System.IO.File.WriteAllText(path, table);
        return path;
    }
}
