using MathNet.Numerics.Distributions;
using NUnit.Framework;
using Subquad.Simd.Dispatch;
using Subquad.Support;

namespace Subquad.Simd.Tests.Kernels;

/// <summary>The counter-based normal generator: known answers, the same bits everywhere, and numbers that look normal.</summary>
[TestFixture]
public sealed class NormalTests
{
    private const ulong Seed = 20_240_229;
    private const int Many = 1_000_000;

    /// <summary>
    /// FillNormal(seed 20240229, row 3, layer 2, deviation 1), written down once: no machine, set or version may give others.
    /// </summary>
    private static readonly uint[] s_golden =
    [
        0xBF8CF813, 0x3E82184E, 0xBE9459E1, 0xBE110CA7, 0x3F84E45F, 0xBF99F6B9, 0x3F8B3B1F, 0x3F8A9AEC,
        0x3FA8F5F4, 0x3F943589, 0x400084B9, 0x3EFEC6CE, 0xBAC676DF, 0x3F09C598, 0xBFD0145A, 0xBEBCBBDB,
    ];

    [TestCaseSource(typeof(KernelSetSource), nameof(KernelSetSource.All))]
    public void The_golden_vector_is_met_on_every_set(KernelSet kernels)
    {
        var numbers = new float[s_golden.Length];
        kernels.FillNormal(numbers, Seed, row: 3, layer: 2, deviation: 1);
        Assert.That(numbers.Select(BitConverter.SingleToUInt32Bits), Is.EqualTo(s_golden));
    }

    [TestCaseSource(typeof(KernelSetSource), nameof(KernelSetSource.All))]
    public void Numbers_follow_from_the_published_generator(KernelSet kernels)
    {
        // Seed, row and layer zero begin with the paper's own counter of zeros: 6627e8d5 e169c58d bc57ac4c 9b00dbd8.
        foreach ((ulong seed, uint row, uint layer) in new (ulong, uint, uint)[]
        {
            (0, 0, 0), (ulong.MaxValue, uint.MaxValue, uint.MaxValue), (Seed, 12345, 1)
        })
        {
            var numbers = new float[1000];
            kernels.FillNormal(numbers, seed, row, layer, deviation: 1);
            for (int column = 0; column < numbers.Length; column++)
            {
                double expected = Philox.Normal(seed, row, layer, (uint)column);
                Numbers.Within(numbers[column], expected, Tolerance.Elementwise(Math.Abs(expected)) + 1e-12, "normal", column);
            }
        }
    }

    [TestCaseSource(typeof(KernelSetSource), nameof(KernelSetSource.All))]
    public void Every_length_is_a_beginning_of_the_same_row_and_writes_nothing_beyond(KernelSet kernels)
    {
        const int Longest = 256;
        const float Sentinel = -7.25f;
        var whole = new float[Longest];
        KernelSets.ByName("scalar").FillNormal(whole, Seed, row: 1, layer: 0, deviation: 0.25);
        using var memory = new GuardedMemory<float>(Longest);
        for (int length = 0; length <= Longest; length++)
            foreach (bool last in new[] { true, false })
            {
                memory.All.Fill(Sentinel);
                Span<float> numbers = last ? memory.Last(length) : memory.First(length);
                kernels.FillNormal(numbers, Seed, row: 1, layer: 0, deviation: 0.25);
                Numbers.SameBits(numbers, whole.AsSpan(0, length), $"the first {length}");
                Assert.That((last ? memory.All[..^length] : memory.All[length..]).ContainsAnyExcept(Sentinel), Is.False);
            }
    }

    [TestCaseSource(typeof(KernelSetSource), nameof(KernelSetSource.All))]
    public void A_long_row_has_the_same_bits_on_every_set(KernelSet kernels)
    {
        float[] expected = new float[100_003], found = new float[expected.Length];
        KernelSets.ByName("scalar").FillNormal(expected, Seed, row: 77, layer: 5, deviation: 0.7);
        kernels.FillNormal(found, Seed, row: 77, layer: 5, deviation: 0.7);
        Numbers.SameBits(found, expected, kernels.Name);
    }

    [Test]
    public void Numbers_are_normal_in_moments_neighbours_and_distribution()
    {
        float[] numbers = Fill(Many, Seed, row: 0, layer: 0);
        Assert.That(numbers, Has.None.Matches<float>(number => !float.IsFinite(number)));
        double mean = numbers.Average(number => (double)number);
        double variance = numbers.Average(number => (number - mean) * (number - mean));
        double kurtosis = numbers.Average(number => Math.Pow(number - mean, 4)) / (variance * variance);

        // Five standard errors each; the seed is fixed, so this does not come and go.
        double error = 5 / Math.Sqrt(Many);
        Assert.That(mean, Is.EqualTo(0).Within(error));
        Assert.That(variance, Is.EqualTo(1).Within(error * Math.Sqrt(2)));
        Assert.That(kurtosis, Is.EqualTo(3).Within(error * Math.Sqrt(24)));
        foreach (int lag in new[] { 1, 2, 3, 4, 64 })
            Assert.That(Correlation(numbers.AsSpan(lag), numbers), Is.EqualTo(0).Within(error), $"correlation at distance {lag}");

        Array.Sort(numbers);
        double distance = 0;
        for (int i = 0; i < Many; i++)
            distance = Math.Max(distance, Math.Abs(Normal.CDF(0, 1, numbers[i]) - (i + 0.5) / Many));
        Assert.That(distance, Is.LessThan(1.63 / Math.Sqrt(Many)), "Kolmogorov-Smirnov distance, 1 % level");
        Assert.That(numbers[^1], Is.InRange(4.2f, 6.7f), "the largest of a million");
        Assert.That(numbers[0], Is.InRange(-6.7f, -4.2f), "the smallest of a million");
    }

    [Test]
    public void Another_seed_row_or_layer_is_another_stream()
    {
        float[] numbers = Fill(10_000, Seed, row: 0, layer: 0);
        foreach (float[] other in new[]
        {
            Fill(10_000, Seed + 1, 0, 0), Fill(10_000, Seed + (1UL << 32), 0, 0), Fill(10_000, Seed, 1, 0), Fill(10_000, Seed, 0, 1)
        })
        {
            Assert.That(other, Is.Not.EqualTo(numbers));
            Assert.That(Correlation(other, numbers), Is.EqualTo(0).Within(0.05));
        }
    }

    [Test]
    public void The_deviation_scales_before_the_one_rounding()
    {
        float[] numbers = Fill(1000, Seed, row: 0, layer: 0);
        var scaled = new float[1000];
        KernelSets.Available[0].FillNormal(scaled, Seed, row: 0, layer: 0, deviation: 0.125);
        Numbers.SameBits(scaled, [.. numbers.Select(number => 0.125f * number)], "an eighth");
    }

    private static float[] Fill(int count, ulong seed, uint row, uint layer)
    {
        var numbers = new float[count];
        KernelSets.Available[0].FillNormal(numbers, seed, row, layer, deviation: 1);
        return numbers;
    }

    private static double Correlation(ReadOnlySpan<float> x, ReadOnlySpan<float> y) => Oracle.Dot(x, y[..x.Length]).Value / x.Length;
}
