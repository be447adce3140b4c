using NUnit.Framework;
using Subquad.Perf.Reports.Turns;

namespace Subquad.Perf.Tests;

/// <summary>The decision of a comparison by turns, on synthetic noise: what is flagged, and what is not.</summary>
[TestFixture]
internal sealed class SequentialTestTests
{
    private const int Rows = 60, SlowRow = 17;

    [Test]
    public void Two_equal_sides_are_not_flagged([Range(1, 20)] int seed)
    {
        var machine = new NoisyMachine(seed);
        IReadOnlyList<TurnRow> rows = new SequentialTest().Run(machine.Measure);
        Assert.That(rows, Has.Count.EqualTo(Rows));
        Assert.That(Keys(rows, Verdict.Slower), Is.Empty);
    }

    [Test]
    public void A_row_that_is_slower_by_5_percent_is_flagged_and_no_other_one([Range(1, 20)] int seed)
    {
        var machine = new NoisyMachine(seed) { SlowDown = 0.05 };
        Assert.That(Keys(new SequentialTest().Run(machine.Measure), Verdict.Slower), Is.EqualTo(new[] { NoisyMachine.KeyOf(SlowRow) }));
    }

    [Test]
    public void A_row_that_is_slower_by_1_percent_is_not_flagged([Range(1, 5)] int seed)
    {
        var machine = new NoisyMachine(seed) { SlowDown = 0.01 };
        Assert.That(Keys(new SequentialTest().Run(machine.Measure), Verdict.Slower), Is.Empty);
    }

    [Test]
    public void A_row_that_is_faster_is_not_flagged([Range(1, 5)] int seed)
    {
        var machine = new NoisyMachine(seed) { SlowDown = -0.2 };
        Assert.That(Keys(new SequentialTest().Run(machine.Measure), Verdict.Slower), Is.Empty);
    }

    [Test]
    public void A_clock_that_slows_down_during_the_run_is_not_flagged([Range(1, 5)] int seed)
    {
        var machine = new NoisyMachine(seed) { Drift = 1e-4 };
        Assert.That(Keys(new SequentialTest().Run(machine.Measure), Verdict.Slower), Is.Empty);
        Assert.That(machine.Clock, Is.GreaterThan(1.5), "the drift is larger than what is sought");
    }

    [Test]
    public void A_slow_down_is_flagged_in_spite_of_a_drift([Range(1, 5)] int seed)
    {
        var machine = new NoisyMachine(seed) { Drift = 1e-4, SlowDown = 0.05 };
        Assert.That(Keys(new SequentialTest().Run(machine.Measure), Verdict.Slower), Is.EqualTo(new[] { NoisyMachine.KeyOf(SlowRow) }));
    }

    [TestCase(1)]
    [TestCase(2)]
    public void A_bad_placement_in_one_round_or_two_is_not_flagged(int rounds)
    {
        var machine = new NoisyMachine(1) { BadRounds = rounds };
        IReadOnlyList<TurnRow> rows = new SequentialTest().Run(machine.Measure);
        Assert.That(Keys(rows, Verdict.Slower), Is.Empty);
    }

    [Test]
    public void Only_a_second_measurement_counts()
    {
        // Slow in every round of the screening, as fast as before in the rounds after it.
        var machine = new NoisyMachine(1) { BadRounds = SequentialTest.ScreenRounds };
        IReadOnlyList<TurnRow> rows = new SequentialTest().Run(machine.Measure);
        Assert.That(rows[SlowRow].Verdict, Is.EqualTo(Verdict.Same));
        Assert.That(rows[SlowRow].Rounds, Has.Count.EqualTo(SequentialTest.LeastRounds));
        Assert.That(machine.MeasuredAgain, Does.Contain(NoisyMachine.KeyOf(SlowRow)));
        Assert.That(machine.MeasuredAgain, Has.Count.LessThan(Rows / 4), "rows that are the same are measured once");
    }

    [Test]
    public void A_row_that_is_slow_in_one_half_of_the_second_measurement_is_not_flagged()
    {
        // The median over all rounds is above the band, that of the second half is not.
        var machine = new NoisyMachine(1) { BadRounds = SequentialTest.ScreenRounds + SequentialTest.ConfirmRounds + 1 };
        IReadOnlyList<TurnRow> rows = new SequentialTest().Run(machine.Measure);
        Assert.That(rows[SlowRow].Verdict, Is.Not.EqualTo(Verdict.Slower));
        Assert.That(rows[SlowRow].Rounds, Has.Count.GreaterThan(SequentialTest.LeastRounds));
    }

    [Test]
    public void A_row_too_noisy_to_judge_is_unclear()
    {
        var machine = new NoisyMachine(1) { SlowDown = 0.05, NoiseOfSlowRow = 0.5 };
        IReadOnlyList<TurnRow> rows = new SequentialTest().Run(machine.Measure);
        Assert.That(rows[SlowRow].Verdict, Is.EqualTo(Verdict.Unclear));
        Assert.That(rows[SlowRow].Rounds, Has.Count.EqualTo(SequentialTest.MostRounds));
    }

    [Test]
    public void Without_time_for_a_second_measurement_a_suspicious_row_is_unclear()
    {
        var machine = new NoisyMachine(1) { SlowDown = 0.05 };
        IReadOnlyList<TurnRow> rows = new SequentialTest { HasTime = () => false }.Run(machine.Measure);
        Assert.That(Keys(rows, Verdict.Unclear), Does.Contain(NoisyMachine.KeyOf(SlowRow)));
        Assert.That(Keys(rows, Verdict.Slower), Is.Empty);
        Assert.That(rows.Single(row => row.Key == NoisyMachine.KeyOf(SlowRow)).Ratio.Value, Is.EqualTo(1.05).Within(0.02), "it is shown");
    }

    private static string[] Keys(IReadOnlyList<TurnRow> rows, Verdict verdict) =>
        [.. rows.Where(row => row.Verdict == verdict).Select(row => row.Key)];

    /// <summary>
    /// Two sides on a machine whose samples are at times longer by half, whose pages are placed anew in every round, and whose clock may
    /// drift; samples take turns as those of verbs do.
    /// </summary>
    private sealed class NoisyMachine(int seed)
    {
        private const double Second = 1e-3, SampleNoise = 0.01, PlacementNoise = 0.01, Interrupted = 0.2;

        private readonly Random _random = new(seed);
        private int _round;

        /// <summary>By which share row <see cref="SlowRow"/> of the new side is slower.</summary>
        public double SlowDown { get; init; }

        /// <summary>By which share the clock slows down from one sample to the next.</summary>
        public double Drift { get; init; }

        /// <summary>First rounds in which the new side's pages of row <see cref="SlowRow"/> lie badly.</summary>
        public int BadRounds { get; init; }

        /// <summary>Placement noise of row <see cref="SlowRow"/>.</summary>
        public double NoiseOfSlowRow { get; init; } = PlacementNoise;

        /// <summary>Length of a second of work by now.</summary>
        public double Clock { get; private set; } = 1;

        public IReadOnlySet<string> MeasuredAgain { get; private set; } = new HashSet<string>();

        public static string KeyOf(int row) => $"verb {row}";

        public IReadOnlyList<(string Key, RoundTimes Times)> Measure(IReadOnlySet<string>? keys, double seconds)
        {
            MeasuredAgain = keys ?? MeasuredAgain;
            bool isBad = _round++ < BadRounds;
            var times = new List<(string, RoundTimes)>();
            for (int row = 0; row < Rows; row++)
            {
                if (keys?.Contains(KeyOf(row)) == false)
                    continue;
                double placement = row == SlowRow ? NoiseOfSlowRow : PlacementNoise;
                double before = Second * Math.Exp(placement * Normal()), after = Second * Math.Exp(placement * Normal());
                if (row == SlowRow)
                    after *= (1 + SlowDown) * (isBad ? 1.3 : 1);
                double[][] taken = Alternation.Measure(
                    [() => [Sample(before)], () => [Sample(after)]], first: row, calls: 1, seconds: 0.02, least: 6);
                times.Add((KeyOf(row), RoundTimes.Of(taken)));
            }
            return times;
        }

        private double Sample(double seconds)
        {
            Clock *= 1 + Drift;
            double noise = 1 + SampleNoise * Math.Abs(Normal()) + (_random.NextDouble() < Interrupted ? 0.5 * _random.NextDouble() : 0);
            return Clock * seconds * noise;
        }

        private double Normal() => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
    }
}
