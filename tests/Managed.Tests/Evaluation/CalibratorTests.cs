using NUnit.Framework;
using Subquad.Data;
using Subquad.Evaluation;
using Subquad.Losses;

namespace Subquad.Managed.Tests.Evaluation;

/// <summary>The fitted temperature has the least cross-entropy of a grid, and is the one that labels were drawn with.</summary>
[TestFixture]
internal sealed class CalibratorTests
{
    [Test]
    public void The_temperature_that_labels_were_drawn_with_is_found([Values(0.05, 0.3, 2)] double temperature)
    {
        const int rows = 4000, classes = 4;
        var random = new Random(3);
        float[] scores = [.. Enumerable.Range(0, rows * classes).Select(_ => (float)(random.NextDouble() * 1.2 - 0.1))];
        var labels = new int[rows];
        for (int row = 0; row < rows; row++)
            labels[row] = Draw(random, scores.AsSpan(row * classes, classes), temperature);
        Calibration found = Calibrator.OfClasses(scores, labels, classes);
        Assert.That(found.Temperature, Is.EqualTo(temperature).Within(15).Percent);
        double least = Entropy(found.Temperature);
        foreach (double factor in new[] { 0.9, 0.97, 1.03, 1.1 })
            Assert.That(Entropy(factor * found.Temperature), Is.GreaterThan(least));

        double Entropy(double other) => Classification.Measure(scores, labels, classes, new(other)).LogLoss;
    }

    [Test]
    public void A_few_rows_that_are_all_right_do_not_make_certain([Values(1, 5, 20)] int rows)
    {
        float[] scores = [.. Enumerable.Range(0, rows).SelectMany(row => row % 2 == 0 ? new[] { 0.9f, 0.1f } : [0.1f, 0.9f])];
        int[] labels = [.. Enumerable.Range(0, rows).Select(row => row % 2)];
        Calibration found = Calibrator.OfClasses(scores, labels, 2);
        ProbabilityLink.Apply(scores.AsSpan(0, 2), found, areLabels: false);
        // A share of 1 / (rows + 1) of a row is spread over both classes.
        Assert.That(scores[0], Is.EqualTo(1 - 0.5 / (rows + 1)).Within(1e-5));
    }

    [Test]
    public void Scores_that_say_nothing_or_the_contrary_become_equal_chances()
    {
        float[] scores = [0.9f, 0.1f, 0.8f, 0.3f, 0.2f, 0.7f];
        Assert.That(Calibrator.OfClasses(scores, [1, 1, 0], 2).Temperature, Is.GreaterThan(100));
        float[] equal = [0.5f, 0.5f, 0.5f, 0.5f];
        Assert.That(double.IsFinite(Calibrator.OfClasses(equal, [0, 1], 2).Temperature));
    }

    [Test]
    public void Labels_get_the_least_cross_entropy([Values(1, 2, 3)] int seed)
    {
        const int cells = 3000;
        var random = new Random(seed);
        float[] scores = [.. Enumerable.Range(0, cells).Select(_ => (float)(random.NextDouble() * random.NextDouble() * 1.3 - 0.1))];
        bool[] has = Array.ConvertAll(scores, score => random.NextDouble() < 1 / (1 + Math.Exp(-(score / 0.12 - 5))));
        Calibration found = Calibrator.OfLabels(scores, has);
        Assert.That(found.Temperature, Is.EqualTo(0.12).Within(0.03));
        Assert.That(found.Bias, Is.EqualTo(-5).Within(0.7));
        // Targets are smoothed, which moves the least one by some 1 / 500.
        double least = Entropy(found);
        foreach (Calibration other in new[]
        {
            found with { Temperature = 1.1 * found.Temperature }, found with { Temperature = 0.9 * found.Temperature },
            found with { Bias = found.Bias + 0.3 }, found with { Bias = found.Bias - 0.3 },
        })
            Assert.That(Entropy(other), Is.GreaterThan(least));

        double Entropy(Calibration calibration) =>
            Ranking.Measure(scores, Array.ConvertAll(has, yes => yes ? 1f : 0), labels: 10, calibration).LogLoss;
    }

    [Test]
    public void Labels_that_no_row_or_every_row_has_and_scores_that_do_not_vary_are_finite()
    {
        float[] varying = [0.1f, 0.4f, 0.2f, 0.3f], equal = [0.2f, 0.2f, 0.2f, 0.2f];
        foreach (float[] scores in new[] { varying, equal })
            foreach (bool[] has in new bool[][] { [false, false, false, false], [true, true, true, true], [true, false, false, true] })
            {
                Calibration found = Calibrator.OfLabels(scores, has);
                Assert.That(found.Temperature, Is.Positive.And.LessThanOrEqualTo(1000));
                Assert.That(double.IsFinite(found.Bias));
                float[] probabilities = [.. scores];
                ProbabilityLink.Apply(probabilities, found, areLabels: true);
                double mean = has.Count(yes => yes) * 0.25;
                Assert.That(probabilities.Average(), Is.EqualTo(mean).Within(0.18), "smoothed by one row of six");
            }
        Assert.That(Calibrator.OfLabels([0.9f, 0.1f, 0.8f, 0.2f], [false, true, false, true]).Temperature, Is.EqualTo(1000).Within(1e-6));
    }

    private static int Draw(Random random, ReadOnlySpan<float> scores, double temperature)
    {
        var probabilities = new double[scores.Length];
        ProbabilityLink.LogSoftmax(scores, new(temperature), probabilities);
        double left = random.NextDouble();
        for (int c = 0; c < scores.Length; c++)
            if ((left -= Math.Exp(probabilities[c])) < 0)
                return c;
        return scores.Length - 1;
    }
}
