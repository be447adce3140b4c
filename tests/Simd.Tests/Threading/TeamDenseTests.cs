using NUnit.Framework;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;
using Subquad.Support;

namespace Subquad.Simd.Tests.Threading;

/// <summary>
/// Transforms and dense float64 shared among workers: the bits of one worker for any number of them, and those of the verbs themselves.
/// </summary>
[TestFixtureSource(typeof(KernelSetSource), nameof(KernelSetSource.All))]
public sealed class TeamDenseTests(KernelSet kernels)
{
    private static readonly int[] s_degrees = [1, 2, 3];

    [TestCase(1, 5), TestCase(8, 3), TestCase(4096, 7), TestCase(1 << 17, 3), TestCase(1 << 19, 1), TestCase(1 << 20, 2)]
    public void Rows_are_transformed_one_by_one(int length, int count)
    {
        float[] source = Samples.Dense(new Random(length), length * count);
        float[] expected =
            [.. Enumerable.Range(0, count).SelectMany(row => HadamardOracle.Transform<float>(source.AsSpan(row * length, length)))];
        using var rows = new NativeBuffer<float>(source.Length);
        foreach (int degree in s_degrees)
        {
            using var team = new WorkerTeam(degree);
            source.CopyTo(rows.Span);
            new TeamKernels(kernels, team).TransformHadamard(rows, length, count);
            Numbers.SameBits(rows.Span, expected, $"{degree} workers");
        }
    }

    [TestCase(100, 600), TestCase(33, 256), TestCase(16, 1), TestCase(70, 0)]
    public void Outer_products_take_any_number_of_columns(int order, int columns)
    {
        int stride = (order + 15) / 16 * 16;
        using NativeBuffer<double> rows = DenseSamples.Matrix(new Random(1), order, columns, columns);
        using var panel = new NativeBuffer<double>((order + 16L) * Math.Min(columns, KernelSet.OuterProductBlock));
        double[]? first = null;
        foreach (int degree in s_degrees)
        {
            using var team = new WorkerTeam(degree);
            using var gram = new NativeBuffer<double>((long)order * stride);
            new TeamKernels(kernels, team).AddOuterProduct(rows, columns, order, columns, gram, stride, panel);
            for (int row = 0; row < order; row++)
            {
                for (int column = 0; column <= row; column++)
                {
                    (double value, double magnitude) =
                        Oracle.Dot(rows.Slice((long)row * columns, columns), rows.Slice((long)column * columns, columns));
                    Numbers.Within(
                        gram[(long)row * stride + column], value, Tolerance.ReductionDouble(columns + 2, magnitude), $"row {row}", column);
                }
                gram.Slice((long)row * stride + row + 1, stride - row - 1).Clear();
            }
            first ??= gram.Span.ToArray();
            Numbers.SameBits(gram.Span, first, $"{degree} workers");
        }
    }

    [TestCase(1), TestCase(16), TestCase(70), TestCase(600)]
    public void Solves_share_right_hand_sides(int columns)
    {
        const int Order = 150;
        int stride = CholeskyDriver.StrideOf(Order), rightStride = (columns + 15) / 16 * 16 + 16;
        var random = new Random(columns);
        using NativeBuffer<double> factor = DenseSamples.Factor(random, Order, stride),
            right = DenseSamples.Matrix(random, Order, rightStride, rightStride);
        using NativeBuffer<double> expected = new(right.Length), found = new(right.Length);
        using var scratch = new Arena();
        foreach (int degree in s_degrees)
        {
            using var team = new WorkerTeam(degree);
            var verbs = new TeamKernels(kernels, team);
            expected.CopyFrom(right);
            found.CopyFrom(right);
            kernels.SolveLower(factor, stride, Order, expected, rightStride, 0, rightStride - 16, scratch);
            verbs.SolveLower(factor, stride, Order, found, rightStride, columns);
            Numbers.SameBits(found.Span, expected.Span, $"lower on {degree} workers: what is beyond the last sixteen stays as it was");
            kernels.SolveUpper(factor, stride, Order, expected, rightStride, 0, rightStride - 16, scratch);
            verbs.SolveUpper(factor, stride, Order, found, rightStride, columns);
            Numbers.SameBits(found.Span, expected.Span, $"upper on {degree} workers");

            found.CopyFrom(right);
            verbs.SolveFactored(factor, stride, Order, found, rightStride, columns);
            for (int row = 0; row < Order; row++)
                Numbers.Within(
                    found[(long)row * rightStride], expected[(long)row * rightStride], Tolerance.Factorisation(Order), "factored", row);
        }
    }

    [TestCase(1), TestCase(3), TestCase(255), TestCase(514), TestCase(1030)]
    public void Symmetric_products_read_the_lower_triangle(int order)
    {
        int stride = CholeskyDriver.StrideOf(order);
        var random = new Random(order);
        using NativeBuffer<double> matrix = DenseSamples.Lower(random, order, stride), x = DenseSamples.Matrix(random, order, 1, 1);
        using NativeBuffer<double> y = new(order), partial = new((long)TeamKernels.SymmetricSlices * order);
        double[]? first = null;
        foreach (int degree in s_degrees)
        {
            using var team = new WorkerTeam(degree);
            y.Span.Fill(double.NaN);
            partial.Span.Fill(double.NaN);
            new TeamKernels(kernels, team).MultiplySymmetric(matrix, stride, order, x, y, partial);
            first ??= y.Span.ToArray();
            Numbers.SameBits(y.Span, first, $"{degree} workers");
        }
        for (int i = 0; i < order; i++)
        {
            double[] row = [.. matrix.Slice((long)i * stride, i + 1), .. DenseSamples.Column(matrix, stride, i, i + 1, order)];
            (double value, double magnitude) = Oracle.Dot(row, x.Span);
            Numbers.Within(first![i], value, Tolerance.ReductionDouble(order + TeamKernels.SymmetricSlices, magnitude), "product", i);
        }
    }
}
