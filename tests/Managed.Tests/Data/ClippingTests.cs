using NUnit.Framework;
using Subquad;
using Subquad.Data;
using Subquad.Support;

namespace Subquad.Managed.Tests.Data;

/// <summary>Numbers far outside the training rows.</summary>
[TestFixture]
internal sealed class ClippingTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void A_number_is_clipped_at_twice_the_distance_of_the_farthest_training_number()
    {
        // Means 5 and 1; the farthest are 5 and 1 away.
        InputTransform transform = Learn([0, 0, 10, 2]);
        Assert.That(transform.Limit.ToArray(), Is.EqualTo(new float[] { 10, 2 }));
        Assert.That(Apply(transform, [15, 1]), Is.Not.EqualTo(Apply(transform, [14.9f, 1])));
        foreach (float far in new[] { 15.1f, 1e6f, float.MaxValue })
            Assert.That(Apply(transform, [far, 1]), Is.EqualTo(Apply(transform, [15, 1])));
        Assert.That(Apply(transform, [-1e30f, 1]), Is.EqualTo(Apply(transform, [-5, 1])));
    }

    [Test]
    public void Training_rows_are_as_without_a_limit()
    {
        var random = new Random(1);
        float[] rows = [.. Enumerable.Range(0, 300).Select(i => (float)Math.Exp(4 * random.NextDouble()) * (i % 3 + 1))];
        InputTransform transform = Learn(rows, 3);
        InputTransform unlimited = Unlimited(transform);
        for (int row = 0; row < 100; row++)
            Assert.That(Apply(transform, rows[(3 * row)..(3 * row + 3)]), Is.EqualTo(Apply(unlimited, rows[(3 * row)..(3 * row + 3)])));
    }

    [Test]
    public void A_model_without_limits_does_not_clip()
    {
        InputTransform unlimited = Unlimited(Learn([0, 0, 10, 2]));
        Assert.That(unlimited.Limit.Length, Is.Zero);
        Assert.That(Apply(unlimited, [1e6f, 1]), Is.Not.EqualTo(Apply(unlimited, [15, 1])));
        Assert.That(unlimited.Clipped(InputRows.Dense([1e6f, 1], 2)), Is.All.Zero);
    }

    [Test]
    public void What_is_not_finite_is_refused_and_not_clipped()
    {
        InputTransform transform = Learn([0, 0, 10, 2]);
        foreach (float bad in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
        {
            Assert.That(transform.TryApply([1, bad], new float[3]), Is.False);
            Assert.That(transform.TryApply([1.0, bad], new float[3]), Is.False);
        }
        Assert.That(transform.TryApply([1.0, 1e300], new float[3]), Is.False);
    }

    [TestCase("""{"width":1,"constant":1,"unit_norm":true,"shift":[1],"scale":[1],"limit":[1,2]}""")]
    [TestCase("""{"width":1,"constant":1,"unit_norm":true,"shift":[1],"scale":[1],"limit":[-1]}""")]
    [TestCase("""{"width":1,"constant":1,"unit_norm":true,"shift":[1],"scale":[1],"origin":[1,2]}""")]
    [TestCase("""{"width":1,"constant":1,"unit_norm":true,"shift":[1],"scale":[1],"origin":[1e999]}""")]
    public void Other_limits_and_origins_are_refused(string text) =>
        Assert.That(() => InputTransform.FromJson(text), Throws.TypeOf<InvalidDataException>());

    [Test]
    public void Clipped_numbers_are_counted_but_not_those_of_constant_columns()
    {
        InputTransform transform = Learn([0, 7, 10, 7]);
        Assert.That(transform.Clipped(InputRows.Dense([15, 9, 16, 7, -6, 7, 3, 1e9f], 2)), Is.EqualTo(new[] { 2, 0 }));
        Assert.That(() => transform.Clipped(InputRows.Dense([1], 1)), Throws.ArgumentException);
    }

    [Test]
    public void One_cell_does_not_erase_its_row_and_is_told_of()
    {
        File.WriteAllLines(_folder.File("train.csv"),
            ["a,b,y", .. Enumerable.Range(0, 60).Select(i => $"{i % 10},{i / 10},{i % 10 + 2 * (i / 10)}.5")]);
        File.WriteAllLines(_folder.File("later.csv"), ["a,b", "1,1", "8,1e30", "1,1e30", "8,1e30"]);
        Dataset training = Dataset.ReadCsv(_folder.File("train.csv"));
        using Network network = Network.Create(new() { Hidden = [128], Densities = [0.3] }, training, seed: 1, threads: 1);
        using (var trainer = new GaussNewtonTrainer(new() { Steps = 10, Threads = 1 }))
            trainer.Fit(network, training);
        Dataset later = network.ReadCsv(_folder.File("later.csv"));
        var found = new float[4];
        network.PredictAll(later, found);
        Assert.That(found[1] - found[2], Is.GreaterThan(1), "a still counts");
        Assert.That(network.CountClipped(later), Is.EqualTo(new[] { 0, 3 }));
        Assert.That(network.CountClipped(training), Is.All.Zero);
        Assert.That(network.Report(Dataset.From([1f, 1, 1e9f, 1e9f], 2, [3f, 4])).Clipped, Is.EqualTo(2));
        Assert.That(later.Notes, Has.One.Contains("column 'b': 3 cells lie outside twice the range of the training rows"));
    }

    private static InputTransform Unlimited(InputTransform transform)
    {
        string text = transform.ToJson();
        int start = text.IndexOf(",\"limit\"", StringComparison.Ordinal), end = text.IndexOf(']', start) + 1;
        return InputTransform.FromJson(text.Remove(start, end - start));
    }

    private static float[] Apply(InputTransform transform, float[] raw)
    {
        var destination = new float[transform.Width];
        transform.Apply(raw, destination);
        return destination;
    }

    private static InputTransform Learn(float[] numbers, int width = 2) =>
        InputTransform.Learn(Examples.WithoutTargets(InputRows.Dense(numbers, width)), standardise: true, constant: true);
}
