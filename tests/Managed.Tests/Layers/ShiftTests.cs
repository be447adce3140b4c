using MathNet.Numerics.Distributions;
using NUnit.Framework;
using Subquad;
using Subquad.Layers;
using Subquad.Simd.Dispatch;
using Subquad.Simd.Memory;
using Subquad.Support;

namespace Subquad.Managed.Tests.Layers;

[TestFixture]
internal sealed class ShiftTests
{
    /// <summary>c, m, b, share of firing neurons, c_b: the table of the specification, to the digits it prints.</summary>
    [TestCase(0.4, 1_024, 1.665, 0.0479, 33.8)]
    [TestCase(0.4, 4_096, 1.824, 0.0341, 52.3)]
    [TestCase(0.4, 16_384, 1.970, 0.0244, 79.4)]
    [TestCase(0.4, 65_536, 2.106, 0.0176, 119)]
    [TestCase(0.48, 16_384, 2.158, 0.0155, 139)]
    [TestCase(0.2, 16_384, 1.393, 0.0818, 16.7)]
    public void The_published_numbers_come_out(double c, int width, double b, double share, double gainSquared)
    {
        double shift = Shift.FromWidth(c, width), gain = Shift.Gain(shift);
        Assert.That(shift, Is.EqualTo(b).Within(0.0006));
        Assert.That(Shift.UpperTail(shift), Is.EqualTo(share).Within(0.00006));
        Assert.That(gain * gain, Is.EqualTo(gainSquared).Within(0.6).Percent);
    }

    [Test]
    public void Tails_are_those_of_the_normal_distribution()
    {
        for (double b = 0; b < 8; b += 0.0625)
        {
            double tail = Normal.CDF(0, 1, -b);
            Assert.That(Shift.UpperTail(b), Is.EqualTo(tail).Within(1e-9).Percent, $"b = {b}");
            if (tail < 0.5)
                Assert.That(Shift.FromDensity(tail), Is.EqualTo(b).Within(1e-10), $"density {tail}");
        }
        Assert.That(Shift.FromDensity(0.5), Is.Zero);
        Assert.That(Shift.FromDensity(0.9), Is.Zero);
        Assert.That(Shift.Gain(0), Is.EqualTo(1).Within(1e-14), "plain ReLU after He");
    }

    [TestCase(0.4, null)]
    [TestCase(0.0, null)]
    [TestCase(null, 0.02)]
    public void Norms_and_densities_are_kept_in_the_mean(double? c, double? density)
    {
        const int Width = 4096, Data = 16;
        var shape = new NetworkShape
        {
            Inputs = 24, Hidden = [Width], Outputs = 1, Normalisation = Normalisation.Plain, ShiftConstant = [c ?? 0],
                Densities = density is { } wanted ? [wanted] : null,
        };
        using Network network = Network.Create(shape, 11);
        var reference = new ReferenceNetwork(network);
        float[] rows = ReferenceData.UnitRows(Data, 24);
        ReferencePoint[] points = [.. Enumerable.Range(0, Data).Select(i => reference.Forward(rows.AsSpan(i * 24, 24)))];
        double b = shape.Shifts()[0], share = Shift.UpperTail(b);

        // Rows share the weights, so their counts are not independent: the bound is that of a single row (four deviations), not of sixteen.
        double fired = points.Average(point => point.Fires[0].Count(fires => fires) / (double)Width);
        Assert.That(fired, Is.EqualTo(share).Within(4 * Math.Sqrt(share / Width)));
        double squared = points.Average(point => point.Norms[0] * point.Norms[0]), gain = Shift.Gain(b);
        double fourth = 4 * Math.Pow(gain, 4) * FourthMoment(b) / Width;
        Assert.That(squared, Is.EqualTo(1).Within(4 * Math.Sqrt(fourth)));
    }

    /// <summary>E max(0, z - b)^4, by the midpoint rule.</summary>
    private static double FourthMoment(double b)
    {
        double sum = 0;
        const double Step = 1e-3;
        for (double t = Step / 2; t < 12; t += Step)
            sum += Math.Pow(t, 4) * Normal.PDF(0, 1, b + t) * Step;
        return sum;
    }
}
