using NUnit.Framework;
using Subquad.Simd.Memory;
using Subquad.Support;

namespace Subquad.Simd.Tests.Kernels;

/// <summary>The sparse Gram matrix against float64 sums; more than 64 terms in a block, so that chains are widened on the way.</summary>
[TestFixtureSource(typeof(KernelSetSource), nameof(KernelSetSource.All))]
public sealed class GramTests(KernelSet kernels)
{
    private const int LongestChain = 64;

    [Test]
    public void The_lower_triangle_holds_the_products(
        [Values(1, 63, 64, 65, 130)] int count, [Values(1, 300, 1030)] int width, [Values(0.0, 0.1, 0.6, 1.0)] double density)
    {
        var random = new Random(count + width);
        float[] rows = Samples.Sparse(random, count, width, density);
        using PanelMatrix factor = Samples.Panels(rows, count, width);
        using var entries = new ActiveBatch();
        entries.FillNonZero(rows, count, width);
        using var gram = new NativeBuffer<double>((long)count * CholeskyDriver.StrideOf(count));
        kernels.Gram(factor, entries, entries.Values, gram, CholeskyDriver.StrideOf(count), 0, factor.Panels);
        Expect(gram, rows, rows, count, width);
    }

    [Test]
    public void Other_values_of_the_same_entries_may_be_given()
    {
        const int Count = 70, Width = 600;
        var random = new Random(5);
        float[] rows = Samples.Sparse(random, Count, Width, 0.4);
        float[] others = [.. rows.Select(value => value * random.Next(1, 5))];
        using PanelMatrix factor = Samples.Panels(rows, Count, Width);
        using var entries = new ActiveBatch();
        using var transposed = new ActiveBatch();
        entries.FillNonZero(rows, Count, Width);
        transposed.FillNonZero(others, Count, Width);
        using var gram = new NativeBuffer<double>(Count * CholeskyDriver.StrideOf(Count));
        kernels.Gram(factor, entries, transposed.Values, gram, CholeskyDriver.StrideOf(Count), 0, factor.Panels);
        Expect(gram, others, rows, Count, Width);
    }

    [Test]
    public void Chains_are_widened_before_small_terms_are_lost()
    {
        // After a one, every further product is half a bit too small for a float32 chain that contains the one; only the first chain may
        // lose them.
        const int Width = 1030;
        const float Root = 1f / 8192, Small = Root / 4096;
        float[] left = [1f, .. Enumerable.Repeat(Root, Width - 1)], right = [1f, .. Enumerable.Repeat(1f / 4096, Width - 1)];
        using PanelMatrix factor = Samples.Panels(left, 1, Width);
        using var entries = new ActiveBatch();
        using var gram = new NativeBuffer<double>(CholeskyDriver.StrideOf(1));
        entries.FillNonZero(right, 1, Width);
        kernels.Gram(factor, entries, entries.Values, gram, CholeskyDriver.StrideOf(1), 0, factor.Panels);
        double expected = 1 + (Width - 1) * (double)Small;
        Numbers.Within(gram[0], expected, (LongestChain - 1) * (double)Small, "gram", 0);
    }

    [Test]
    public void Any_share_of_the_panels_gives_the_same_bits()
    {
        const int Count = 500, Width = 700;
        int stride = CholeskyDriver.StrideOf(Count);
        float[] rows = Samples.Sparse(new Random(6), Count, Width, 0.2);
        using PanelMatrix factor = Samples.Panels(rows, Count, Width);
        using var entries = new ActiveBatch();
        entries.FillNonZero(rows, Count, Width);
        using var whole = new NativeBuffer<double>((long)Count * stride);
        kernels.Gram(factor, entries, entries.Values, whole, stride, 0, factor.Panels);
        foreach (int threads in Partition.Threads)
        {
            using var shared = new NativeBuffer<double>((long)Count * stride);
            Partition.Run(
                0, factor.Panels, 2, threads, (from, to) => kernels.Gram(factor, entries, entries.Values, shared, stride, from, to));
            Numbers.SameBits(shared.Span, whole.Span, $"{threads} threads");
        }
    }

    private static void Expect(NativeBuffer<double> gram, float[] left, float[] right, int count, int width)
    {
        for (int row = 0; row < count; row++)
            for (int column = 0; column <= row; column++)
            {
                (double value, double magnitude) = Oracle.Dot(left.AsSpan(row * width, width), right.AsSpan(column * width, width));
                double bound = Tolerance.Reduction(Math.Min(width, LongestChain), magnitude);
                Numbers.Within(gram[row * CholeskyDriver.StrideOf(count) + column], value, bound, $"gram[{row}, {column}]", row);
            }
    }
}
