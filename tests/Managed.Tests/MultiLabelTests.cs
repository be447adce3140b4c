using NUnit.Framework;
using Subquad.Managed.Tests.Formats;
using Subquad.Managed.Tests.Training;
using Subquad.Support;

namespace Subquad.Managed.Tests;

/// <summary>
/// Rows with any number of labels are a task of their own, from text and from arrays: trained, judged, reported and stored.
/// </summary>
[TestFixture]
internal sealed class MultiLabelTests
{
    private const int Rows = 80, Width = 6, Labels = 4;

    private TemporaryFolder _folder = null!;

    private string Model => _folder.File("model.safetensors");

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void The_metric_is_the_precision_of_the_first_label()
    {
        Dataset data = Data(1), heldOut = Data(2);
        Assert.That((data.Task, data.OutputCount), Is.EqualTo((TaskKind.MultiLabel, Labels)));
        using Network network = Trained(data, heldOut, out TrainingResult result);
        Assert.That(network.Task, Is.EqualTo(TaskKind.MultiLabel));
        double training = FirstIsRight(network, data), validation = FirstIsRight(network, heldOut);
        Assert.That(training, Is.GreaterThan(0.7));
        Assert.That(network.Evaluate(data).Metric, Is.EqualTo(training).Within(1e-12));
        Assert.That(result.TrainMetric, Is.EqualTo(training).Within(1e-12));
        Assert.That(result.ValidationMetric, Is.EqualTo(validation).Within(1e-12));
        EvaluationReport report = network.Report(heldOut);
        Assert.That(report.Ranking!.Precision[0], Is.EqualTo(validation).Within(1e-12));
        Assert.That((report.Classification, report.Regression), Is.EqualTo(((ClassificationMetrics?)null, (RegressionMetrics?)null)));
    }

    [Test]
    public void Probabilities_are_calibrated_by_held_out_rows()
    {
        Dataset data = Data(1), heldOut = Data(2);
        using Network network = Trained(data, heldOut, out _);
        Assert.That(network.Temperature, Is.Positive);
        double calibrated = network.Report(heldOut).Ranking!.LogLoss;
        var probabilities = new float[Rows * Labels];
        network.PredictProbabilities(heldOut, probabilities);
        double entropy = probabilities.Zip(heldOut.Examples.Values, (p, has) => -Math.Log(has == 1 ? p : 1 - p)).Average();
        Assert.That(calibrated, Is.EqualTo(entropy).Within(1e-4));
        double share = heldOut.Examples.Values.Average();
        Assert.That(probabilities.Average(), Is.EqualTo(share).Within(0.02), "the mean probability is the share of labels");
        network.Calibration = null;
        Assert.That(network.Report(heldOut).Ranking!.LogLoss, Is.GreaterThan(calibrated));
    }

    [Test]
    public void Models_keep_the_task_and_models_before_it_get_it()
    {
        Dataset data = Data(1);
        using Network network = Trained(data, Data(2), out _);
        network.Save(Model);
        using (Network loaded = Network.Load(Model))
            Assert.That((loaded.Task, loaded.Summary.HasLabels), Is.EqualTo((TaskKind.MultiLabel, true)));

        Dataset text = Dataset.ReadLibsvm(_folder.Write("labels.txt", "0,2 1:1\n1 2:1\n 3:1\n"));
        Assert.That(text.Task, Is.EqualTo(TaskKind.MultiLabel));
        using Network ofText = Network.Create(new NetworkShape { Hidden = [16], Densities = [0.5] }, text, 1);
        ofText.Save(Model);
        FirstVersion.Rewrite(Model, ",\\u0022labels\\u0022:true", "");
        using Network older = Network.Load(Model);
        Assert.That(older.Task, Is.EqualTo(TaskKind.MultiLabel));
    }

    [Test]
    public void A_learner_takes_labels_as_numbers()
    {
        Dataset data = Data(1);
        using Network network = Network.Create(new NetworkShape { Hidden = [128], Densities = [0.3] }, data, seed: 1, threads: 1);
        using OnlineLearner learner = network.StartLearning(data);
        Assert.That(() => learner.Learn(new float[Width], new float[] { 0, 1, 0, 1 }), Throws.Nothing);
        Assert.That(() => learner.Learn(new float[Width], 2), Throws.InvalidOperationException);
        Assert.That(() => learner.Learn(new float[Width], "2"), Throws.InvalidOperationException);
    }

    [Test]
    public void Labels_of_arrays_are_checked()
    {
        Assert.That(Dataset.FromLabelSets([1, 2], 1, [[], [1, 0, 1]], 3).Examples.Values, Is.EqualTo(new float[] { 0, 0, 0, 1, 1, 0 }));
        Assert.That(() => Dataset.FromLabelSets([1, 2], 1, [[0]], 3), Throws.InstanceOf<ArgumentException>());
        Assert.That(
            () => Dataset.FromLabelSets([1, 2], 1, [[0], null!], 3), Throws.InstanceOf<ArgumentException>().With.Message.Contains("row 1"));
        Assert.That(() => Dataset.FromLabelSets([1], 1, [[0]], 0), Throws.InstanceOf<ArgumentException>());
        foreach (int label in new[] { -1, 3 })
            Assert.That(
                () => Dataset.FromLabelSets([1, 2], 1, [[0], [2, label]], 3),
                Throws.TypeOf<InvalidDataException>().With.Message.EqualTo($"row 1 (from 0): expected labels from 0 to 2, found {label}"));
        Assert.That(() => Dataset.FromLabelSets([float.NaN], 1, [[0]], 3), Throws.TypeOf<InvalidDataException>());
    }

    /// <summary>A row has label c where its feature c is above 0.3.</summary>
    private static Dataset Data(int seed)
    {
        var random = new Random(seed);
        float[] inputs = [.. Enumerable.Range(0, Rows * Width).Select(_ => (float)(2 * random.NextDouble() - 1))];
        int[][] labels =
            [.. Enumerable.Range(0, Rows).Select(row => Enumerable.Range(0, Labels).Where(c => inputs[row * Width + c] > 0.3f).ToArray())];
        return Dataset.FromLabelSets(inputs, Width, labels, Labels);
    }

    private static Network Trained(Dataset data, Dataset heldOut, out TrainingResult result)
    {
        Network network = Network.Create(new NetworkShape { Hidden = [128], Densities = [0.3] }, data, seed: 1, threads: 1);
        result = TestTraining.Fit(network, data, new() { Steps = 4, Threads = 2 }, validation: heldOut);
        return network;
    }

    private static double FirstIsRight(Network network, Dataset data)
    {
        var scores = new float[Rows * Labels];
        network.PredictAll(data, scores);
        return Enumerable.Range(0, Rows).Average(row => (double)data.Examples.Values[
            row * Labels + Enumerable.Range(0, Labels).MaxBy(label => scores[row * Labels + label])]);
    }
}
