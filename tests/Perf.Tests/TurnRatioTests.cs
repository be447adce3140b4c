using NUnit.Framework;
using Subquad.Perf.Reports;
using Subquad.Perf.Reports.Turns;

namespace Subquad.Perf.Tests;

/// <summary>The statistics under a comparison by turns.</summary>
[TestFixture]
internal sealed class TurnRatioTests
{
    [Test]
    public void The_error_is_that_of_repeated_measurements()
    {
        const int samples = 2_000, rounds = 15, turns = 9;
        const double ofRound = 0.01, ofTurn = 0.02;
        var random = new Random(1);
        TurnRatio[] ratios = [.. Enumerable.Range(0, samples).Select(_ => TurnRatio.Of(Enumerable.Range(0, rounds).Select(_ => Round())))];
        double measured = Math.Sqrt(ratios.Average(ratio => Math.Pow(Math.Log(ratio.Value), 2)));
        double claimed = Math.Sqrt(ratios.Average(ratio => ratio.Error * ratio.Error));
        Assert.That(
            claimed, Is.InRange(measured, 1.3 * measured), "a median of all turns is a little better than that of the rounds' medians");

        double[] Round()
        {
            double placement = ofRound * Normal(random);
            return [.. Enumerable.Range(0, turns).Select(_ => Math.Exp(placement + ofTurn * Normal(random)))];
        }
    }

    [Test]
    public void Disturbed_turns_and_rounds_move_neither_the_ratio_nor_its_error_far()
    {
        var random = new Random(2);
        double[][] rounds =
            [.. Enumerable.Range(0, 12).Select(_ => Enumerable.Range(0, 10).Select(_ => 1.05 * Math.Exp(0.01 * Normal(random))).ToArray())];
        TurnRatio clean = TurnRatio.Of(rounds);
        Assert.That(clean.Value, Is.EqualTo(1.05).Within(0.005));
        // The other guest comes or goes between two turns of every round; pages lie badly in two rounds.
        foreach (double[] turns in rounds)
            (turns[2], turns[7]) = (1.5 * turns[2], turns[7] / 1.5);
        foreach (int round in new[] { 3, 8 })
            rounds[round] = [.. rounds[round].Select(ratio => 1.4 * ratio)];
        TurnRatio disturbed = TurnRatio.Of(rounds);
        Assert.That(disturbed.Value, Is.EqualTo(clean.Value).Within(0.005));
        Assert.That(disturbed.Error, Is.LessThan(0.005));
    }

    [Test]
    public void Rounds_that_started_in_the_other_order_count_as_much_however_many_turns_they_took()
    {
        double[] firstOrder = [1, 1.001, 0.999], otherOrder = [1.02, 1.021, 1.019, 1.02, 1.02];
        TurnRatio ratio = TurnRatio.Of(Enumerable.Range(0, 12).Select(round => round % 2 == 0 ? firstOrder : otherOrder));
        Assert.That(ratio.Value, Is.EqualTo(Math.Sqrt(1.02)).Within(1e-9));
        Assert.That(ratio.Error, Is.Zero, "the rounds of an order agree");
    }

    [Test]
    public void Sides_take_turns_and_none_is_always_first()
    {
        Assert.That(OrderOf(sides: 2, first: 0), Is.EqualTo("ABBAABBA"));
        Assert.That(OrderOf(sides: 2, first: 3), Is.EqualTo("BAABBAAB"));
        Assert.That(OrderOf(sides: 3, first: 1), Is.EqualTo("BCAACBBCAACB"));

        static string OrderOf(int sides, int first)
        {
            var order = new List<char>();
            double[][] turns = Alternation.Measure([.. Enumerable.Range(0, sides).Select(TurnsOf)], first, calls: 1, seconds: 20, least: 2);
            for (int side = 0; side < sides; side++)
                Assert.That(turns[side], Is.EqualTo(Enumerable.Repeat(side + 2.0, 4)), "the shortest sample of each turn");
            return string.Concat(order);

            Func<IEnumerable<double>> TurnsOf(int side) => () =>
            {
                order.Add((char)('A' + side));
                return [side + 2, side + 3];
            };
        }
    }

    [Test]
    public void A_side_with_more_samples_in_a_turn_gains_nothing()
    {
        double[][] turns = Alternation.Measure([() => [4, 3], () => [4, 3, 2, 1]], first: 0, calls: 1, seconds: 7, least: 2);
        Assert.That(turns[1], Is.EqualTo(turns[0]));
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
