using NUnit.Framework;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;
using Subquad.Support;

namespace Subquad.Simd.Tests.Kernels;

/// <summary>
/// CountNonZero and ListNonZero against a plain comparison: neither zero is listed, everything else is, NaN and denormals too.
/// </summary>
[TestFixtureSource(typeof(KernelSetSource), nameof(KernelSetSource.All))]
public sealed class NonZeroTests(KernelSet kernels)
{
    private static readonly float[] s_special =
        [float.NaN, -float.NaN, float.PositiveInfinity, float.NegativeInfinity, 0f, -0f, float.Epsilon, -float.Epsilon, 1e-40f, -1e-40f,
            0.5f, -0.5f, float.MaxValue, -float.MaxValue];

    [Test]
    public void Lists_are_those_of_a_plain_comparison_for_every_number_of_rows()
    {
        for (int rows = 1; rows <= 256; rows++)
            Compare(rows, data: 3);
    }

    [Test]
    public void Lists_are_those_of_a_plain_comparison([Values(511, 512, 513, 1030, 1100)] int rows, [Values(1, 7, 65)] int data) =>
        Compare(rows, data);

    [Test]
    public void Any_share_of_the_blocks_gives_the_same_lists()
    {
        using PanelMatrix matrix = Matrix(3000, 20);
        using var whole = new ActiveBatch();
        List(matrix, whole, (blocks, part) => part(0, blocks));
        foreach (int threads in Partition.Threads)
        {
            using var shared = new ActiveBatch();
            List(matrix, shared, (blocks, part) => Partition.Run(0, blocks, 1, threads, part));
            Assert.That(shared.SameEntries(whole), $"{threads} threads");
        }
        using var backwards = new ActiveBatch();
        List(matrix, backwards, (blocks, part) => Partition.Backwards(0, blocks, 1, part));
        Assert.That(backwards.SameEntries(whole), "the last block first");
    }

    [Test]
    public void Listing_leaves_the_values_as_they_are()
    {
        using PanelMatrix matrix = Matrix(700, 5);
        using var lists = new ActiveBatch();
        List(matrix, lists, (blocks, part) => part(0, blocks));
        lists.Values.Span.Fill(-7.25f);
        kernels.ListNonZero(matrix, lists, 0, lists.Blocks);
        Assert.That(lists.Values.Span.ContainsAnyExcept(-7.25f), Is.False);
    }

    [Test]
    public void Any_number_of_workers_lists_the_elements_with_their_values([Values(1, 2, 3)] int workers)
    {
        using var team = new WorkerTeam(workers);
        var verbs = new CertificateKernels(new TeamKernels(kernels, team));
        using var lists = new ActiveBatch();
        using var expected = new ActiveBatch();
        foreach ((int rows, int data) in new[] { (1, 1), (1100, 65), (65, 3), (513, 130) })
        {
            using PanelMatrix matrix = Matrix(rows, data);
            verbs.NonZero(matrix, lists);
            expected.FillNonZero(Columns(matrix), data, rows);
            Assert.That(lists.SameEntries(expected), $"{rows} x {data}");
            Numbers.SameBits(lists.Values.Slice(0, (int)lists.Entries), expected.Values.Slice(0, (int)expected.Entries), "values");
        }
    }

    private void Compare(int rows, int data)
    {
        using PanelMatrix matrix = Matrix(rows, data);
        using var lists = new ActiveBatch();
        using var expected = new ActiveBatch();
        List(matrix, lists, (blocks, part) => part(0, blocks));
        expected.FillNonZero(Columns(matrix), data, rows);
        Assert.That(lists.SameEntries(expected), $"{rows} x {data}");
    }

    private void List(PanelMatrix matrix, ActiveBatch lists, Action<int, Action<int, int>> partition)
    {
        lists.Reshape(matrix.Columns, matrix.Rows);
        partition(lists.Blocks, (from, to) => kernels.CountNonZero(matrix, lists, from, to));
        lists.SumCountsAndReserve();
        partition(lists.Blocks, (from, to) => kernels.ListNonZero(matrix, lists, from, to));
    }

    /// <summary>Half zeros, some special numbers.</summary>
    private static PanelMatrix Matrix(int rows, int columns)
    {
        var random = new Random(rows + columns);
        var values = new float[rows * columns];
        foreach (ref float value in values.AsSpan())
            value = random.Next(4) switch { 0 or 1 => 0f, 2 => s_special[random.Next(s_special.Length)], _ => random.NextSingle() - 0.5f };
        return Samples.Panels(values, rows, columns);
    }

    private static float[] Columns(PanelMatrix matrix)
    {
        var values = new float[matrix.Rows * matrix.Columns];
        for (int column = 0; column < matrix.Columns; column++)
            for (int row = 0; row < matrix.Rows; row++)
                values[column * matrix.Rows + row] = matrix[row, column];
        return values;
    }
}
