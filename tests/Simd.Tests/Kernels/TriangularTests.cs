using NUnit.Framework;
using Subquad.Simd.Memory;
using Subquad.Support;

namespace Subquad.Simd.Tests.Kernels;

/// <summary>
/// Triangular solves by their residuals: those of a substitution are within a few roundings of the sum of its terms, however badly the
/// matrix is conditioned.
/// </summary>
[TestFixtureSource(typeof(KernelSetSource), nameof(KernelSetSource.All))]
public sealed class TriangularTests(KernelSet kernels)
{
    /// <summary>Roundings of a sum beyond one per term: lanes, blocks and the division.</summary>
    private const int MoreRoundings = 32;

    [Test]
    public void Residuals_are_within_their_bound_for_every_order()
    {
        for (int order = 1; order <= 256; order++)
            AssertResiduals(order, columns: 16);
    }

    [TestCase(5, 48), TestCase(130, 256), TestCase(700, 32)]
    public void Residuals_of_many_right_hand_sides_are_too(int order, int columns) => AssertResiduals(order, columns);

    [Test]
    public void A_column_does_not_depend_on_those_beside_it_nor_on_where_it_lies([Values] bool upper, [Values(33, 200)] int order)
    {
        const int Columns = 80;
        int stride = CholeskyDriver.StrideOf(order);
        var random = new Random(order);
        using NativeBuffer<double> factor = DenseSamples.Factor(random, order, stride);
        using NativeBuffer<double> whole = DenseSamples.Matrix(random, order, Columns, Columns), shared = new(whole.Length);
        using var scratch = new Arena();
        shared.CopyFrom(whole);
        using NativeBuffer<double> alone = new(order * 16L);
        for (int row = 0; row < order; row++)
            whole.Slice(row * Columns + 32, 16).CopyTo(alone.Slice(row * 16, 16));
        Solve(upper, factor, stride, order, whole, Columns, 0, Columns, scratch);
        Partition.Backwards(0, Columns, 16, (from, to) => Solve(upper, factor, stride, order, shared, Columns, from, to, scratch));
        Numbers.SameBits(shared.Span, whole.Span, "shared columns");
        Solve(upper, factor, stride, order, alone, 16, 0, 16, scratch);
        for (int row = 0; row < order; row++)
            Numbers.SameBits(alone.Slice(row * 16, 16), whole.Slice(row * Columns + 32, 16), "columns in place");
    }

    [Test]
    public void One_right_hand_side_is_solved_as_many_are()
    {
        using var scratch = new Arena();
        for (int order = 1; order <= 256; order++)
        {
            int stride = CholeskyDriver.StrideOf(order);
            var random = new Random(order);
            using NativeBuffer<double> factor = DenseSamples.Factor(random, order, stride),
                many = DenseSamples.Matrix(random, order, 1, 16);
            using var guarded = new GuardedMemory<double>(order);
            foreach (bool last in new[] { true, false })
            {
                Span<double> vector = last ? guarded.Last(order) : guarded.First(order);
                DenseSamples.Column(many, 16, 0, 0, order).CopyTo(vector);
                kernels.SolveLower(factor, stride, vector);
                kernels.SolveLower(factor, stride, order, many, 16, 0, 16, scratch);
                AssertNear(vector, many, "lower");
                kernels.SolveUpper(factor, stride, vector);
                kernels.SolveUpper(factor, stride, order, many, 16, 0, 16, scratch);
                AssertNear(vector, many, "upper");
                kernels.SolveFactored(factor, stride, vector);
                kernels.SolveFactored(factor, stride, order, many, 16);
                AssertNear(vector, many, "both");
            }
        }

        static void AssertNear(ReadOnlySpan<double> found, NativeBuffer<double> expected, string what)
        {
            for (int row = 0; row < found.Length; row++)
                Numbers.Within(
                    found[row], expected[row * 16L], Tolerance.Factorisation(found.Length), $"{what}, order {found.Length}", row);
        }
    }

    [Test]
    public void Nothing_to_solve_is_solved()
    {
        using var nothing = new NativeBuffer<double>(0);
        using var scratch = new Arena();
        kernels.SolveLower(nothing, 16, 0, nothing, 16, 0, 16, scratch);
        kernels.SolveUpper(nothing, 16, 0, nothing, 16, 0, 16, scratch);
        kernels.SolveLower(nothing, 16, []);
        kernels.SolveUpper(nothing, 16, []);
    }

    private void AssertResiduals(int order, int columns)
    {
        int stride = CholeskyDriver.StrideOf(order);
        var random = new Random(order);
        using NativeBuffer<double> factor = DenseSamples.Factor(random, order, stride),
            right = DenseSamples.Matrix(random, order, columns - 1, columns), solution = new(right.Length);
        using var scratch = new Arena();
        foreach (bool upper in new[] { false, true })
        {
            solution.CopyFrom(right);
            Solve(upper, factor, stride, order, solution, columns, 0, columns, scratch);
            for (int column = 0; column < columns; column += columns - 1)
                for (int row = 0; row < order; row++)
                {
                    double[] elements = upper ? DenseSamples.Column(factor, stride, row, row, order)
                        : factor.Slice((long)row * stride, row + 1).ToArray();
                    (double product, double magnitude) =
                        Oracle.Dot(elements, DenseSamples.Column(solution, columns, column, upper ? row : 0, upper ? order : row + 1));
                    Numbers.Within(product, right[(long)row * columns + column],
                        Tolerance.ReductionDouble(order + MoreRoundings, magnitude), $"order {order}, upper {upper}", row);
                }
        }
    }

    private void Solve(
        bool upper, NativeBuffer<double> factor, int stride, int order, NativeBuffer<double> right, int rightStride, int columnFrom,
        int columnTo, Arena scratch)
    {
        if (upper)
            kernels.SolveUpper(factor, stride, order, right, rightStride, columnFrom, columnTo, scratch);
        else
            kernels.SolveLower(factor, stride, order, right, rightStride, columnFrom, columnTo, scratch);
    }
}
