using NUnit.Framework;
using Subquad.Perf.Reports;
using Subquad.Perf.Reports.Turns;

namespace Perf.Tests;

/// <summary>The statistics under a comparison by turns.</summary>
[TestFixture]
internal sealed class RoundRatioTests
{
    [Test]
    public void The_error_is_that_of_repeated_measurements()
    {
        const int samples = 2_000, rounds = 18;
        const double deviation = 0.02;
        var random = new Random(1);
        RoundRatio[] ratios = [.. Enumerable.Range(0, samples).Select(_ => RoundRatio.Of(Draw(), Draw()))];
        double measured = Math.Sqrt(ratios.Average(ratio => Math.Pow(Math.Log(ratio.Value), 2)));
        double claimed = Math.Sqrt(ratios.Average(ratio => ratio.Error * ratio.Error));
        Assert.That(claimed, Is.EqualTo(measured).Within(10).Percent);

        double[] Draw() => [.. Enumerable.Range(0, rounds).Select(_ => Math.Exp(deviation * Normal(random)))];
    }

    [Test]
    public void Disturbed_rounds_of_either_side_move_neither_the_ratio_nor_its_error_far()
    {
        double[] before = [0.99, 1, 1.01, 1.02, 0.98, 1.005, 0.995, 1], after = [.. before.Select(seconds => 1.05 * seconds)];
        RoundRatio clean = RoundRatio.Of(before, after);
        Assert.That(clean.Value, Is.EqualTo(1.05).Within(1e-12));
        before[2] = 1.7;
        after[3] = 1.6;
        after[5] = 1.4;
        RoundRatio disturbed = RoundRatio.Of(before, after);
        Assert.That(disturbed.Value, Is.EqualTo(1.05).Within(0.01));
        Assert.That(disturbed.Error, Is.LessThan(0.01));
    }

    [Test]
    public void A_single_round_has_no_error_to_be_known() => Assert.That(RoundRatio.Of([1], [2]).Error, Is.NaN);

    [Test]
    public void Sides_take_turns_and_none_is_always_first()
    {
        Assert.That(OrderOf(sides: 2, first: 0), Is.EqualTo("ABBAABBA"));
        Assert.That(OrderOf(sides: 2, first: 3), Is.EqualTo("BAABBAAB"));
        Assert.That(OrderOf(sides: 3, first: 1), Is.EqualTo("BCAACBBCAACB"));

        static string OrderOf(int sides, int first)
        {
            var order = new List<char>();
            double[] seconds = Alternation.Measure([.. Enumerable.Range(0, sides).Select(TurnsOf)], first, calls: 1, seconds: 8, least: 2);
            Assert.That(seconds, Is.EqualTo(Enumerable.Range(0, sides).Select(side => side + 2.0)));
            return string.Concat(order);

            Func<IEnumerable<double>> TurnsOf(int side) => () =>
            {
                order.Add((char)('A' + side));
                return [side + 2];
            };
        }
    }

    [Test]
    public void Least_samples_are_taken_however_long_they_last()
    {
        int taken = 0;
        Alternation.Measure([() => [taken++], () => [1]], first: 0, calls: 1_000, seconds: 1e-9, least: 6);
        Assert.That(taken, Is.EqualTo(6));
    }

    [TestCase(0, 1)]
    [TestCase(0.1, 2)]
    [TestCase(0.5, 6)]
    [TestCase(1, 10)]
    public void A_quantile_is_one_of_the_numbers(double share, double expected) =>
        Assert.That(Measure.Quantile([10, 9, 8, 7, 6, 5, 4, 3, 2, 1], share), Is.EqualTo(expected));

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
