using NUnit.Framework;
using Subquad;

namespace Subquad.Managed.Tests.Data;

/// <summary>Rows of arrays are learned as rows of tables are.</summary>
[TestFixture]
internal sealed class ArrayTransformTests
{
    [Test]
    public void A_line_is_learned_from_one_column()
    {
        float[] x = [.. Enumerable.Range(0, 40).Select(i => i / 4f)];
        Dataset line = Dataset.From(x, 1, [.. x.Select(value => 3 * value + 1)]);
        using Network network = Fit(line);
        foreach (float value in new[] { 1f, 5f, 9f })
        {
            var found = new float[1];
            network.Predict([value], found);
            Assert.That(found[0], Is.EqualTo(3 * value + 1).Within(0.5), $"x = {value}");
        }
    }

    [Test]
    public void Rows_of_arrays_become_the_rows_of_a_table_with_the_same_numbers()
    {
        float[] rows = [1, 200, 2, 100, 4, 150, 3, 120];
        string path = Path.Combine(TestContext.CurrentContext.WorkDirectory, "arrays.csv");
        File.WriteAllText(path, "a,b,y\n1,200,1\n2,100,2\n4,150,3\n3,120,4\n");
        Dataset table = Dataset.ReadCsv(path, new CsvOptions { Task = TaskKind.Regression });
        using Network ofTable = Network.Create(Shape, table, seed: 1, threads: 1);
        using Network ofArrays = Network.Create(Shape, Dataset.From(rows, 2, [1f, 2, 3, 4]), seed: 1, threads: 1);
        Assert.That(ofArrays.Input.ToJson(), Is.EqualTo(ofTable.Input.ToJson()));
    }

    [Test]
    public void Without_transforms_rows_are_only_scaled_to_unit_norm_and_so_are_their_parts()
    {
        Dataset rows = Dataset.From([3f, 4, 6, 8, 1, 0], 2, [0, 1, 0]).WithoutTransforms();
        foreach (Dataset part in new[] { rows, rows.First(2), rows.Split(0.4, seed: 1).Training })
        {
            using Network network = Network.Create(Shape, part, seed: 1, threads: 1);
            Assert.That(network.Summary.Standardises, Is.False);
            Assert.That(network.Summary.HasConstantFeature, Is.False);
        }
        using Network other = Network.Create(Shape, Dataset.From([3f, 4, 6, 8, 1, 0], 2, [0, 1, 0]).First(2), seed: 1, threads: 1);
        Assert.That(other.Summary.Standardises && other.Summary.HasConstantFeature, Is.True);
    }

    private static NetworkShape Shape => new() { Hidden = [64], Densities = [0.3] };

    private static Network Fit(Dataset data)
    {
        Network network = Network.Create(Shape, data, seed: 1, threads: 1);
        using var trainer = new GaussNewtonTrainer(new GaussNewtonOptions { Steps = 20, Threads = 1 });
        trainer.Fit(network, data);
        return network;
    }
}
