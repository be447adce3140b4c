using System.Numerics;
using MathNet.Numerics.IntegralTransforms;
using NUnit.Framework;
using Subquad.Solvers;
using Subquad.Support;

namespace Subquad.Managed.Tests.Solvers;

/// <summary>Our transform against the one of MathNet.Numerics, which the package itself does without.</summary>
[TestFixture]
internal sealed class FourierTransformTests
{
    private static readonly int[] s_lengths = [.. Enumerable.Range(0, 14).Select(power => 1 << power)];

    [TestCaseSource(nameof(s_lengths))]
    public void The_spectrum_is_that_of_the_library(int length)
    {
        (double[] real, double[] imaginary) = Random(length);
        Complex[] expected = [.. real.Zip(imaginary, (re, im) => new Complex(re, im))];
        Fourier.Forward(expected, FourierOptions.NoScaling);
        new FourierTransform(length).Forward(real, imaginary);
        double size = Math.Sqrt(expected.Sum(value => value.Real * value.Real + value.Imaginary * value.Imaginary) / length);
        for (int k = 0; k < length; k++)
        {
            int place = Reversed(k, length);
            Assert.That(real[place], Is.EqualTo(expected[k].Real).Within(1e-14 * size * (1 + Math.Log2(length))), $"real part at {k}");
            Assert.That(imaginary[place], Is.EqualTo(expected[k].Imaginary).Within(1e-14 * size * (1 + Math.Log2(length))),
                $"imaginary part at {k}");
        }
    }

    [TestCaseSource(nameof(s_lengths))]
    public void The_way_back_returns_the_vector(int length)
    {
        (double[] real, double[] imaginary) = Random(length);
        (double[] first, double[] second) = ([.. real], [.. imaginary]);
        var transform = new FourierTransform(length);
        transform.Forward(real, imaginary);
        transform.Inverse(real, imaginary);
        for (int t = 0; t < length; t++)
        {
            Assert.That(real[t] / length, Is.EqualTo(first[t]).Within(1e-13));
            Assert.That(imaginary[t] / length, Is.EqualTo(second[t]).Within(1e-13));
        }
    }

    [Test]
    public void Opposite_frequencies_are_found_where_they_lie([Values(1, 2, 4, 64, 2048)] int length)
    {
        for (int k = 0; k < length; k++)
            Assert.That(FourierTransform.Opposite(Reversed(k, length)), Is.EqualTo(Reversed((length - k) % length, length)));
    }

    [Test]
    public void Other_lengths_are_refused() =>
        Assert.That(() => new FourierTransform(12), Throws.InstanceOf<ArgumentOutOfRangeException>());

    private static (double[] Real, double[] Imaginary) Random(int length) =>
        (Array.ConvertAll(ReferenceData.Normals(length), value => (double)value),
            Array.ConvertAll(ReferenceData.Normals(length, seed: 8), value => (double)value));

    private static int Reversed(int k, int length)
    {
        int place = 0;
        for (int bit = 1; bit < length; bit <<= 1)
        {
            place = place << 1 | k & 1;
            k >>= 1;
        }
        return place;
    }
}
