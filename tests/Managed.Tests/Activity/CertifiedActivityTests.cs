using NUnit.Framework;
using Subquad;
using Subquad.Activity;
using Subquad.Simd;
using Subquad.Support;

namespace Subquad.Managed.Tests.Activity;

/// <summary>
/// Certified passes find the sets and the values of full passes, bit for bit, whatever inputs, weights and thresholds do; and a bound that
/// is a hundredth too small is found out.
/// </summary>
[TestFixtureSource(typeof(KernelSetSource), nameof(KernelSetSource.All))]
internal sealed class CertifiedActivityTests(KernelSet kernels)
{
    private const int Inputs = 130, Width = 200, Data = 9, Terms = 6;

    [Test]
    public void Passes_are_the_full_ones_through_thousands_of_random_steps([Values(true, false)] bool normalised)
    {
        var random = new Random(normalised ? 1 : 2);
        int steps = kernels.Lanes > 1 ? 2_000 : 500;
        using var layer = new CertifiedLayer(kernels, Inputs, Width, shift: 1.2, normalised);
        float[] inputs = Unit(Samples.Sparse(random, Data, Inputs, 0.2));
        layer.Begin(inputs);
        for (int step = 0; step < steps; step++)
        {
            float size = MathF.Pow(10, -1 - 5 * random.NextSingle());
            float[] moved = Drift(random, inputs, size);
            float[] u = Samples.Sparse(random, Terms, Width, 0.1), v = Unit(Samples.Sparse(random, Terms, Inputs, 0.2));
            if (random.Next(50) == 0)
                layer.Layer.Thresholds[random.Next(Width)] += 0.01f * (random.NextSingle() - 0.5f);
            layer.Try(moved, u, v, size);
            if (random.Next(4) == 0)
                continue;
            layer.Accept();
            inputs = moved;
        }
        Assert.That(layer.Certified, Is.GreaterThan(steps / 2));
        Assert.That(layer.Uncertain / layer.Certified, Is.LessThan(0.2));
    }

    [TestCase("tiny thresholds")]
    [TestCase("huge rows")]
    [TestCase("cancelling updates")]
    [TestCase("the same inputs")]
    [TestCase("dead data")]
    public void Passes_are_the_full_ones_under(string drift)
    {
        var random = new Random(3);
        using var layer = new CertifiedLayer(kernels, Inputs, Width, shift: drift == "tiny thresholds" ? 0 : 1.2, normalised: true);
        if (drift == "tiny thresholds")
            for (int row = 0; row < Width; row++)
                layer.Layer.Thresholds[row] = row % 3 == 0 ? 0f : row % 3 == 1 ? 1e-41f : -1e-30f;
        if (drift == "huge rows")
            for (int row = 0; row < Width; row += 7)
                for (int column = 0; column < Inputs; column++)
                    layer.Layer.Weights[row, column] *= 1e12f;
        float[] inputs = Unit(Samples.Sparse(random, Data, Inputs, 0.2));
        if (drift == "dead data")
            Array.Clear(inputs, 0, 3 * Inputs);
        layer.Begin(inputs);
        float[] u = Samples.Sparse(random, Terms, Width, 0.3), v = Unit(Samples.Sparse(random, Terms, Inputs, 0.3));
        for (int step = 0; step < 300; step++)
        {
            float[] moved = drift == "the same inputs" ? inputs : Drift(random, inputs, 1e-3f);
            // Back and forth by a step far larger than the weights: what stays is rounding.
            float scale = drift == "cancelling updates" ? (step % 2 == 0 ? 50f : -50f) : 1e-3f;
            layer.Try(moved, u, v, scale);
            if (step % 5 != 4 || drift == "cancelling updates")
                layer.Accept();
        }
    }

    /// <summary>
    /// A neuron whose pre-activation moves as far as its norm on the support allows, and fires by less than a hundredth of that.
    /// </summary>
    [TestCase(1.0, false)]
    [TestCase(0.99, true)]
    public void A_bound_that_is_a_hundredth_too_small_is_found_out(double marginScale, bool isFoundOut)
    {
        using var layer = new CertifiedLayer(kernels, Inputs, Width, shift: 1.2, normalised: false,
            new CertificatePolicy { FollowsCosts = false, MarginScale = marginScale, PassesBeforeRenewal = 1e4 });
        float[] inputs = Unit(Samples.Sparse(new Random(4), 1, Inputs, 0.3));
        layer.Begin(inputs);
        const int Row = 17;
        double norm = 0, before = layer.PreActivations[Row, 0];
        for (int column = 0; column < Inputs; column++)
            norm += inputs[column] == 0 ? 0 : Math.Pow(layer.Layer.Weights[Row, column], 2);
        norm = Math.Sqrt(norm);
        const double Distance = 0.05;
        var moved = new float[Inputs];
        for (int column = 0; column < Inputs; column++)
            moved[column] = inputs[column] == 0 ? 0f : (float)(inputs[column] + Distance * layer.Layer.Weights[Row, column] / norm);
        layer.Layer.Thresholds[Row] = (float)(before + 0.995 * Distance * norm);
        void Try() => layer.Try(moved, new float[Width], new float[Inputs], 1f);
        if (isFoundOut)
            Assert.That(Try, Throws.InstanceOf<AssertionException>());
        else
            Assert.That(Try, Throws.Nothing);
        Assert.That(layer.Certified, Is.EqualTo(1));
        Assert.That(layer.PreActivations[Row, 0], Is.GreaterThan(layer.Layer.Thresholds[Row]), "the neuron fires in the full pass");
    }

    [Test]
    public void A_far_drift_renews_the_reference()
    {
        var random = new Random(6);
        using var layer = new CertifiedLayer(kernels, Inputs, Width, shift: 1.2, normalised: true);
        layer.Begin(Unit(Samples.Sparse(random, Data, Inputs, 0.2)));
        float[] far = Unit(Samples.Sparse(random, Data, Inputs, 0.2)), none = new float[Terms * Width], v = new float[Terms * Inputs];
        layer.Try(far, none, v, 1f);
        Assert.That(layer.Certified, Is.Zero);
        layer.Accept();
        layer.Try(Drift(random, far, 1e-4f), none, v, 1f);
        Assert.That(layer.Certified, Is.EqualTo(1));
        Assert.That(layer.Uncertain, Is.LessThan(0.05));
    }

    [Test]
    public void Lists_of_several_blocks_are_certified()
    {
        const int Wide = 1_100, Data = 530, Terms = 520;
        var random = new Random(7);
        using var layer = new CertifiedLayer(kernels, Wide, 1_300, shift: 1.8, normalised: true, threads: 2);
        float[] inputs = Unit(Samples.Sparse(random, Data, Wide, 0.05), Wide);
        layer.Begin(inputs);
        for (int step = 0; step < 4; step++)
        {
            float[] moved = Drift(random, inputs, 1e-3f, Wide);
            layer.Try(moved, Samples.Sparse(random, Terms, 1_300, 0.03), Unit(Samples.Sparse(random, Terms, Wide, 0.05), Wide), 1e-4f);
            if (step == 1)
                continue;
            layer.Accept();
            inputs = moved;
        }
        Assert.That(layer.Certified, Is.EqualTo(4));
    }

    [Test]
    public void Renewals_that_are_dropped_leave_the_reference_as_it_was()
    {
        var random = new Random(8);
        using var layer = new CertifiedLayer(
            kernels, Inputs, Width, shift: 1.2, normalised: true, new CertificatePolicy { FollowsCosts = false }, threads: 2);
        float[] inputs = Unit(Samples.Sparse(random, Data, Inputs, 0.2));
        layer.Begin(inputs);
        const int Steps = 400;
        for (int step = 0; step < Steps; step++)
        {
            float[] moved = Drift(random, inputs, step % 3 == 0 ? 0.3f : 1e-4f);
            layer.Try(moved, Samples.Sparse(random, Terms, Width, 0.1), Unit(Samples.Sparse(random, Terms, Inputs, 0.2)), 1e-4f);
            if (random.Next(2) == 0)
                continue;
            layer.Accept();
            inputs = moved;
        }
        Assert.That(layer.Certified, Is.InRange(Steps / 10, Steps * 9 / 10), "both kinds of passes are made");
    }

    [Test]
    public void Terms_that_are_held_and_flushed_are_certified(
        [Values] bool begunWithTerms, [Values] bool sameScale, [Values(1e-4f, 0.1f)] float largest)
    {
        var random = new Random(10);
        // Many renewals, or next to none.
        using var layer = new CertifiedLayer(
            kernels, Inputs, Width, shift: 1.2, normalised: true,
            new CertificatePolicy { FollowsCosts = false, PassesBeforeRenewal = begunWithTerms ? 1e4 : 2 });
        float[] inputs = Unit(Samples.Sparse(random, Data, Inputs, 0.2));
        layer.Begin(inputs);
        if (begunWithTerms)
        {
            layer.Try(inputs, Samples.Sparse(random, Terms, Width, 0.3), Unit(Samples.Sparse(random, Terms, Inputs, 0.3)), 0.1f);
            layer.Accept(holds: true);
            layer.Begin(inputs);
        }
        const int Steps = 400;
        int flushes = 0, groups = 0;
        for (int step = 0; step < Steps; step++)
        {
            float size = MathF.Pow(10, -5 * random.NextSingle()) * largest;
            float[] moved = Drift(random, inputs, size);
            layer.Try(moved, Samples.Sparse(random, Terms, Width, 0.1), Unit(Samples.Sparse(random, Terms, Inputs, 0.2)), sameScale
                ? largest / 100 : random.Next(3) == 0 ? -size : size);
            if (random.Next(4) == 0)
                continue;
            bool flushesNow = random.Next(40) == 0;
            layer.Accept(holds: true, flushesNow);
            groups = Math.Max(groups, layer.Layer.LowRank.Terms.Count);
            inputs = moved;
            if (random.Next(80) == 0)
            {
                layer.Flush();
                flushesNow = true;
            }
            flushes += flushesNow ? 1 : 0;
        }
        Assert.That(layer.Certified, Is.GreaterThan(Steps / 4));
        Assert.That(flushes, Is.GreaterThan(3));
        Assert.That(groups, sameScale ? Is.InRange(1, 2) : Is.GreaterThan(3), "groups at once");
    }

    /// <summary>A neuron that hardly any weight of the base moves, and a held term moves across its threshold.</summary>
    [Test]
    public void What_is_held_counts_in_the_norms_on_supports()
    {
        const int Row = 17;
        const float Size = 5, Distance = 0.01f;
        var random = new Random(11);
        using var layer = new CertifiedLayer(kernels, Inputs, Width, shift: 1.2, normalised: false);
        float[] inputs = Unit(Samples.Sparse(random, 1, Inputs, 0.3)), u = new float[Width];
        float[] v = Unit([.. inputs.Select(input => input == 0 ? 0f : random.NextSingle() - 0.5f)]);
        u[Row] = 1;
        layer.Begin(inputs);
        layer.Try(inputs, u, v, -Size);
        layer.Accept(holds: true);
        layer.Begin(inputs);
        int certified = layer.Certified;
        layer.Layer.Thresholds[Row] = layer.PreActivations[Row, 0] + 0.5f * Size * Distance;
        layer.Try([.. inputs.Zip(v, (input, along) => input + Distance * along)], new float[Width], new float[Inputs], 1f);
        Assert.That(layer.Certified, Is.EqualTo(certified + 1));
        Assert.That(layer.PreActivations[Row, 0], Is.GreaterThan(layer.Layer.Thresholds[Row]), "the neuron fires in the full pass");
    }

    [TestCase(1e-3f)]
    [TestCase(1e3f)]
    public void Plain_inputs_of_any_size_are_certified(float size)
    {
        var random = new Random(9);
        using var layer = new CertifiedLayer(kernels, Inputs, Width, shift: 1.2, normalised: false);
        float[] inputs = Unit(Samples.Sparse(random, Data, Inputs, 0.2));
        Array.Clear(inputs, 0, Inputs);
        for (int row = 0; row < Width; row++)
            layer.Layer.Thresholds[row] *= size;
        layer.Begin(Scaled(inputs, size));
        for (int step = 0; step < 100; step++)
        {
            inputs = Drift(random, inputs, 1e-3f);
            // A datum that was dead wakes.
            if (step == 50)
                Unit(Samples.Sparse(random, 1, Inputs, 0.2)).CopyTo(inputs, 0);
            layer.Try(
                Scaled(inputs, size), Samples.Sparse(random, Terms, Width, 0.1), Unit(Samples.Sparse(random, Terms, Inputs, 0.2)), 1e-4f);
            layer.Accept();
        }
        Assert.That(layer.Certified, Is.GreaterThan(90));
    }

    private static float[] Scaled(float[] values, float factor) => [.. values.Select(value => factor * value)];

    /// <summary>Moves all values a little and, now and then, an element in or out of the support.</summary>
    private static float[] Drift(Random random, float[] inputs, float size, int width = Inputs)
    {
        float[] moved = [.. inputs];
        for (int i = 0; i < moved.Length; i++)
            if (moved[i] != 0)
                moved[i] = random.Next(200) == 0 && Math.Abs(moved[i]) < size ? 0f : moved[i] + size * (random.NextSingle() - 0.5f) * 0.5f;
            else if (random.Next(400) == 0)
                moved[i] = size * random.NextSingle();
        return Unit(moved, width);
    }

    private static float[] Unit(float[] rows, int width = Inputs)
    {
        for (int row = 0; row < rows.Length; row += width)
        {
            double norm = Math.Sqrt(rows.AsSpan(row, width).ToArray().Sum(value => (double)value * value));
            for (int i = 0; i < width && norm > 0; i++)
                rows[row + i] = (float)(rows[row + i] / norm);
        }
        return rows;
    }
}
