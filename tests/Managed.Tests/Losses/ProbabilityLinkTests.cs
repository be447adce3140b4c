using NUnit.Framework;
using Subquad.Data;
using Subquad.Losses;

namespace Subquad.Managed.Tests.Losses;

/// <summary>Probabilities of scores are the formulas, for every finite score.</summary>
[TestFixture]
internal sealed class ProbabilityLinkTests
{
    [Test]
    public void Classes_are_the_softmax_of_scores_by_the_temperature(
        [Values(2, 3, 40)] int classes, [Values(0.05, 0.5, 3)] double temperature)
    {
        var random = new Random(classes);
        float[] scores = [.. Enumerable.Range(0, classes).Select(_ => (float)(random.NextDouble() * 1.6 - 0.3))];
        double[] powers = Array.ConvertAll(scores, score => Math.Exp(score / temperature));
        var calibration = new Calibration(temperature);
        var logarithms = new double[classes];
        ProbabilityLink.LogSoftmax(scores, calibration, logarithms);
        ProbabilityLink.Apply(scores, calibration, areLabels: false);
        for (int c = 0; c < classes; c++)
        {
            Assert.That(scores[c], Is.EqualTo(powers[c] / powers.Sum()).Within(3e-6));
            Assert.That(logarithms[c], Is.EqualTo(Math.Log(powers[c] / powers.Sum())).Within(1e-12));
        }
        Assert.That(scores.Sum(), Is.EqualTo(1).Within(1e-6));
    }

    [Test]
    public void Labels_are_logistic_and_each_by_itself()
    {
        float[] scores = [0.9f, -0.2f, 0.4f];
        double[] expected = Array.ConvertAll(scores, score => 1 / (1 + Math.Exp(-(score / 0.1 - 4))));
        ProbabilityLink.Apply(scores, new(0.1, -4), areLabels: true);
        Assert.That(scores, Is.EqualTo(expected).Within(1e-7));
    }

    [Test]
    public void Large_scores_are_no_overflow([Values(false, true)] bool areLabels)
    {
        float[] scores = [1e30f, -1e30f, 0];
        var logarithms = new double[3];
        ProbabilityLink.LogSoftmax(scores, new(1e-6), logarithms);
        Assert.That(logarithms.All(double.IsFinite));
        ProbabilityLink.Apply(scores, new(1e-6), areLabels);
        Assert.That(scores[..2], Is.EqualTo(new[] { 1f, 0f }));
        Assert.That(ProbabilityLink.LogOfOnePlusExp(2000), Is.EqualTo(2000));
        Assert.That(ProbabilityLink.LogOfOnePlusExp(-2000), Is.Zero);
        Assert.That(ProbabilityLink.LogOfOnePlusExp(0.3), Is.EqualTo(Math.Log(1 + Math.Exp(0.3))).Within(1e-15));
    }
}
