using NUnit.Framework;
using Subquad.Data;

namespace Subquad.Managed.Tests.Data;

[TestFixture]
internal sealed class ColumnOriginTests
{
    [TestCase(new[] { 1.0, 2, 3 })]
    [TestCase(new[] { -1e9, 1e9 })]
    [TestCase(new[] { 100.5, 100.5 }, Description = "it never varies")]
    [TestCase(new[] { 7.0 })]
    [TestCase(new[] { 0.3, 0.3, 0.1 + 0.2 }, Description = "it varies by rounding only")]
    public void Columns_near_zero_or_without_deviation_count_from_zero(double[] numbers) =>
        Assert.That(ColumnOrigin.Of(numbers, 1), Is.Null);

    [Test]
    public void Columns_far_from_zero_count_from_near_their_mean_and_keep_integers()
    {
        double[] seconds = [1_700_000_000, 1_700_000_061, 1_700_000_119, 1_700_000_183];
        double[]? origins = ColumnOrigin.Of(seconds, 1);
        Assert.That(origins![0], Is.EqualTo(1_700_000_090).Within(64));
        float[] distances = ColumnOrigin.Distances(seconds, 1, origins);
        Assert.That(distances.Select(distance => distance + origins[0]), Is.EqualTo(seconds), "every second is kept");
    }

    [Test]
    public void One_number_elsewhere_does_not_bring_the_origin_back_to_zero()
    {
        double[] seconds = [.. Enumerable.Range(0, 1000).Select(i => 1.7e9 + i), 0];
        double origin = ColumnOrigin.Of(seconds, 1)![0];
        Assert.That(origin, Is.EqualTo(1.7e9).Within(1e8));
    }

    [Test]
    public void Each_column_has_its_own_and_what_is_not_finite_does_not_count()
    {
        double[] rows = [1, 1e8, double.NaN, 1e8 + 1, 3, double.PositiveInfinity];
        double[] origins = ColumnOrigin.Of(rows, 2)!;
        Assert.That(origins[0], Is.Zero);
        Assert.That(origins[1], Is.EqualTo(1e8).Within(1));
    }
}
