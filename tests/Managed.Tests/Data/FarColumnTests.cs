using NUnit.Framework;
using Subquad;
using Subquad.Support;

namespace Subquad.Managed.Tests.Data;

/// <summary>Columns and targets whose distance from 0 has more digits than float32: a time in seconds, and 1e8 and a little.</summary>
[TestFixture]
internal sealed class FarColumnTests
{
    private const int Rows = 40;

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    private static double Seconds(int row) => 1_700_000_000 + 60 * row;

    private static double Target(int row) => 1e8 + 3 * row + 1;

    [Test]
    public void A_line_is_learned_from_a_table()
    {
        Dataset data = Table();
        using Network network = Fit(data);
        Learned(network, data);
        var cells = new double[1];
        network.Encode([$"{Seconds(10)}"], cells);
        Assert.That(cells[0], Is.EqualTo(Seconds(10)));
        network.Encode(new Dictionary<string, object?> { ["time"] = (long)Seconds(20) }, cells);
        Assert.That(cells[0], Is.EqualTo(Seconds(20)));
    }

    [Test]
    public void A_line_is_learned_from_arrays_of_float64()
    {
        Dataset data = Arrays();
        using Network network = Fit(data);
        Learned(network, data);
    }

    [Test]
    public void Rows_and_tables_of_the_same_numbers_become_the_same_inputs_and_targets()
    {
        using Network ofTable = Network.Create(Shape, Table(), seed: 1), ofArrays = Network.Create(Shape, Arrays(), seed: 1);
        Assert.That(ofArrays.Input.ToJson(), Is.EqualTo(ofTable.Input.ToJson()));
        Assert.That(ofArrays.Target.ToJson(), Is.EqualTo(ofTable.Target.ToJson()));
        var first = new double[Rows];
        var second = new double[Rows];
        ofTable.PredictAll(Arrays(), first);
        ofTable.PredictAll(Table(), second);
        Assert.That(first, Is.EqualTo(second));
    }

    [Test]
    public void A_saved_model_predicts_the_same_bits_and_reads_tables_alike()
    {
        Dataset data = Table();
        using Network network = Fit(data);
        network.Save(_folder.File("model"));
        using Network loaded = Network.Load(_folder.File("model"));
        double[] before = new double[Rows], after = new double[Rows], one = new double[1];
        network.PredictAll(data, before);
        loaded.PredictAll(loaded.ReadCsv(_folder.File("far.csv")), after);
        Assert.That(after, Is.EqualTo(before));
        for (int row = 0; row < Rows; row++)
        {
            loaded.Predict([Seconds(row)], one);
            Assert.That(one[0], Is.EqualTo(before[row]), "a row alone");
        }
    }

    [Test]
    public void Metrics_are_those_of_the_numbers_as_they_are()
    {
        Dataset data = Arrays();
        using Network network = Fit(data);
        EvaluationReport report = network.Report(data);
        Assert.That(report.Regression!.RSquared, Is.GreaterThan(0.99));
        Assert.That(report.Regression.RootMeanSquaredError, Is.EqualTo(network.Evaluate(data).Metric).Within(1e-3));
        Assert.That(report.Regression.RootMeanSquaredError, Is.LessThan(3));
    }

    [Test]
    public void A_learner_counts_from_the_origins_of_its_network()
    {
        using Network network = Network.Create(Shape, Arrays(), seed: 1);
        using OnlineLearner learner = network.StartLearning(Arrays());
        float[] row = [(float)Seconds(10)];
        // The row is rounded to 128 seconds.
        Assert.That(learner.PredictInterval(row, 0.8).Value, Is.EqualTo(Target(10)).Within(12));
        for (int again = 0; again < 100; again++)
            learner.Learn(row, 1e8 + 90.5);
        Assert.That(learner.PredictInterval(row, 0.8).Value, Is.EqualTo(1e8 + 90.5).Within(12));
    }

    [Test]
    public void Rows_with_other_origins_are_moved_to_those_of_the_model()
    {
        using Network network = Fit(Arrays());
        Dataset later = Dataset.From([.. Enumerable.Range(Rows / 2, 20).Select(Seconds)], 1);
        double[] found = new double[20], expected = new double[Rows];
        network.PredictAll(later, found);
        network.PredictAll(Arrays(), expected);
        Assert.That(found, Is.EqualTo(expected[(Rows / 2)..]).Within(1e-3));
    }

    [Test]
    public void Labels_of_LIBSVM_text_far_from_zero_keep_what_varies()
    {
        string path = _folder.File("far.libsvm");
        File.WriteAllLines(path, Enumerable.Range(0, Rows).Select(row => $"{Target(row)}.5 1:{row + 1} 2:1"));
        Dataset data = Dataset.ReadLibsvm(path, task: TaskKind.Regression);
        Assert.That(data.Examples.ValueOrigins, Is.Not.Null);
        Assert.That(data.Examples.Values.Select(value => value + data.Examples.ValueOrigins![0]),
            Is.EqualTo(Enumerable.Range(0, Rows).Select(row => Target(row) + 0.5)));
    }

    [Test]
    public void Parts_of_the_rows_keep_their_origins()
    {
        Dataset part = Arrays().First(5);
        Assert.That(part.Examples.Inputs.Origins, Is.Not.Null);
        Assert.That(part.Examples.ValueOrigins, Is.Not.Null);
    }

    [Test]
    public void Lengths_that_do_not_fit_are_refused()
    {
        Assert.That(() => Dataset.From([1.0, 2, 3], 2), Throws.ArgumentException);
        Assert.That(() => Dataset.From([1.0, 2], 0), Throws.ArgumentException);
        Assert.That(() => Dataset.From([1.0, 2], 1, [1.0, 2, 3]), Throws.ArgumentException);
        Assert.That(() => Dataset.From([1.0, 2], 1, [1.0, 2], outputs: 0), Throws.ArgumentException);
        Assert.That(() => Dataset.From([1.0, double.NaN], 1), Throws.TypeOf<InvalidDataException>());
        Assert.That(() => Dataset.From([1.0, 1e300], 1), Throws.TypeOf<InvalidDataException>());
        Assert.That(() => Dataset.From([1.0, 2], 1, [0, 5], ["a", "b"]), Throws.TypeOf<InvalidDataException>());
        using Network network = Network.Create(Shape, Arrays(), seed: 1);
        var output = new double[1];
        Assert.That(() => network.Predict([1.0, 2.0], output), Throws.ArgumentException);
        Assert.That(() => network.Predict([1.0], new double[2]), Throws.ArgumentException);
        Assert.That(() => network.Predict([double.NaN], output), Throws.TypeOf<InvalidDataException>());
        Assert.That(() => network.PredictAll(Arrays(), new double[3]), Throws.ArgumentException);
        Assert.That(() => network.CountClipped(Dataset.From([1.0, 2], 2)), Throws.TypeOf<InvalidDataException>());
        using Network ofTable = Network.Create(Shape, Table(), seed: 1);
        Assert.That(() => ofTable.Encode(["1"], new double[2]), Throws.ArgumentException);
    }

    private static NetworkShape Shape => new() { Hidden = [64], Densities = [0.3] };

    private static Dataset Arrays() =>
        Dataset.From([.. Enumerable.Range(0, Rows).Select(Seconds)], 1, [.. Enumerable.Range(0, Rows).Select(Target)]);

    private Dataset Table()
    {
        File.WriteAllLines(
            _folder.File("far.csv"), ["time,y", .. Enumerable.Range(0, Rows).Select(row => $"{Seconds(row)},{Target(row)}")]);
        return Dataset.ReadCsv(_folder.File("far.csv"), new CsvOptions { Task = TaskKind.Regression });
    }

    private static Network Fit(Dataset data)
    {
        Network network = Network.Create(Shape, data, seed: 1, threads: 1);
        using var trainer = new GaussNewtonTrainer(new GaussNewtonOptions { Steps = 20, Threads = 1 });
        trainer.Fit(network, data);
        return network;
    }

    private static void Learned(Network network, Dataset data)
    {
        var all = new double[Rows];
        network.PredictAll(data, all);
        var one = new double[1];
        for (int row = 2; row < Rows; row += 5)
        {
            network.Predict([Seconds(row)], one);
            Assert.That(one[0], Is.EqualTo(Target(row)).Within(4), $"row {row}");
            Assert.That(one[0], Is.EqualTo(all[row]), "bit for bit");
        }
    }
}
