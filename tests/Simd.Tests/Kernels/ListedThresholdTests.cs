using NUnit.Framework;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;
using Subquad.Support;

namespace Subquad.Simd.Tests.Kernels;

/// <summary>
/// CountListedAbove and CompressListedAbove give what CountAbove and CompressAbove give, restricted to the listed rows, bit for bit.
/// </summary>
[TestFixtureSource(typeof(KernelSetSource), nameof(KernelSetSource.All))]
public sealed class ListedThresholdTests(KernelSet kernels)
{
    private const float Gain = 1.3f;

    private static readonly float[] s_special =
        [float.NaN, float.PositiveInfinity, float.NegativeInfinity, 0f, -0f, float.Epsilon, -float.Epsilon, 0.5f, float.MaxValue];

    [Test]
    public void Listed_rows_above_are_those_of_all_rows_for_every_number_of_rows()
    {
        for (int rows = 1; rows <= 256; rows++)
            Compare(rows, data: 3);
    }

    [Test]
    public void Listed_rows_above_are_those_of_all_rows([Values(511, 512, 513, 1030, 1100)] int rows, [Values(1, 7, 65)] int data) =>
        Compare(rows, data);

    [Test]
    public void Any_share_of_the_blocks_and_any_number_of_workers_give_the_same_lists()
    {
        using var operands = new Operands(3000, 20);
        using ActiveBatch listed = operands.Listed(_ => 0.3);
        using NativeBuffer<float> sums = Gather(operands.Sums, listed);
        using var whole = new ActiveBatch();
        using var shared = new ActiveBatch();
        Compress(listed, sums, operands.Thresholds, whole, (blocks, part) => part(0, blocks));
        foreach (int threads in Partition.Threads)
        {
            Compress(listed, sums, operands.Thresholds, shared, (blocks, part) => Partition.Run(0, blocks, 1, threads, part));
            Same(shared, whole, $"{threads} threads");
        }
        Compress(listed, sums, operands.Thresholds, shared, (blocks, part) => Partition.Backwards(0, blocks, 1, part));
        Same(shared, whole, "the last block first");
        for (int workers = 1; workers <= 3; workers++)
        {
            using var team = new WorkerTeam(workers);
            using var lists = new ActiveBatch();
            new CertificateKernels(new TeamKernels(kernels, team)).ThresholdListed(listed, sums, operands.Thresholds, Gain, lists);
            Same(lists, whole, $"{workers} workers");
        }
    }

    private void Compare(int rows, int data)
    {
        using var operands = new Operands(rows, data);
        using var all = new ActiveBatch();
        all.Reshape(data, rows);
        kernels.CountAbove(operands.Sums, operands.Thresholds, all, 0, all.Blocks);
        all.SumCountsAndReserve();
        kernels.CompressAbove(operands.Sums, operands.Thresholds, Gain, all, 0, all.Blocks);
        var above = Samples.Entries(all).ToDictionary(entry => (entry.Datum, entry.Id), entry => all.Values[entry.Place]);

        using ActiveBatch more = operands.Listed(entry => above.ContainsKey(entry) ? 1 : 0.3), some = operands.Listed(_ => 0.5),
            none = operands.Listed(_ => 0);
        using var found = new ActiveBatch();
        Compress(more, found);
        Same(found, all, "all active rows and others");
        Compress(none, found);
        Assert.That(found.Entries, Is.Zero);
        Compress(some, found);
        (int, int)[] expected = [.. Samples.Entries(some).Select(entry => (entry.Datum, entry.Id)).Where(above.ContainsKey)];
        Assert.That(
            Samples.Entries(found).Select(entry => (entry.Datum, entry.Id)), Is.EqualTo(expected), "some of the active rows and others");
        Numbers.SameBits(found.Values.Slice(0, (int)found.Entries), [.. expected.Select(entry => above[entry])], "values of some");

        void Compress(ActiveBatch listed, ActiveBatch lists)
        {
            using NativeBuffer<float> sums = Gather(operands.Sums, listed);
            this.Compress(listed, sums, operands.Thresholds, lists, (blocks, part) => part(0, blocks));
        }
    }

    private void Compress(ActiveBatch listed, NativeBuffer<float> sums, NativeBuffer<float> thresholds, ActiveBatch lists,
        Action<int, Action<int, int>> partition)
    {
        lists.Reshape(listed.Count, listed.Width);
        partition(lists.Blocks, (from, to) => kernels.CountListedAbove(listed, sums, thresholds, lists, from, to));
        lists.SumCountsAndReserve();
        partition(lists.Blocks, (from, to) => kernels.CompressListedAbove(listed, sums, thresholds, Gain, lists, from, to));
    }

    private static NativeBuffer<float> Gather(PanelMatrix sums, ActiveBatch listed)
    {
        var gathered = new NativeBuffer<float>(listed.Entries);
        foreach ((int datum, int id, long place) in Samples.Entries(listed))
            gathered[place] = sums[id, datum];
        return gathered;
    }

    private static void Same(ActiveBatch found, ActiveBatch expected, string what)
    {
        Assert.That(found.SameEntries(expected), what);
        Numbers.SameBits(found.Values.Slice(0, (int)found.Entries), expected.Values.Slice(0, (int)expected.Entries), what);
    }

    /// <summary>Sums and thresholds, some special, some equal.</summary>
    private sealed class Operands : IDisposable
    {
        private readonly Random _random;

        public Operands(int rows, int data)
        {
            _random = new Random(rows + data);
            (Sums, Thresholds) = (new(rows, data), new(PanelMatrix.BytesOf(rows, 0) / sizeof(float)));
            Thresholds.Span.Fill(float.PositiveInfinity);
            for (int row = 0; row < rows; row++)
            {
                for (int datum = 0; datum < data; datum++)
                    Sums[row, datum] = Number();
                Thresholds[row] = _random.Next(4) == 0 ? Sums[row, _random.Next(data)] : Number();
            }
        }

        public PanelMatrix Sums { get; }
        public NativeBuffer<float> Thresholds { get; }

        /// <summary>Lists of rows, each listed with its probability; their values are no numbers, for nothing may look at them.</summary>
        public ActiveBatch Listed(Func<(int Datum, int Row), double> probability)
        {
            int[][] ids = [.. Enumerable.Range(0, Sums.Columns).Select(
                datum => Enumerable.Range(0, Sums.Rows).Where(row => _random.NextDouble() < probability((datum, row))).ToArray())];
            var listed = new ActiveBatch();
            listed.FillLists(Sums.Rows, [.. ids.Select(row => row.Length)], ids,
                [.. ids.Select(row => Enumerable.Repeat(float.NaN, row.Length).ToArray())]);
            return listed;
        }

        public void Dispose()
        {
            Sums.Dispose();
            Thresholds.Dispose();
        }

        private float Number() => _random.Next(3) == 0 ? s_special[_random.Next(s_special.Length)] : _random.NextSingle() - 0.5f;
    }
}
