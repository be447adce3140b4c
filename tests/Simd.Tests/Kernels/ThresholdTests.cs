using NUnit.Framework;
using Subquad.Simd.Memory;
using Subquad.Support;

namespace Subquad.Simd.Tests.Kernels;

/// <summary>
/// CountAbove and CompressAbove against a plain comparison: strictly above, never for a number that is none, never in the padding.
/// </summary>
[TestFixtureSource(typeof(KernelSetSource), nameof(KernelSetSource.All))]
public sealed unsafe class ThresholdTests(KernelSet kernels)
{
    private const float Gain = 1.3f;

    private static readonly float[] s_special =
        [float.NaN, float.PositiveInfinity, float.NegativeInfinity, 0f, -0f, float.Epsilon, -float.Epsilon, 0.5f, float.MaxValue];

    [Test]
    public void Rows_above_are_those_of_a_plain_comparison_for_every_number_of_rows()
    {
        for (int rows = 1; rows <= 256; rows++)
            Compare(rows, data: 3, seed: rows);
    }

    [Test]
    public void Rows_above_are_those_of_a_plain_comparison([Values(511, 512, 513, 1030, 1100)] int rows, [Values(1, 7, 65)] int data) =>
        Compare(rows, data, seed: rows + data);

    [Test]
    public void Any_share_of_the_blocks_gives_the_same_lists()
    {
        var random = new Random(3);
        using PanelMatrix sums = Samples.Panels(Samples.Dense(random, 3000 * 20), 3000, 20);
        using NativeBuffer<float> thresholds = Thresholds(random, sums);
        using var whole = new ActiveBatch();
        Compress(sums, thresholds, whole, (blocks, part) => part(0, blocks));
        foreach (int threads in Partition.Threads)
        {
            using var shared = new ActiveBatch();
            Compress(sums, thresholds, shared, (blocks, part) => Partition.Run(0, blocks, 1, threads, part));
            Assert.That(shared.SameEntries(whole));
            Numbers.SameBits(Values(shared), Values(whole), $"{threads} threads");
        }
        using var backwards = new ActiveBatch();
        Compress(sums, thresholds, backwards, (blocks, part) => Partition.Backwards(0, blocks, 1, part));
        Assert.That(backwards.SameEntries(whole));
        Numbers.SameBits(Values(backwards), Values(whole), "the last block first");
    }

    [Test]
    public void A_batch_used_again_forgets_its_old_entries()
    {
        using var lists = new ActiveBatch();
        var random = new Random(4);
        foreach ((int rows, int data) in new[] { (700, 9), (65, 30), (1300, 2), (64, 1) })
        {
            using PanelMatrix sums = Samples.Panels(Samples.Dense(random, rows * data), rows, data);
            using NativeBuffer<float> thresholds = Thresholds(random, sums);
            Compress(sums, thresholds, lists, (blocks, part) => part(0, blocks));
            Expect(sums, thresholds, lists);
        }
    }

    private void Compare(int rows, int data, int seed)
    {
        var random = new Random(seed);
        using var sums = new PanelMatrix(rows, data);
        PoisonAll(sums);
        for (int row = 0; row < rows; row++)
            for (int datum = 0; datum < data; datum++)
                sums[row, datum] = random.Next(3) == 0 ? s_special[random.Next(s_special.Length)] : random.NextSingle() - 0.5f;
        using NativeBuffer<float> thresholds = Thresholds(random, sums);
        using var lists = new ActiveBatch();
        Compress(sums, thresholds, lists, (blocks, part) => part(0, blocks));
        Expect(sums, thresholds, lists);
    }

    private void Compress(PanelMatrix sums, NativeBuffer<float> thresholds, ActiveBatch lists, Action<int, Action<int, int>> partition)
    {
        lists.Reshape(sums.Columns, sums.Rows);
        partition(lists.Blocks, (from, to) => kernels.CountAbove(sums, thresholds, lists, from, to));
        lists.SumCountsAndReserve();
        partition(lists.Blocks, (from, to) => kernels.CompressAbove(sums, thresholds, Gain, lists, from, to));
    }

    private static void Expect(PanelMatrix sums, NativeBuffer<float> thresholds, ActiveBatch lists)
    {
        var ids = new int[sums.Rows];
        var values = new float[sums.Rows];
        for (int datum = 0; datum < sums.Columns; datum++)
        {
            int count = lists.CopyDatum(datum, ids, values), next = 0;
            for (int row = 0; row < sums.Rows; row++)
            {
                if (!(sums[row, datum] > thresholds[row]))
                    continue;
                Assert.That(next < count && ids[next] == row, $"row {row} of {sums.Rows}, datum {datum}");
                Numbers.SameBits(values[next++], Gain * (sums[row, datum] - thresholds[row]), "value", row);
            }
            Assert.That(next, Is.EqualTo(count));
        }
    }

    /// <summary>Some equal to a sum, some special, and infinity in the padding.</summary>
    private static NativeBuffer<float> Thresholds(Random random, PanelMatrix sums)
    {
        var thresholds = new NativeBuffer<float>(sums.Panels * PanelMatrix.PanelRows);
        thresholds.Span.Fill(float.PositiveInfinity);
        for (int row = 0; row < sums.Rows; row++)
            thresholds[row] = random.Next(4) switch
            {
                0 => s_special[random.Next(s_special.Length)],
                1 => sums[row, random.Next(sums.Columns)],
                _ => random.NextSingle() - 0.5f,
            };
        return thresholds;
    }

    private static void PoisonAll(PanelMatrix matrix) =>
        new Span<float>(matrix.View.Data, (int)(matrix.Panels * matrix.PanelStride)).Fill(float.PositiveInfinity);

    private static ReadOnlySpan<float> Values(ActiveBatch batch) => batch.Values.Slice(0, (int)batch.Entries);
}
