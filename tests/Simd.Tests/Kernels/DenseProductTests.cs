using NUnit.Framework;
using Subquad.Simd.Memory;
using Subquad.Support;

namespace Subquad.Simd.Tests.Kernels;

/// <summary>Outer products of long rows, and products with a symmetric matrix of which only the lower triangle is there.</summary>
[TestFixtureSource(typeof(KernelSetSource), nameof(KernelSetSource.All))]
public sealed class DenseProductTests(KernelSet kernels)
{
    [Test]
    public void Outer_products_are_right_for_every_number_of_columns()
    {
        for (int columns = 0; columns <= KernelSet.OuterProductBlock; columns++)
            AssertOuterProduct(rows: 20, columns);
    }

    [Test]
    public void Outer_products_are_right_for_every_number_of_rows()
    {
        for (int rows = 1; rows <= 130; rows++)
            AssertOuterProduct(rows, columns: 7);
    }

    [Test]
    public void Any_share_of_the_rows_gives_the_same_outer_product()
    {
        const int Rows = 200, Columns = 100, Stride = 208;
        using NativeBuffer<double> rows = DenseSamples.Matrix(new Random(1), Rows, Columns, Columns);
        using NativeBuffer<double> panel = new((Rows + 16) * Columns), parts = new((Rows + 16) * Columns), gram = new(Rows * Stride),
            shared = new(Rows * Stride);
        kernels.PackRows(rows, Columns, 0, Columns, panel, 0, Rows);
        kernels.AddOuterProduct(panel, Columns, gram, Stride, 0, Rows);
        foreach (int threads in Partition.Threads)
        {
            shared.Clear();
            Partition.Run(0, Rows, 16, threads, (from, to) => kernels.PackRows(rows, Columns, 0, Columns, parts, from, to));
            Numbers.SameBits(parts.Span, panel.Span, "panel");
            Partition.Run(0, Rows, 16, threads, (from, to) => kernels.AddOuterProduct(parts, Columns, shared, Stride, from, to));
            for (int row = 0; row < Rows; row++)
                Numbers.SameBits(shared.Slice(row * Stride, row + 1), gram.Slice(row * Stride, row + 1), $"row {row} on {threads} threads");
        }
    }

    [Test]
    public void Symmetric_products_are_right_for_every_order_and_start()
    {
        for (int order = 1; order <= 256; order++)
            foreach (int from in new[] { 0, order / 2 & ~3 })
            {
                int stride = order + 3;
                var random = new Random(order);
                using NativeBuffer<double> matrix = DenseSamples.Lower(random, order, stride);
                using NativeBuffer<double> x = DenseSamples.Matrix(random, order, 1, 1);
                using var result = new GuardedMemory<double>(order);
                using var sums = new GuardedMemory<double>(order);
                using var operand = new GuardedMemory<double>(order);
                foreach (bool last in new[] { true, false })
                {
                    Span<double> y = last ? result.Last(order) : result.First(order), partial = last ? sums.Last(order) : sums.First(order);
                    Span<double> guarded = last ? operand.Last(order) : operand.First(order);
                    x.Span.CopyTo(guarded);
                    y.Fill(-1);
                    partial.Fill(double.NaN);
                    kernels.MultiplySymmetric(matrix, stride, guarded, y, partial, from, order);
                    Assert.That(y[..from].ContainsAnyExcept(-1.0), Is.False, "another part's results");
                    for (int i = 0; i < order; i++)
                    {
                        if (i >= from)
                            Same(y[i], matrix.Slice((long)i * stride, i + 1), x.Slice(0, i + 1), $"order {order} from {from}, own", i);
                        int below = Math.Max(i + 1, from);
                        Same(partial[i], DenseSamples.Column(matrix, stride, i, below, order), x.Slice(below, order - below),
                            $"order {order} from {from}, partial", i);
                    }
                }
            }
    }

    private void AssertOuterProduct(int rows, int columns)
    {
        int stride = (rows + 15) / 16 * 16, rowStride = columns + 5;
        var random = new Random(rows + 1000 * columns);
        using NativeBuffer<double> factor = DenseSamples.Matrix(random, rows, rowStride, rowStride),
            start = DenseSamples.Matrix(random, rows, rows, stride);
        using NativeBuffer<double> panel = new((rows + 16L) * columns), gram = new(start.Length);
        gram.CopyFrom(start);
        kernels.PackRows(factor, rowStride, 3, 3 + columns, panel, 0, rows);
        kernels.AddOuterProduct(panel, columns, gram, stride, 0, rows);
        for (int row = 0; row < rows; row++)
            for (int column = 0; column <= row; column++)
            {
                long at = (long)row * stride + column;
                (double value, double magnitude) =
                    Oracle.Dot(factor.Slice((long)row * rowStride + 3, columns), factor.Slice((long)column * rowStride + 3, columns));
                Numbers.Within(
                    gram[at], start[at] + value, Tolerance.ReductionDouble(columns + 2, magnitude + Math.Abs(start[at])),
                        $"{rows} rows of {columns}, row {row}", column);
            }
    }

    private static void Same(double found, ReadOnlySpan<double> left, ReadOnlySpan<double> right, string what, int index)
    {
        (double value, double magnitude) = Oracle.Dot(left, right);
        Numbers.Within(found, value, Tolerance.ReductionDouble(left.Length + 1, magnitude), what, index);
    }
}
