using NUnit.Framework;
using Subquad.Data;
using Subquad.Managed.Tests.Formats;
using Subquad.Managed.Tests.Training;
using Subquad.Support;

namespace Subquad.Managed.Tests;

/// <summary>Probabilities and best classes of a network, what they are made with, and its way through files.</summary>
[TestFixture]
internal sealed class ProbabilityTests
{
    private const int Rows = 60, Width = 5;

    private TemporaryFolder _folder = null!;

    private string Model => _folder.File("model.safetensors");

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void Probabilities_are_the_softmax_of_predictions_for_one_row_and_for_many()
    {
        using Network network = Classes(out Dataset data);
        network.Calibrate(data);
        Assert.That(network.Temperature, Is.Positive);
        float[] scores = new float[Rows * 3], all = new float[Rows * 3], one = new float[3];
        network.PredictAll(data, scores);
        network.PredictProbabilities(data, all, threads: 2);
        for (int row = 0; row < Rows; row++)
        {
            double[] powers = [.. Enumerable.Range(row * 3, 3).Select(i => Math.Exp(scores[i] / network.Temperature!.Value))];
            network.PredictProbabilities(data.Examples.Inputs.ValuesOf(row), one);
            for (int c = 0; c < 3; c++)
                Assert.That(one[c], Is.EqualTo(powers[c] / powers.Sum()).Within(1e-5));
            Numbers.SameBits(all.AsSpan(row * 3, 3).ToArray(), one, $"row {row}");
        }
    }

    [Test]
    public void Probabilities_of_a_network_that_was_never_calibrated_have_the_default_temperature()
    {
        using Network network = Classes(out Dataset data);
        Assert.That(network.Temperature, Is.Null);
        float[] scores = new float[3], found = new float[3];
        network.Predict(data.Examples.Inputs.ValuesOf(0), scores);
        network.PredictProbabilities(data.Examples.Inputs.ValuesOf(0), found);
        double[] powers = Array.ConvertAll(scores, score => Math.Exp(score / 0.15));
        Assert.That(found[1], Is.EqualTo(powers[1] / powers.Sum()).Within(1e-5));
        network.Save(Model);
        using Network loaded = Network.Load(Model);
        Assert.That(loaded.Temperature, Is.Null);
    }

    [Test]
    public void A_fit_with_held_out_rows_calibrates_and_one_without_them_does_not([Values(0, 16)] int batch)
    {
        using Network network = Classes(out Dataset data);
        Dataset heldOut = TestTraining.Classes(40, Width, seed: 2);
        var options = new GaussNewtonOptions { Steps = 4, Threads = 2, Batch = batch };
        TestTraining.Fit(network, data, options, validation: heldOut);
        double fitted = network.Temperature!.Value;
        network.Calibrate(heldOut);
        // The loop may have dropped terms into the weights since: the scores agree within rounding.
        Assert.That(fitted, Is.EqualTo(network.Temperature!.Value).Within(0.1).Percent);
        TestTraining.Fit(network, data, options);
        Assert.That(network.Temperature, Is.Null);
    }

    [Test]
    public void A_fit_that_leaves_rows_out_calibrates_by_them()
    {
        Dataset data = TestTraining.Classes(Rows, Width), fresh = TestTraining.Classes(300, Width, seed: 5);
        using Network network = Network.Create(new NetworkShape { Hidden = [64], Densities = [0.3] }, data, seed: 1, threads: 1);
        TestTraining.Fit(network, data, new() { Steps = 6, Threads = 2, LeaveOneOut = LeaveOneOutChoice.On });
        Assert.That(network.Temperature, Is.Positive);
        double found = network.Report(fresh).Classification!.LogLoss;
        network.Calibrate(fresh);
        double least = network.Report(fresh).Classification!.LogLoss;
        Assert.That(found, Is.LessThan(1.3 * least));
    }

    [Test]
    public void A_calibration_stays_in_models_and_deltas()
    {
        using Network network = Classes(out Dataset data);
        network.Save(Model);
        network.Calibrate(data);
        float[] expected = new float[Rows * 3], found = new float[Rows * 3];
        network.PredictProbabilities(data, expected);
        network.Save(_folder.File("calibrated"));
        using Network loaded = Network.Load(_folder.File("calibrated"));
        Assert.That(loaded.Temperature, Is.EqualTo(network.Temperature));
        loaded.PredictProbabilities(data, found);
        Numbers.SameBits(found, expected, "probabilities");
        network.SaveDelta(_folder.File("delta"));
        using Network tuned = Network.Load(Model);
        Assert.That(tuned.Temperature, Is.Null);
        tuned.ApplyDelta(_folder.File("delta"));
        Assert.That(tuned.Temperature, Is.EqualTo(network.Temperature));
    }

    [Test]
    public void The_report_measures_with_the_calibration()
    {
        using Network network = Classes(out Dataset data);
        double before = network.Report(data).Classification!.LogLoss;
        network.Calibrate(data);
        ClassificationMetrics found = network.Report(data).Classification!;
        var probabilities = new float[Rows * 3];
        network.PredictProbabilities(data, probabilities);
        double expected = -data.Examples.Labels.Select((label, row) => Math.Log(probabilities[row * 3 + label])).Average();
        Assert.That(found.LogLoss, Is.EqualTo(expected).Within(1e-5));
        Assert.That(found.LogLoss, Is.LessThan(before));
    }

    [Test]
    public void The_best_are_those_of_a_sort([Values(1, 2, 3)] int k, [Values(false, true)] bool asProbabilities)
    {
        using Network network = Classes(out Dataset data);
        float[] all = new float[Rows * 3], scores = new float[Rows * k], own = new float[k];
        int[] labels = new int[Rows * k], ownLabels = new int[k];
        if (asProbabilities)
            network.PredictProbabilities(data, all);
        else
            network.PredictAll(data, all);
        network.TopK(data, k, labels, scores, asProbabilities, threads: 2);
        for (int row = 0; row < Rows; row++)
        {
            int[] expected = [.. Enumerable.Range(0, 3).OrderByDescending(c => all[row * 3 + c]).Take(k)];
            Assert.That(labels[(row * k)..((row + 1) * k)], Is.EqualTo(expected));
            Assert.That(scores[(row * k)..((row + 1) * k)], Is.EqualTo(expected.Select(c => all[row * 3 + c])));
            network.TopK(data.Examples.Inputs.ValuesOf(row), ownLabels, own, asProbabilities);
            Assert.That((ownLabels, own), Is.EqualTo((expected, scores[(row * k)..((row + 1) * k)])));
        }
    }

    [Test]
    public void Lengths_and_tasks_that_do_not_fit_are_refused()
    {
        using Network network = Classes(out Dataset data), values = Network.Create(
            new NetworkShape { Hidden = [16], Densities = [0.5] }, TestTraining.Smooth(20, Width), 1);
        Assert.That(() => network.PredictProbabilities(new float[4], new float[3]), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => network.PredictProbabilities(new float[Width], new float[2]), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => network.PredictProbabilities(data, new float[2]), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => network.TopK(new float[Width], new int[4], new float[4]), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => network.TopK(new float[Width], new int[0], new float[0]), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => network.TopK(new float[Width], new int[2], new float[1]), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => network.TopK(data, 4, new int[Rows * 4], new float[Rows * 4]), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => network.TopK(data, 2, new int[Rows], new float[Rows]), Throws.InstanceOf<ArgumentException>());
        const string refusal = "expected a network of classes or labels, found one of values";
        Assert.That(() => values.PredictProbabilities(new float[Width], new float[1]),
            Throws.InvalidOperationException.With.Message.EqualTo(refusal));
        Assert.That(() => values.TopK(new float[Width], new int[1], new float[1]), Throws.InvalidOperationException);
        Assert.That(() => values.Calibrate(TestTraining.Smooth(20, Width)), Throws.InvalidOperationException);
        Assert.That(() => network.Calibrate(Dataset.From(new float[Width], Width)), Throws.TypeOf<InvalidDataException>());
    }

    [Test]
    public void A_feature_that_is_not_finite_is_refused_by_every_overload([Values(float.NaN, float.NegativeInfinity)] float value)
    {
        using Network network = Classes(out _);
        float[] row = new float[Width], output = [9, 9, 9];
        row[3] = value;
        string message = $"column 3: expected a finite number, found {value}";
        foreach (Action call in new Action[]
        {
            () => network.PredictProbabilities(row, output), () => network.TopK(row, new int[2], output.AsSpan(1)),
            () => network.Predict(row, output), () => network.Classify(row),
        })
            Assert.That(() => call(), Throws.TypeOf<InvalidDataException>().With.Message.EqualTo(message));
        Assert.That(output, Is.All.EqualTo(9), "nothing is written");
    }

    [TestCase("0")]
    [TestCase("-1")]
    [TestCase("NaN")]
    [TestCase("warm")]
    public void A_temperature_that_cannot_be_is_refused(string text)
    {
        using Network network = Classes(out _);
        network.Calibration = new(0.5);
        network.Save(Model);
        FirstVersion.Rewrite(Model, "\"temperature\":\"0.5\"", $"\"temperature\":\"{text}\"");
        Assert.That(() => Network.Load(Model), Throws.TypeOf<InvalidDataException>().With.Message.Contains("temperature"));
    }

    [Test]
    public void A_warm_row_allocates_nothing()
    {
        using Network network = Classes(out Dataset data);
        float[] row = [.. data.Examples.Inputs.ValuesOf(0)], probabilities = new float[3];
        var labels = new int[2];
        for (int i = 0; i < 50; i++)
            Call();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 50; i++)
            Call();
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);

        void Call()
        {
            network.PredictProbabilities(row, probabilities);
            network.TopK(row, labels, probabilities.AsSpan(0, 2), asProbabilities: true);
        }
    }

    private static Network Classes(out Dataset data)
    {
        data = TestTraining.Classes(Rows, Width);
        Network network = Network.Create(new NetworkShape { Hidden = [64], Densities = [0.3] }, data, seed: 1, threads: 1);
        TestTraining.Fit(
            network, data, new() { Steps = 1, Threads = 1, Flush = FlushPolicy.Never, LeaveOneOut = LeaveOneOutChoice.Off });
        return network;
    }
}
