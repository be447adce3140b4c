using NUnit.Framework;
using Subquad.Simd.Dispatch;
using Subquad.Simd.Interop;
using Subquad.Simd.Memory;
using Subquad.Simd.Tests.Kernels;
using Subquad.Support;

namespace Subquad.Simd.Tests.Interop;

/// <summary>As <see cref="GuardedCoreTests"/>, for max-tournaments. Keys are never zeros of both signs, so that all sets hold the same bits.</summary>
[TestFixtureSource(typeof(CoreSource), nameof(CoreSource.All))]
internal sealed unsafe class GuardedCoreTournamentTests(int index)
{
    private static KernelSet Managed => KernelSets.ByName("scalar");

    private CoreApi* Core => CoreLibrary.Probe.Apis[index];

    [Test]
    public void Trees_of_keys_stay_inside([Values] bool last)
    {
        for (int leaves = 0; leaves <= 272; leaves++)
        {
            using var guarded = new GuardedOperands(last);
            using var expected = new TournamentTrees();
            expected.Reshape(1, leaves);
            var trees = new TournamentView(guarded.Take<float>((int)expected.Stride), 1, leaves);
            float* keys = guarded.Take<float>(leaves);
            int* ids = guarded.Take<int>(leaves), changed = guarded.Take<int>(leaves);
            for (int i = 0; i < leaves; i++)
                (keys[i], changed[i]) = (i % 7 - 3, i);
            Managed.BuildTournament(new(keys, leaves), expected, 0);
            Core->BuildTournament(keys, &trees, 0);
            Same(trees, 0, expected);
            foreach (int byLevel in new[] { 0, 1 })
            {
                for (int i = 0; i < leaves; i++)
                    keys[i] = -keys[i];
                Managed.UpdateTournament(new(changed, leaves), new(keys, leaves), expected, 0, byLevel != 0);
                Core->UpdateTournament(changed, keys, leaves, &trees, 0, byLevel);
                Same(trees, 0, expected);
            }
            Assert.That(Core->ReportAbove(&trees, 0, float.MinValue, ids), Is.EqualTo(leaves));
            for (int k = 1; k <= leaves; k += 1 + k / 2)
            {
                int[] best = new int[k];
                Managed.ReportTop(expected, 0, best);
                Assert.That(Core->ReportTop(&trees, 0, ids + leaves - k, k), Is.EqualTo(k));
                Assert.That(new ReadOnlySpan<int>(ids + leaves - k, k).SequenceEqual(best));
            }
        }
    }

    [Test]
    public void Trees_of_sums_stay_inside([Values] bool last, [Values(1, 64, 65, 130, 700)] int rows, [Values(1, 5, 70)] int data)
    {
        using PanelMatrix sums = Samples.Panels(Samples.Dense(new Random(1), rows * data), rows, data);
        using var thresholds = new NativeBuffer<float>(sums.Panels * PanelMatrix.PanelRows);
        using var scratch = new Arena();
        foreach (bool overData in new[] { false, true })
        {
            using var guarded = new GuardedOperands(last);
            using var expected = new TournamentTrees();
            using var changed = new ActiveBatch();
            using var lists = new ActiveBatch();
            (int count, int leaves) = overData ? (rows, data) : (data, rows);
            expected.Reshape(count, leaves);
            changed.FillNonZero(Samples.Sparse(new Random(2), count, leaves, 0.3), count, leaves);
            lists.Reshape(count, leaves);
            var trees = new TournamentView(guarded.Take<float>((int)(count * expected.Stride)), count, leaves);
            PanelView view = guarded.Copy(sums);
            ActiveView leavesOf = guarded.Copy(changed);
            float* limits = guarded.Copy(thresholds);
            int* ids = guarded.Take<int>(leaves);
            Managed.BuildTournaments(sums, thresholds, overData, expected, 0, count);
            Core->BuildTournaments(&view, limits, overData ? 1 : 0, &trees, 0, count);
            for (int tree = 0; tree < count; tree++)
                Same(trees, tree, expected);
            for (long i = 0; i < sums.Panels * sums.PanelStride; i++)
                view.Data[i] *= 0.5f;
            using PanelMatrix halved = Samples.Panels([.. Samples.ToArray(sums).Select(value => value * 0.5f)], rows, data);
            Managed.UpdateTournaments(halved, thresholds, overData, changed, expected, 0, count, 3, scratch);
            Core->UpdateTournaments(&view, limits, overData ? 1 : 0, &leavesOf, &trees, 0, count, 3, ids);
            for (int tree = 0; tree < count; tree++)
                Same(trees, tree, expected);
            Managed.CountPositive(expected, lists, 0, count);
            lists.SumCountsAndReserve();
            Managed.CompressPositive(expected, 1.3f, lists, 0, count);
            int entries = (int)lists.Entries;
            ActiveView found = guarded.Copy(lists);
            new Span<ushort>(found.Offsets, entries).Clear();
            new Span<float>(found.Values, entries).Clear();
            Core->CompressPositive(&trees, 1.3f, &found, 0, count);
            Assert.That(new ReadOnlySpan<ushort>(found.Offsets, entries).SequenceEqual(lists.OffsetsAt(0, entries)));
            Numbers.SameBits(new ReadOnlySpan<float>(found.Values, entries), lists.Values.Slice(0, entries), "values");
            Core->CountPositive(&trees, &found, 0, count);
            for (int run = 0; run < lists.Blocks * count; run++)
                Assert.That(found.Starts[run + 1], Is.EqualTo(lists.View.Starts[run + 1] - lists.View.Starts[run]));
        }
    }

    private static void Same(TournamentView found, int tree, TournamentTrees expected) =>
        Numbers.SameBits(new ReadOnlySpan<float>(found.Tree(tree), (int)found.Stride), expected.LevelsOf(tree), "levels");
}
