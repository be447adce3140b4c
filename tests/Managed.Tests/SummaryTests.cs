using Subquad.Managed.Tests.Engine;
using Subquad.Managed.Tests.Formats;
using NUnit.Framework;
using Subquad;
using Subquad.Formats;

namespace Subquad.Managed.Tests;

/// <summary>What a network tells of itself beside its shape.</summary>
[TestFixture]
internal sealed class SummaryTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void A_network_for_plain_rows_transforms_little()
    {
        using Network network = Network.Create(Shapes.Odd, 1);
        NetworkSummary summary = network.Summary;
        Assert.That(summary.Shifts, Is.EqualTo(Shapes.Odd.Shifts()));
        Assert.That((summary.Standardises, summary.HasConstantFeature, summary.TargetColumn), Is.EqualTo((false, false, (string?)null)));
        Assert.That(summary.Columns, Is.Empty);
        Assert.That(summary.TargetMeans, Is.EqualTo(new float[3]));
        Assert.That(summary.TargetDeviations, Is.EqualTo(new float[] { 1, 1, 1 }));
    }

    [Test]
    public void A_table_brings_its_columns_and_survives_a_file()
    {
        string table = _folder.Write("a.csv", "x,place,y\n1,in,3\n,out,5\n2,in,7\n2,out,9\n");
        Dataset data = Dataset.ReadCsv(table, new() { Task = TaskKind.Regression });
        using Network network = Network.Create(new() { Hidden = [9], Densities = [0.5] }, data, 1);
        network.Save(_folder.File("model"));
        using Network loaded = Network.Load(_folder.File("model"));
        foreach (NetworkSummary summary in new[] { network.Summary, loaded.Summary })
        {
            Assert.That((summary.Standardises, summary.HasConstantFeature, summary.TargetColumn), Is.EqualTo((true, true, "y")));
            Assert.That(
                summary.Columns.Select(column => (column.Name, column.Median)), Is.EqualTo(new[] { ("x", (float?)2), ("place", null) }));
            Assert.That(summary.Columns[1].Categories, Is.EqualTo(new[] { "in", "out" }));
            Assert.That(summary.Columns[0].Categories, Is.Empty);
            Assert.That(summary.TargetMeans, Is.EqualTo(new[] { 6f }));
            Assert.That(summary.TargetDeviations[0], Is.EqualTo(Math.Sqrt(5)).Within(1e-6));
        }
    }

    [Test]
    public void Classes_have_no_means()
    {
        using Network network = Network.Create(new() { Hidden = [9], Densities = [0.5] }, Dataset.From([1f, 2f, 3f], 1, [0, 1, 0]), 1);
        Assert.That(network.Summary.TargetMeans, Is.Empty);
        Assert.That(network.Summary.TargetDeviations, Is.Empty);
    }

    [Test]
    public void The_hash_is_that_of_the_file()
    {
        using Network network = Network.Create(Shapes.Odd, 1);
        Assert.That(network.Summary.DataHash, Is.Null);
        network.Save(_folder.File("model"));
        using Network loaded = Network.Load(_folder.File("model"));
        using SafetensorsFile file = SafetensorsFile.Open(_folder.File("model"));
        Assert.That((network.Summary.DataHash, loaded.Summary.DataHash), Is.EqualTo((file.HashData(), file.HashData())));
    }
}
