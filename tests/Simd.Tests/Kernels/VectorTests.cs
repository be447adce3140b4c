using NUnit.Framework;
using Subquad.Support;

namespace Subquad.Simd.Tests.Kernels;

/// <summary>
/// Dot, axpy, products, norms and steps of Adam: every length from 0 to 256, operands that end at, and begin after, an inaccessible page.
/// </summary>
[TestFixtureSource(typeof(KernelSetSource), nameof(KernelSetSource.All))]
public sealed class VectorTests(KernelSet kernels)
{
    private const int LongestLength = 256;
    private const float Sentinel = -7.25f;

    [Test]
    public void Dot_of_float32_is_within_its_bound()
    {
        using var left = new GuardedMemory<float>(LongestLength);
        using var right = new GuardedMemory<float>(LongestLength);
        var random = new Random(1);
        for (int length = 0; length <= LongestLength; length++)
            foreach (bool last in new[] { true, false })
            {
                ReadOnlySpan<float> x = Filled(left, length, last, random), y = Filled(right, length, last, random);
                (double value, double magnitude) = Oracle.Dot(x, y);
                Numbers.Within(kernels.Dot(x, y), value, Tolerance.Reduction(length, magnitude), "dot", length);
            }
    }

    [Test]
    public void Dot_of_float64_is_within_its_bound()
    {
        using var left = new GuardedMemory<double>(LongestLength);
        using var right = new GuardedMemory<double>(LongestLength);
        var random = new Random(2);
        for (int length = 0; length <= LongestLength; length++)
            foreach (bool last in new[] { true, false })
            {
                ReadOnlySpan<double> x = Filled(left, length, last, random), y = Filled(right, length, last, random);
                (double value, double magnitude) = Oracle.Dot(x, y);
                Numbers.Within(kernels.Dot(x, y), value, Tolerance.ReductionDouble(length, magnitude), "dot", length);
            }
    }

    [Test]
    public void Squared_norm_is_exact_to_float64()
    {
        using var memory = new GuardedMemory<float>(LongestLength);
        var random = new Random(3);
        for (int length = 0; length <= LongestLength; length++)
            foreach (bool last in new[] { true, false })
            {
                ReadOnlySpan<float> x = Filled(memory, length, last, random);
                (double value, double magnitude) = Oracle.Dot(x, x);
                Numbers.Within(kernels.SquaredNorm(x), value, 2 * Tolerance.ReductionDouble(length, magnitude), "squared norm", length);
            }
    }

    [Test]
    public void Axpy_of_float32_rounds_every_element_alike_and_touches_no_other()
    {
        const float Factor = 1.7f;
        using var left = new GuardedMemory<float>(LongestLength);
        using var right = new GuardedMemory<float>(LongestLength);
        var random = new Random(4);
        for (int length = 0; length <= LongestLength; length++)
            foreach (bool last in new[] { true, false })
            {
                right.All.Fill(Sentinel);
                Span<float> x = Filled(left, length, last, random), y = Filled(right, length, last, random);
                float[] before = y.ToArray();
                kernels.Axpy(Factor, x, y);
                for (int i = 0; i < length; i++)
                {
                    double exact = (double)Factor * x[i] + before[i];
                    Numbers.Within(y[i], exact, Tolerance.Elementwise(Math.Abs((double)Factor * x[i]) + Math.Abs(before[i])), "axpy", i);
                    Numbers.SameBits(
                        y[i], kernels.IsFused ? MathF.FusedMultiplyAdd(Factor, x[i], before[i]) : (Factor * x[i]) + before[i], "axpy", i);
                }
                Assert.That(
                    Outside(right, length, last).ContainsAnyExcept(Sentinel), Is.False, $"axpy of {length} elements wrote outside them");
            }
    }

    [Test]
    public void Axpy_of_float64_rounds_every_element_alike_and_touches_no_other()
    {
        const double Factor = -0.3;
        using var left = new GuardedMemory<double>(LongestLength);
        using var right = new GuardedMemory<double>(LongestLength);
        var random = new Random(5);
        for (int length = 0; length <= LongestLength; length++)
            foreach (bool last in new[] { true, false })
            {
                right.All.Fill(Sentinel);
                Span<double> x = Filled(left, length, last, random), y = Filled(right, length, last, random);
                double[] expected = y.ToArray();
                for (int i = 0; i < length; i++)
                    expected[i] = MulAdd(Factor, x[i], expected[i]);
                kernels.Axpy(Factor, x, y);
                Numbers.SameBits(y, expected, "axpy");
                Assert.That(
                    Outside(right, length, last).ContainsAnyExcept(Sentinel), Is.False, $"axpy of {length} elements wrote outside them");
            }
    }

    [Test]
    public void Add_product_rounds_every_element_alike_and_touches_no_other()
    {
        const double Factor = 0.7;
        using var first = new GuardedMemory<double>(LongestLength);
        using var second = new GuardedMemory<double>(LongestLength);
        using var third = new GuardedMemory<double>(LongestLength);
        var random = new Random(6);
        for (int length = 0; length <= LongestLength; length++)
            foreach (bool last in new[] { true, false })
            {
                third.All.Fill(Sentinel);
                Span<double> x = Filled(first, length, last, random), y = Filled(second, length, last, random),
                    z = Filled(third, length, last, random);
                double[] expected = z.ToArray();
                for (int i = 0; i < length; i++)
                    expected[i] = MulAdd(Factor * x[i], y[i], expected[i]);
                kernels.AddProduct(Factor, x, y, z);
                Numbers.SameBits(z, expected, "product");
                Assert.That(Outside(third, length, last).ContainsAnyExcept(Sentinel), Is.False,
                    $"a product of {length} elements wrote outside them");
            }
    }

    [Test]
    public void Steps_of_adam_have_the_same_bits_on_every_set_and_touch_no_other_element()
    {
        const float Rate = 0.01f, Share1 = 0.1f, Share2 = 0.001f, Epsilon = 1e-4f;
        using var gradients = new GuardedMemory<float>(LongestLength);
        using var parameters = new GuardedMemory<float>(LongestLength);
        using var means = new GuardedMemory<float>(LongestLength);
        using var squares = new GuardedMemory<float>(LongestLength);
        var random = new Random(7);
        for (int length = 0; length <= LongestLength; length++)
            foreach (bool last in new[] { true, false })
            {
                parameters.All.Fill(Sentinel);
                means.All.Fill(Sentinel);
                squares.All.Fill(Sentinel);
                Span<float> g = Filled(gradients, length, last, random), w = Filled(parameters, length, last, random),
                    m = Filled(means, length, last, random), v = Filled(squares, length, last, random);
                for (int i = 0; i < length; i++)
                    (g[i], v[i]) = (random.Next(3) == 0 ? 0f : g[i], v[i] * v[i]);
                float[] before = w.ToArray(), firsts = m.ToArray(), seconds = v.ToArray();
                kernels.StepAdam(Rate, Share1, Share2, Epsilon, g, w, m, v);
                for (int i = 0; i < length; i++)
                {
                    (float first, float second, float weight) = (firsts[i], seconds[i], before[i]);
                    if (g[i] != 0f)
                    {
                        first += Share1 * (g[i] - first);
                        second += Share2 * ((g[i] * g[i]) - second);
                        weight -= Rate * first / (MathF.Sqrt(second) + Epsilon);
                        double mean = firsts[i] + (double)Share1 * ((double)g[i] - firsts[i]);
                        double square = seconds[i] + (double)Share2 * ((double)g[i] * g[i] - seconds[i]);
                        double divisor = Math.Sqrt(square) + Epsilon;
                        double magnitude = Math.Abs(firsts[i]) + Share1 * (Math.Abs(g[i]) + Math.Abs(firsts[i]));
                        Numbers.Within(m[i], mean, Tolerance.Elementwise(magnitude), "mean", i);
                        Numbers.Within(v[i], square, Tolerance.Elementwise(seconds[i] + Share2 * ((double)g[i] * g[i])), "square", i);
                        // The change has the roundings of both means, of a product, a root, a sum and a quotient.
                        double bound = 2 * Tolerance.Elementwise(Math.Abs(before[i]) + Rate * magnitude / divisor);
                        Numbers.Within(w[i], before[i] - Rate * mean / divisor, bound, "weight", i);
                    }
                    Numbers.SameBits(m[i], first, "mean", i);
                    Numbers.SameBits(v[i], second, "square", i);
                    Numbers.SameBits(w[i], weight, "weight", i);
                }
                foreach (GuardedMemory<float> memory in new[] { parameters, means, squares })
                    Assert.That(
                        Outside(memory, length, last).ContainsAnyExcept(Sentinel), Is.False, $"a step of {length} elements wrote outside");
            }
    }

    [Test]
    public void A_step_of_adam_leaves_what_has_no_gradient_and_hands_on_what_is_not_a_number([Values(0f, -0f, float.NaN)] float gradient)
    {
        // An epsilon of zero: what is not used divides zero by zero.
        foreach (float value in new[] { -0f, float.Epsilon, float.NaN, float.NegativeInfinity })
        {
            float[] g = [.. Enumerable.Repeat(gradient, 37)], w = [.. Enumerable.Repeat(value, 37)], m = [.. w], v = [.. w];
            kernels.StepAdam(1, 1, 1, 0, g, w, m, v);
            foreach (float[] found in new[] { w, m, v })
                for (int i = 0; i < found.Length; i++)
                    if (float.IsNaN(gradient))
                        Assert.That(found[i], Is.NaN);
                    else
                        Numbers.SameBits(found[i], value, "no gradient", i);
        }
    }

    [Test]
    public void Not_a_number_and_infinity_reach_the_result()
    {
        float[] x = [.. Enumerable.Repeat(1f, 100)], y = [.. x];
        x[97] = float.PositiveInfinity;
        Assert.That(kernels.Dot(x, y), Is.EqualTo(float.PositiveInfinity));
        y[97] = 0f;
        Assert.That(kernels.Dot(x, y), Is.NaN);
        Assert.That(kernels.SquaredNorm(x), Is.EqualTo(double.PositiveInfinity));
    }

    private double MulAdd(double a, double b, double c) => kernels.IsFused ? Math.FusedMultiplyAdd(a, b, c) : (a * b) + c;

    private static Span<float> Filled(GuardedMemory<float> memory, int length, bool last, Random random)
    {
        Span<float> values = last ? memory.Last(length) : memory.First(length);
        for (int i = 0; i < length; i++)
            values[i] = random.NextSingle() * 2 - 1;
        return values;
    }

    private static Span<double> Filled(GuardedMemory<double> memory, int length, bool last, Random random)
    {
        Span<double> values = last ? memory.Last(length) : memory.First(length);
        for (int i = 0; i < length; i++)
            values[i] = random.NextDouble() * 2 - 1;
        return values;
    }

    private static Span<T> Outside<T>(GuardedMemory<T> memory, int length, bool last) where T : unmanaged =>
        last ? memory.All[..^length] : memory.All[length..];
}
