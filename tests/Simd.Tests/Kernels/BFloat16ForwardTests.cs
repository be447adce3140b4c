using CsCheck;
using NUnit.Framework;
using Subquad.Simd.Memory;
using Subquad.Support;

namespace Subquad.Simd.Tests.Kernels;

/// <summary>
/// Forward passes with weights of bfloat16: within the oracle's bound for the rounded weights, the promised chain of them bit for bit, so
/// also the bits of a float32 matrix that holds them. A set that rounds inputs gives the same for rounded inputs.
/// </summary>
[TestFixtureSource(typeof(KernelSetSource), nameof(KernelSetSource.All))]
public sealed class BFloat16ForwardTests(KernelSet kernels)
{
    [TestCaseSource(typeof(Shape), nameof(Shape.All))]
    public void Sums_are_the_promised_chains_of_rounded_weights(Shape shape)
    {
        using var problem = new Problem(shape);
        CheckSums(problem);
    }

    [Test]
    public void Lists_of_every_length_give_the_promised_chains()
    {
        using Problem problem = Problem.OfEveryLength(256);
        CheckSums(problem);
    }

    [TestCaseSource(typeof(Shape), nameof(Shape.Divisible))]
    public void Any_share_of_the_panels_and_the_data_gives_the_same_bits(Shape shape)
    {
        using var problem = new Problem(shape);
        using PanelMatrix weights = Narrow(problem), inputs = Samples.Panels(problem.X, shape.Data, shape.Columns);
        float[] whole = Run(partition => partition(0, weights.Panels));
        foreach (int threads in Partition.Threads)
            Numbers.SameBits(Run(part => Partition.Run(0, weights.Panels, 2, threads, part)), whole, $"{threads} threads");
        using var sums = new PanelMatrix(shape.Rows, shape.Data);
        foreach ((int from, int to) in new[] { (shape.Data / 3, shape.Data), (0, shape.Data / 3), (0, 0) })
            kernels.Accumulate(weights, problem.Inputs, problem.Inputs.Values, sums, 0, weights.Panels, from, to);
        Numbers.SameBits(Samples.ToArray(sums), whole.AsSpan(0, shape.Rows * shape.Data), "data in parts");

        float[] Run(Action<Action<int, int>> partition)
        {
            using var sparse = new PanelMatrix(shape.Rows, shape.Data);
            using var dense = new PanelMatrix(shape.Rows, shape.Data);
            partition((from, to) => kernels.Accumulate(weights, problem.Inputs, sparse, from, to));
            partition((from, to) => kernels.AccumulateDense(weights, inputs, dense, from, to));
            return [.. Samples.ToArray(sparse), .. Samples.ToArray(dense)];
        }
    }

    [Test]
    public void Both_formats_agree_bit_for_bit_on_random_shapes() =>
        Gen.Select(Gen.Int[1, 300], Gen.Int[1, 700], Gen.Int[1, 20], Gen.Double[0, 1]).Sample(
            (rows, columns, data, density) =>
            {
                using var problem = new Problem(new Shape(rows, columns, data, density), seed: rows + columns);
                using PanelMatrix weights = Narrow(problem), rounded = Widened(weights);
                using PanelMatrix inputs = Samples.Panels(problem.X, data, columns), seen = Samples.Panels(Seen(problem.X), data, columns);
                using var values = new NativeBuffer<float>(problem.Inputs.Entries);
                Seen(problem.Inputs.Values.Slice(0, (int)values.Length)).CopyTo(values.Span);
                using var narrow = new PanelMatrix(rows, data);
                using var single = new PanelMatrix(rows, data);
                kernels.Accumulate(weights, problem.Inputs, narrow, 0, narrow.Panels);
                kernels.Accumulate(rounded, problem.Inputs, values, single, 0, narrow.Panels);
                Numbers.SameBits(Samples.ToArray(narrow), Samples.ToArray(single), "sparse sums");
                kernels.AccumulateDense(weights, inputs, narrow, 0, narrow.Panels);
                kernels.AccumulateDense(rounded, seen, single, 0, narrow.Panels);
                Numbers.SameBits(Samples.ToArray(narrow), Samples.ToArray(single), "dense sums");
            }, iter: 25, threads: 1, seed: "0N0XIzNsQ0O2");

    [Test]
    public void Denormals_are_kept_or_are_zero_as_the_set_says()
    {
        using var weights = new PanelMatrix(128, 3, ElementFormat.BFloat16);
        weights.SetRowMajor(0, [.. Enumerable.Range(0, 384).Select(i => BitConverter.UInt32BitsToSingle((uint)(i % 128 + 1) << 16))]);
        using PanelMatrix rounded = Widened(weights);
        using var inputs = new ActiveBatch();
        inputs.FillNonZero([1e-3f, 0.75f, -3f, 1e-30f, 2f, 1f], 2, 3);
        using var narrow = new PanelMatrix(128, 2);
        using var single = new PanelMatrix(128, 2);
        kernels.Accumulate(weights, inputs, narrow, 0, 2);
        kernels.Accumulate(rounded, inputs, single, 0, 2);
        Assert.That(Samples.ToArray(single).Any(float.IsSubnormal));
        if (kernels.RoundsInputs)
            Assert.That(Samples.ToArray(narrow).Any(float.IsSubnormal), Is.False);
        else
            Numbers.SameBits(Samples.ToArray(narrow), Samples.ToArray(single), "sums");
    }

    [TestCase(1, 1), TestCase(64, 5), TestCase(129, 70), TestCase(300, 513)]
    public void Rounding_gives_what_setting_does(int rows, int columns)
    {
        var random = new Random(rows);
        float[] values = Samples.Dense(random, rows * columns);
        float[] special =
        [
            0f, -0f, float.Epsilon, -1e-40f, 1.17549435e-38f, float.MaxValue, float.PositiveInfinity, float.NegativeInfinity, float.NaN,
                BitConverter.UInt32BitsToSingle(0xFF80_0001),
            BitConverter.UInt32BitsToSingle(0x3F80_8000), BitConverter.UInt32BitsToSingle(0x3F81_8000),
                BitConverter.UInt32BitsToSingle(0x3F80_7FFF), BitConverter.UInt32BitsToSingle(0x0000_8000),
        ];
        foreach (float value in special)
            values[random.Next(values.Length)] = value;
        using PanelMatrix source = Samples.Panels(values, rows, columns);
        using var set = new PanelMatrix(rows, columns, ElementFormat.BFloat16);
        set.SetRows(0, rows, values);
        int panels = source.Panels;
        using var found = new PanelMatrix((panels + 4) * PanelMatrix.PanelRows, columns, ElementFormat.BFloat16);
        var kept = new float[found.Rows * columns];
        Array.Fill(kept, 3f);
        found.SetRows(0, found.Rows, kept);
        kernels.Round(source, found, 2);
        found.CopyRows(0, found.Rows, kept);
        var expected = new float[rows * columns];
        set.CopyRows(0, rows, expected);
        int first = 2 * PanelMatrix.PanelRows, last = (2 + panels) * PanelMatrix.PanelRows;
        Numbers.SameBits(kept.AsSpan(first * columns, rows * columns), expected, "rounded rows");
        Assert.That(kept.AsSpan((first + rows) * columns, (last - first - rows) * columns).ContainsAnyExcept(0f), Is.False, "padding");
        Assert.That(kept.AsSpan(0, first * columns).ContainsAnyExcept(3f)
            || kept.AsSpan(last * columns).ContainsAnyExcept(3f), Is.False, "panels beside");
    }

    private static PanelMatrix Narrow(Problem problem)
    {
        var weights = new PanelMatrix(problem.Rows, problem.Columns, ElementFormat.BFloat16);
        weights.SetRows(0, problem.Rows, Samples.ToArray(problem.Weights));
        return weights;
    }

    private static PanelMatrix Widened(PanelMatrix weights)
    {
        var values = new float[weights.Rows * weights.Columns];
        weights.CopyRows(0, weights.Rows, values);
        return Samples.Panels(values, weights.Rows, weights.Columns);
    }

    /// <summary>Inputs as the set sees them.</summary>
    private float[] Seen(ReadOnlySpan<float> inputs) => kernels.RoundsInputs ? Samples.Rounded(inputs) : inputs.ToArray();

    private void CheckSums(Problem problem)
    {
        using PanelMatrix weights = Narrow(problem), inputs = Samples.Panels(problem.X, problem.Data, problem.Columns);
        using var sums = new PanelMatrix(problem.Rows, problem.Data);
        using var dense = new PanelMatrix(problem.Rows, problem.Data);
        for (int panel = 0; panel < sums.Panels; panel++)
        {
            sums.Panel(panel).Fill(float.NaN);
            dense.Panel(panel).Fill(float.NaN);
        }
        kernels.Accumulate(weights, problem.Inputs, sums, 0, weights.Panels);
        kernels.AccumulateDense(weights, inputs, dense, 0, weights.Panels);

        // The oracle on rounded weights.
        Samples.Rounded(problem.W).CopyTo(problem.W, 0);
        Seen(problem.X).CopyTo(problem.X, 0);
        Chain[] expected = Oracle.Forward(problem, kernels.IsFused);
        for (int datum = 0; datum < problem.Data; datum++)
            for (int row = 0; row < problem.Rows; row++)
            {
                int at = datum * problem.Rows + row;
                Numbers.Matches(sums[row, datum], expected[at], ordered: true, "sparse sums", at);
                Numbers.SameBits(dense[row, datum], sums[row, datum], "dense sums", at);
            }
    }
}
