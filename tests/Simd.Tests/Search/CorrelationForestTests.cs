using NUnit.Framework;
using Subquad.Simd.Memory;
using Subquad.Simd.Search;
using Subquad.Simd.Threading;
using Subquad.Support;

namespace Subquad.Simd.Tests.Search;

/// <summary>
/// A forest against the flat threshold scan, bit for bit: both orientations, special sums and thresholds, changes, any number of workers.
/// </summary>
[TestFixtureSource(typeof(KernelSetSource), nameof(KernelSetSource.All))]
public sealed unsafe class CorrelationForestTests(KernelSet kernels)
{
    private const float Gain = 1.3f;

    private static readonly float[] s_special =
    [
        float.NaN, float.PositiveInfinity, float.NegativeInfinity, 0f, -0f, float.Epsilon, -float.Epsilon, 2 * float.Epsilon,
            1.1754943e-38f, 1.1754944e-38f, 1.1754945e-38f,
        0.5f, 0.50000006f, 1e-40f, float.MaxValue, float.MinValue, 3.4028233e38f,
    ];

    [Test]
    public void A_difference_is_positive_just_when_its_first_term_is_greater()
    {
        foreach (float a in s_special)
            foreach (float b in s_special)
                Assert.That(a - b > 0f, Is.EqualTo(a > b), $"{a:R} - {b:R}");
        var random = new Random(1);
        for (int i = 0; i < 1_000_000; i++)
        {
            // Any bit pattern, and a neighbour of it or another.
            int bits = random.Next(int.MinValue, int.MaxValue);
            float a = BitConverter.Int32BitsToSingle(bits),
                b = BitConverter.Int32BitsToSingle(i % 2 == 0 ? bits + random.Next(-3, 4) : random.Next(int.MinValue, int.MaxValue));
            if (a - b > 0f != a > b)
                Assert.Fail($"{a:R} - {b:R}");
        }
    }

    [Test]
    public void Reports_are_the_flat_scan_for_every_number_of_neurons()
    {
        using var team = new WorkerTeam(1);
        using var forest = new CorrelationForest(kernels, team);
        for (int rows = 1; rows <= 300; rows++)
            Compare(forest, team, rows, data: 3, seed: rows);
    }

    [Test]
    public void Reports_are_the_flat_scan([Values(63, 513, 1100, 5000)] int rows, [Values(1, 7, 65, 300)] int data)
    {
        using var team = new WorkerTeam(2);
        using var forest = new CorrelationForest(kernels, team);
        Compare(forest, team, rows, data, seed: rows + data);
    }

    [Test]
    public void Changed_leaves_are_enough([Values(40, 1100, 5000)] int rows, [Values] bool overData)
    {
        const int Data = 90;
        var random = new Random(rows);
        using var team = new WorkerTeam(2);
        using var forest = new CorrelationForest(kernels, team);
        using var rebuilt = new CorrelationForest(kernels, team);
        using PanelMatrix sums = Sums(random, rows, Data);
        using NativeBuffer<float> thresholds = Thresholds(random, sums);
        using var changed = new ActiveBatch();
        forest.Build(sums, thresholds, overData);
        foreach (double density in new[] { 0.0005, 0.01, 0.3, 1.0 })
        {
            (int trees, int leaves) = overData ? (rows, Data) : (Data, rows);
            float[] marks = Samples.Sparse(random, trees, leaves, density);
            changed.FillNonZero(marks, trees, leaves);
            for (int i = 0; i < marks.Length; i++)
                if (marks[i] != 0f)
                    sums[overData ? i / leaves : i % leaves, overData ? i % leaves : i / leaves] = Value(random);
            forest.Update(sums, thresholds, changed);
            rebuilt.Build(sums, thresholds, overData);
            for (int tree = 0; tree < trees; tree++)
                Numbers.SameBits(forest.Trees.LevelsOf(tree), rebuilt.Trees.LevelsOf(tree), $"tree {tree} at {density}");
            Expect(forest, team, sums, thresholds);
        }
    }

    [Test]
    public void Any_number_of_workers_gives_the_same_bits([Values] bool overData)
    {
        var random = new Random(5);
        using PanelMatrix sums = Sums(random, 1300, 140);
        using NativeBuffer<float> thresholds = Thresholds(random, sums);
        using var one = new ActiveBatch();
        using var many = new ActiveBatch();
        for (int workers = 1; workers <= 4; workers++)
        {
            using var team = new WorkerTeam(workers);
            using var forest = new CorrelationForest(kernels, team);
            ActiveBatch lists = workers == 1 ? one : many;
            forest.Build(sums, thresholds, overData);
            forest.Report(Gain, lists);
            forest.Update(sums, thresholds, lists);
            forest.Report(Gain, lists);
            Assert.That(lists.Entries, Is.GreaterThan(0));
            Assert.That(lists.SameEntries(one), $"{workers} workers");
            Numbers.SameBits(Values(lists), Values(one), $"{workers} workers");
        }
    }

    [Test]
    public void Warm_calls_allocate_nothing()
    {
        var random = new Random(6);
        using var team = new WorkerTeam(2);
        using var forest = new CorrelationForest(kernels, team);
        using PanelMatrix sums = Sums(random, 600, 50);
        using NativeBuffer<float> thresholds = Thresholds(random, sums);
        using var lists = new ActiveBatch();
        // The first time that a thread has to block, the runtime allocates; on a busy machine that may be in any round.
        var allocated = new List<(long, long)>();
        for (int round = 0; round < 8; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread(), native = NativeBytes.Live;
            forest.Build(sums, thresholds);
            forest.Report(Gain, lists);
            forest.Update(sums, thresholds, lists);
            allocated.Add((GC.GetAllocatedBytesForCurrentThread() - before, NativeBytes.Live - native));
        }
        Assert.That(allocated.Skip(2).Count(bytes => bytes != (0, 0)), Is.LessThanOrEqualTo(1), string.Join(", ", allocated));
    }

    [Test]
    public void What_does_not_fit_is_refused()
    {
        using var team = new WorkerTeam(1);
        using var forest = new CorrelationForest(kernels, team);
        using PanelMatrix sums = new(70, 3), other = new(70, 4);
        using var thresholds = new NativeBuffer<float>(128);
        using var few = new NativeBuffer<float>(70);
        using var changed = new ActiveBatch();
        Assert.That(() => forest.Build(sums, few),
            Throws.ArgumentException.With.Message.Contains("expected 128 thresholds, padding included, found 70"));
        forest.Build(sums, thresholds);
        changed.FillNonZero(new float[12], 4, 3);
        Assert.That(() => forest.Update(other, thresholds, changed), Throws.ArgumentException.With.Message.Contains("found 70 x 4"));
        Assert.That(() => forest.Update(sums, thresholds, changed),
            Throws.ArgumentException.With.Message.Contains("expected changes of 3 trees of 70 leaves, found 4 of 3"));
    }

    private void Compare(CorrelationForest forest, WorkerTeam team, int rows, int data, int seed)
    {
        var random = new Random(seed);
        using PanelMatrix sums = Sums(random, rows, data);
        using NativeBuffer<float> thresholds = Thresholds(random, sums);
        foreach (bool overData in new[] { false, true })
        {
            forest.Build(sums, thresholds, overData);
            Expect(forest, team, sums, thresholds);
        }
    }

    private void Expect(CorrelationForest forest, WorkerTeam team, PanelMatrix sums, NativeBuffer<float> thresholds)
    {
        using var scanned = new ActiveBatch();
        using var found = new ActiveBatch();
        using var transposed = new TransposedBatch();
        new TeamKernels(kernels, team).Threshold(sums, thresholds, Gain, scanned);
        transposed.Build(scanned);
        forest.Report(Gain, found);
        ActiveBatch expected = forest.OverData ? transposed.Lists : scanned;
        Assert.That(found.SameEntries(expected), $"{sums.Rows} x {sums.Columns}: {found.Entries} found, {expected.Entries} expected");
        Numbers.SameBits(Values(found), Values(expected), "values");
    }

    private static float Value(Random random) =>
        random.Next(3) == 0 ? s_special[random.Next(s_special.Length)] : random.NextSingle() - 0.5f;

    /// <summary>Infinity in the padding, which must not win.</summary>
    private static PanelMatrix Sums(Random random, int rows, int data)
    {
        var sums = new PanelMatrix(rows, data);
        new Span<float>(sums.View.Data, (int)(sums.Panels * sums.PanelStride)).Fill(float.PositiveInfinity);
        for (int row = 0; row < rows; row++)
            for (int datum = 0; datum < data; datum++)
                sums[row, datum] = Value(random);
        return sums;
    }

    private static NativeBuffer<float> Thresholds(Random random, PanelMatrix sums)
    {
        var thresholds = new NativeBuffer<float>(sums.Panels * PanelMatrix.PanelRows);
        thresholds.Span.Fill(float.PositiveInfinity);
        for (int row = 0; row < sums.Rows; row++)
            thresholds[row] = random.Next(4) == 0 ? sums[row, random.Next(sums.Columns)] : Value(random);
        return thresholds;
    }

    private static ReadOnlySpan<float> Values(ActiveBatch batch) => batch.Values.Slice(0, (int)batch.Entries);
}
