using NUnit.Framework;
using Subquad.Perf.Reports;

namespace Subquad.Perf.Tests;

public class PairedDifferenceTests
{
    [Test]
    public void The_mean_and_the_standard_error_are_those_of_the_differences()
    {
        // Differences 1, 2 and 6: mean 3, sum of squares 14, deviation sqrt(7), by the root of 3.
        PairedDifference difference = PairedDifference.Of([(2, 1), (102, 100), (1, -5)]);
        Assert.That(difference, Is.EqualTo(new PairedDifference(3, 3, Math.Sqrt(7.0 / 3))).Using<PairedDifference>((x, y) =>
            x.Count == y.Count && Math.Abs(x.Mean - y.Mean) < 1e-12 && Math.Abs(x.StandardError - y.StandardError) < 1e-12));
    }

    [Test]
    public void One_pair_has_no_standard_error() =>
        Assert.That(PairedDifference.Of([(3, 1)]), Is.EqualTo(new PairedDifference(1, 2, double.NaN)));

    [Test]
    public void No_pairs_are_refused() =>
        Assert.That(() => PairedDifference.Of([]), Throws.ArgumentException.With.Message.Contains("at least one pair"));
}
