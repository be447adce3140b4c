using CsCheck;
using NUnit.Framework;
using Subquad.Simd.Memory;
using Subquad.Support;

namespace Subquad.Simd.Tests.Kernels;

/// <summary>
/// Accumulate and AccumulateDense: within the bound of the oracle, the promised chain bit for bit, and the same bits from both and from any
/// share of the panels.
/// </summary>
[TestFixtureSource(typeof(KernelSetSource), nameof(KernelSetSource.All))]
public sealed class ForwardTests(KernelSet kernels)
{
    [TestCaseSource(typeof(Shape), nameof(Shape.All))]
    public void Sums_are_the_promised_chains_sparse_and_dense(Shape shape)
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
    public void Any_share_of_the_panels_gives_the_same_bits(Shape shape)
    {
        using var problem = new Problem(shape);
        using PanelMatrix inputs = Samples.Panels(problem.X, shape.Data, shape.Columns);
        float[] whole = Run(partition => partition(0, problem.Weights.Panels));
        foreach (int threads in Partition.Threads)
            Numbers.SameBits(Run(part => Partition.Run(0, problem.Weights.Panels, 2, threads, part)), whole, $"{threads} threads");
        Numbers.SameBits(Run(part => Partition.Backwards(0, problem.Weights.Panels, 2, part)), whole, "pairs of panels, the last first");

        float[] Run(Action<Action<int, int>> partition)
        {
            using var sums = new PanelMatrix(shape.Rows, shape.Data);
            using var dense = new PanelMatrix(shape.Rows, shape.Data);
            partition((from, to) => kernels.Accumulate(problem.Weights, problem.Inputs, sums, from, to));
            partition((from, to) => kernels.AccumulateDense(problem.Weights, inputs, dense, from, to));
            return [.. Samples.ToArray(sums), .. Samples.ToArray(dense)];
        }
    }

    /// <summary>
    /// Many entries go tile by tile, few datum by datum: neither may show. Pairs of panels that end in one row, in half a pass and in more.
    /// </summary>
    [TestCase(10, 1100)]
    [TestCase(40, 1100)]
    [TestCase(129, 1100)]
    [TestCase(170, 1100)]
    [TestCase(250, 1100)]
    [TestCase(250, 300)]
    public void Data_one_at_a_time_give_the_bits_of_all_together(int rows, int columns)
    {
        using var problem = new Problem(new Shape(rows, columns, 20, 0.3));
        using var together = new PanelMatrix(rows, 20);
        using var single = new PanelMatrix(rows, 20);
        Poison(together);
        Poison(single);
        kernels.Accumulate(problem.Weights, problem.Inputs, together, 0, together.Panels);
        for (int datum = 0; datum < 20; datum++)
            kernels.Accumulate(problem.Weights, problem.Inputs, problem.Inputs.Values, single, 0, single.Panels, datum, datum + 1);
        Numbers.SameBits(Samples.ToArray(single), Samples.ToArray(together), "one datum at a time");
        CheckSums(problem);
    }

    [Test]
    public void Other_values_of_the_same_entries_may_be_given()
    {
        using var problem = new Problem(new Shape(129, 700, 9, 0.2));
        using var values = new NativeBuffer<float>(problem.Inputs.Entries);
        for (long entry = 0; entry < values.Length; entry++)
            values[entry] = 2 * problem.Inputs.Values[entry];
        using var sums = new PanelMatrix(129, 9);
        using var doubled = new PanelMatrix(129, 9);
        kernels.Accumulate(problem.Weights, problem.Inputs, sums, 0, sums.Panels);
        kernels.Accumulate(problem.Weights, problem.Inputs, values, doubled, 0, sums.Panels);
        Numbers.SameBits(Samples.ToArray(doubled), [.. Samples.ToArray(sums).Select(sum => 2 * sum)], "doubled sums");
    }

    [Test]
    public void Sparse_and_dense_agree_bit_for_bit_on_random_shapes() =>
        Gen.Select(Gen.Int[1, 300], Gen.Int[1, 700], Gen.Int[1, 20], Gen.Double[0, 1]).Sample(
            (rows, columns, data, density) =>
            {
                using var problem = new Problem(new Shape(rows, columns, data, density), seed: rows + columns);
                using PanelMatrix inputs = Samples.Panels(problem.X, data, columns);
                using var sums = new PanelMatrix(rows, data);
                using var dense = new PanelMatrix(rows, data);
                kernels.Accumulate(problem.Weights, problem.Inputs, sums, 0, sums.Panels);
                kernels.AccumulateDense(problem.Weights, inputs, dense, 0, sums.Panels);
                return Samples.ToArray(sums).AsSpan().SequenceEqual(Samples.ToArray(dense));
            }, iter: 25, threads: 1, seed: "0N0XIzNsQ0O2");

    /// <summary>Sums are overwritten: nothing of what was there may show.</summary>
    private static void Poison(PanelMatrix matrix)
    {
        for (int row = 0; row < matrix.Rows; row++)
            for (int column = 0; column < matrix.Columns; column++)
                matrix[row, column] = float.NaN;
    }

    private void CheckSums(Problem problem)
    {
        using var sums = new PanelMatrix(problem.Rows, problem.Data);
        using var dense = new PanelMatrix(problem.Rows, problem.Data);
        using PanelMatrix inputs = Samples.Panels(problem.X, problem.Data, problem.Columns);
        Poison(sums);
        Poison(dense);
        kernels.Accumulate(problem.Weights, problem.Inputs, sums, 0, problem.Weights.Panels);
        kernels.AccumulateDense(problem.Weights, inputs, dense, 0, problem.Weights.Panels);

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
