using NUnit.Framework;
using Subquad;
using Subquad.Data;
using Subquad.Evaluation;

namespace Subquad.Managed.Tests.Evaluation;

/// <summary>Metrics against numbers that were computed by hand, and against their definitions on random scores.</summary>
[TestFixture]
internal sealed class MetricsTests
{
    private static readonly Calibration s_calibration = new(1);

    [Test]
    public void Classes_by_hand()
    {
        // Two rows of class 0 (one is predicted as 2), one of class 1 (predicted), two of class 2 (one is predicted as 1).
        float[] scores =
        [
            0.9f, 0.1f, 0,
            0.2f, 0.1f, 0.8f,
            0.1f, 0.7f, 0.2f,
            0, 0.3f, 0.6f,
            0.3f, 0.5f, 0.4f,
        ];
        ClassificationMetrics found = Classification.Measure(scores, [0, 0, 1, 2, 2], classes: 3, s_calibration);
        Assert.That(found.Accuracy, Is.EqualTo(3 / 5.0).Within(1e-12));
        Assert.That(found.BalancedAccuracy, Is.EqualTo((0.5 + 1 + 0.5) / 3).Within(1e-12));
        Assert.That(found.MacroF1, Is.EqualTo((2 / 3.0 + 2 / 3.0 + 0.5) / 3).Within(1e-12));
        // Pairs of a row of the class and another one: class 0 wins 5 of 6, class 1 wins 4 of 4, class 2 wins 4 of 6.
        Assert.That(found.Auc, Is.EqualTo((5 / 6.0 + 1 + 4 / 6.0) / 3).Within(1e-12));
        Assert.That(found.Confusion, Is.EqualTo(new int[][] { [1, 0, 1], [0, 1, 0], [0, 1, 1] }));
        double[] likelihoods = [Softmax(0, 0.9, 0.1, 0), Softmax(0, 0.2, 0.1, 0.8), Softmax(1, 0.1, 0.7, 0.2), Softmax(2, 0, 0.3, 0.6),
            Softmax(2, 0.3, 0.5, 0.4)];
        Assert.That(found.LogLoss, Is.EqualTo(-likelihoods.Average(Math.Log)).Within(1e-6), "scores are of float32");
    }

    [Test]
    public void A_class_that_does_not_occur_is_left_out_and_one_class_alone_has_no_area()
    {
        ClassificationMetrics found = Classification.Measure([1, 0, 0, 1, 0, 0], [0, 0], classes: 3, s_calibration);
        Assert.That(found.BalancedAccuracy, Is.EqualTo(1));
        Assert.That(found.MacroF1, Is.EqualTo(1));
        Assert.That(found.Auc, Is.NaN);
    }

    [Test]
    public void The_area_is_the_share_of_pairs_in_order_with_ties_as_half([Values(1, 2, 3)] int seed)
    {
        const int rows = 200;
        var random = new Random(seed);
        // Few different scores: many ties.
        float[] scores = [.. Enumerable.Range(0, 2 * rows).Select(_ => random.Next(5) / 4f)];
        int[] labels = [.. Enumerable.Range(0, rows).Select(_ => random.Next(2))];
        double wins = 0;
        int pairs = 0;
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < rows; j++)
                if (labels[i] == 1 && labels[j] == 0)
                {
                    float difference = scores[2 * i + 1] - scores[2 * i] - (scores[2 * j + 1] - scores[2 * j]);
                    wins += difference > 0 ? 1 : difference == 0 ? 0.5 : 0;
                    pairs++;
                }
        Assert.That(Classification.Measure(scores, labels, classes: 2, s_calibration).Auc, Is.EqualTo(wins / pairs).Within(1e-12));
    }

    [Test]
    public void The_area_of_several_classes_is_that_of_their_probabilities([Values(1, 2)] int seed, [Values(0.2, 2)] double temperature)
    {
        const int rows = 90, classes = 3;
        var random = new Random(seed);
        float[] scores = [.. Enumerable.Range(0, classes * rows).Select(_ => random.Next(4) / 4f)];
        int[] labels = [.. Enumerable.Range(0, rows).Select(_ => random.Next(classes))];
        double sum = 0;
        for (int c = 0; c < classes; c++)
        {
            // Powers of the same few scores: equal probabilities have equal bits after rounding.
            double[] chances = [.. Enumerable.Range(0, rows).Select(row => Math.Round(Softmax(
                c, scores[row * 3] / temperature, scores[row * 3 + 1] / temperature, scores[row * 3 + 2] / temperature), 12))];
            double[] own = [.. chances.Where((_, row) => labels[row] == c)], others = [.. chances.Where((_, row) => labels[row] != c)];
            sum += own.Average(one => others.Average(other => one > other ? 1 : one == other ? 0.5 : 0));
        }
        ClassificationMetrics found = Classification.Measure(scores, labels, classes, new(temperature));
        Assert.That(found.Auc, Is.EqualTo(sum / classes).Within(1e-12));
    }

    [Test]
    public void Values_by_hand()
    {
        // The second output does not vary, so R^2 is that of the first: 1 - 2 / 8.
        RegressionMetrics found = Regression.Measure([1, 6, 2, 4, 6, 5], [0, 5, 2, 5, 5, 5], outputs: 2);
        Assert.That(found.RootMeanSquaredError, Is.EqualTo(Math.Sqrt((1 + 1 + 0 + 1 + 1 + 0) / 6.0)).Within(1e-12));
        Assert.That(found.MeanAbsoluteError, Is.EqualTo(4 / 6.0).Within(1e-12));
        double mean = 7 / 3.0, total = mean * mean + (2 - mean) * (2 - mean) + (5 - mean) * (5 - mean);
        Assert.That(found.RSquared, Is.EqualTo(1 - 2 / total).Within(1e-12));
    }

    [Test]
    public void Labels_by_hand()
    {
        float[] scores =
        [
            0.1f, 0.9f, 0.3f, 0.8f,
            0.5f, 0.5f, 0.2f, 0.1f,
            0.4f, 0.3f, 0.2f, 0.1f,
        ];
        // Row 0: the labels 1 and 0 are first and last. Row 1: of equal scores the first counts. Row 2 has none.
        float[] targets =
        [
            1, 1, 0, 0,
            0, 1, 0, 0,
            0, 0, 0, 0,
        ];
        RankingMetrics found = Ranking.Measure(scores, targets, labels: 4, new(0.1, -4));
        Assert.That(found.At, Is.EqualTo(new[] { 1, 3 }), "there are no five labels");
        Assert.That(found.Precision[0], Is.EqualTo(1 / 3.0).Within(1e-12));
        Assert.That(found.Precision[1], Is.EqualTo((1 / 3.0 + 1 / 3.0) / 3).Within(1e-12));
        double second = 1 / Math.Log2(3);
        Assert.That(found.NormalisedGain[0], Is.EqualTo(0.5).Within(1e-12));
        Assert.That(found.NormalisedGain[1], Is.EqualTo((1 / (1 + second) + second) / 2).Within(1e-12));
        // Scores from 0.4 on are predicted. Label 0: one row has it, two others are predicted. Label 1: two, both right. Label 2: none.
        // Label 3: one is predicted, none has it.
        Assert.That(found.Threshold, Is.EqualTo(0.5));
        Assert.That(found.MicroF1, Is.EqualTo(2 * 2 / (3 + 5.0)).Within(1e-12));
        Assert.That(found.MacroF1, Is.EqualTo((0 + 1 + 0) / 3.0).Within(1e-12));
        double entropy = scores.Zip(targets, (score, has) => -Math.Log(has == 1 ? Logistic(score) : 1 - Logistic(score))).Average();
        Assert.That(found.LogLoss, Is.EqualTo(entropy).Within(1e-6), "scores are of float32");

        static double Logistic(double score) => 1 / (1 + Math.Exp(-(score / 0.1 - 4)));
    }

    [Test]
    public void The_first_labels_are_those_of_a_sort([Values(1, 2, 3, 4)] int seed)
    {
        const int rows = 50, labels = 30;
        var random = new Random(seed);
        float[] scores = [.. Enumerable.Range(0, rows * labels).Select(_ => random.Next(12) / 4f)];
        float[] targets = [.. Enumerable.Range(0, rows * labels).Select(_ => random.Next(4) == 0 ? 1f : 0)];
        RankingMetrics found = Ranking.Measure(scores, targets, labels, new(0.1, -4));
        Assert.That(found.At, Is.EqualTo(new[] { 1, 3, 5 }));
        for (int i = 0; i < found.At.Count; i++)
        {
            double expected = Enumerable.Range(0, rows).Average(row => Enumerable.Range(0, labels)
                .OrderByDescending(label => scores[row * labels + label]).Take(found.At[i])
                .Average(label => (double)targets[row * labels + label]));
            Assert.That(found.Precision[i], Is.EqualTo(expected).Within(1e-12));
            double[] gains = [.. Enumerable.Range(0, rows).Where(row => Own(row).Contains(1f)).Select(row => Gain(Enumerable
                .Range(0, labels).OrderByDescending(label => scores[row * labels + label]).Select(label => Own(row)[label]), found.At[i])
                / Gain(Own(row).OrderDescending(), found.At[i]))];
            Assert.That(found.NormalisedGain[i], Is.EqualTo(gains.Average()).Within(1e-12));
        }

        float[] Own(int row) => targets[(row * labels)..((row + 1) * labels)];

        static double Gain(IEnumerable<float> relevances, int k) =>
            relevances.Take(k).Select((relevance, rank) => relevance / Math.Log2(rank + 2)).Sum();
    }

    [Test]
    public void Targets_of_0_and_1_are_labels_only_where_there_are_several()
    {
        Assert.That(Ranking.IsOfLabels([0, 1, 1, 0], outputs: 2), Is.True);
        Assert.That(Ranking.IsOfLabels([0, 1, 1, 0], outputs: 1), Is.False);
        Assert.That(Ranking.IsOfLabels([0, 1, 0.5f, 0], outputs: 2), Is.False);
    }

    [Test]
    public void A_network_reports_what_it_evaluates_and_predicts()
    {
        const int rows = 60, width = 5;
        var random = new Random(7);
        float[] inputs = [.. Enumerable.Range(0, rows * width).Select(_ => (float)random.NextDouble() - 0.5f)];
        int[] labels = [.. Enumerable.Range(0, rows).Select(row => inputs[row * width] > 0 ? 1 : 0)];
        Dataset data = Dataset.From(inputs, width, labels);
        using Network network = Network.Create(
            new NetworkShape { Inputs = width, Hidden = [64], Outputs = 2, Densities = [0.3] }, data, seed: 1, threads: 1);
        EvaluationReport report = network.Report(data, threads: 2);
        EvaluationResult result = network.Evaluate(data, threads: 1);
        Assert.That(report.Loss, Is.EqualTo(result.Loss), "the bits of Evaluate");
        Assert.That(report.Classification!.Accuracy, Is.EqualTo(result.Metric).Within(1e-12));
        Assert.That(report.Regression, Is.Null);
        Assert.That(report.Ranking, Is.Null);
        var outputs = new float[rows * 2];
        network.PredictAll(data, outputs);
        Assert.That(report.Classification.Auc, Is.EqualTo(Classification.Measure(outputs, labels, 2, s_calibration).Auc));
    }

    private static double Softmax(int chosen, params double[] scores) => Math.Exp(scores[chosen]) / scores.Sum(Math.Exp);
}
