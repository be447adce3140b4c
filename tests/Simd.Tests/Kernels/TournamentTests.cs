using NUnit.Framework;
using Subquad.Simd.Kernels;
using Subquad.Simd.Lanes;
using Subquad.Simd.Memory;
using Subquad.Simd.Tests.Guarded;
using Subquad.Simd.Tests.Lanes;
using Subquad.Support;

namespace Subquad.Simd.Tests.Kernels;

/// <summary>The tournament kernels on operands of exactly the promised size between inaccessible pages, for every length.</summary>
[TestFixtureSource(typeof(LaneSource), nameof(LaneSource.Single))]
internal sealed unsafe class TournamentTests<TSimd, TVec>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
{
    [Test]
    public void Trees_of_keys_stay_inside([Values] bool last)
    {
        for (int leaves = 0; leaves <= 272; leaves++)
        {
            using var guarded = new GuardedOperands(last);
            var shape = new TournamentView(null, 1, leaves);
            var trees = new TournamentView(guarded.Take<float>((int)shape.Stride), 1, leaves);
            float* keys = guarded.Take<float>(leaves);
            int* ids = guarded.Take<int>(leaves), changed = guarded.Take<int>(leaves);
            for (int i = 0; i < leaves; i++)
                (keys[i], changed[i]) = (i % 7 - 3, i);
            TournamentKernel<TSimd, TVec>.Build(keys, trees, 0);
            TournamentKernel<TSimd, TVec>.Write(keys, trees, 0, changed, leaves);
            TournamentKernel<TSimd, TVec>.Raise(trees, 0);
            TournamentKernel<TSimd, TVec>.RaisePaths(trees, 0, changed, leaves);
            var all = new IdsVisit(float.MinValue, ids);
            TournamentKernel<TSimd, TVec>.Descend(trees, 0, 0, ref all);
            Assert.That(all.Next - ids, Is.EqualTo(leaves));
            for (int k = 1; k <= leaves; k += 1 + k / 2)
                Assert.That(TournamentKernel<TSimd, TVec>.Top(trees, 0, ids + leaves - k, k), Is.EqualTo(k));
        }
    }

    [Test]
    public void Trees_of_sums_stay_inside([Values] bool last, [Values(1, 64, 65, 130, 700)] int rows, [Values(1, 5, 70)] int data)
    {
        using PanelMatrix sums = Samples.Panels(Samples.Dense(new Random(1), rows * data), rows, data);
        foreach (bool overColumns in new[] { false, true })
        {
            using var guarded = new GuardedOperands(last);
            (int count, int leaves) = overColumns ? (rows, data) : (data, rows);
            var trees =
                new TournamentView(guarded.Take<float>((int)(count * new TournamentView(null, count, leaves).Stride)), count, leaves);
            PanelView view = guarded.Of(sums);
            float* thresholds = guarded.Take<float>(sums.Panels * PanelMatrix.PanelRows);
            if (overColumns)
                TournamentKernel<TSimd, TVec>.BuildOverColumns(view, thresholds, trees, 0, count);
            else
                TournamentKernel<TSimd, TVec>.BuildOverRows(view, thresholds, trees, 0, count);
            int* changed = guarded.Take<int>(1);
            *changed = leaves - 1;
            TournamentKernel<TSimd, TVec>.Reread(view, thresholds, overColumns, trees, count - 1, changed, 1);
            TournamentKernel<TSimd, TVec>.RaisePaths(trees, count - 1, changed, 1);
            for (int tree = 0; tree < count; tree++)
                for (int leaf = 0; leaf < leaves; leaf++)
                    Numbers.SameBits(trees.Tree(tree)[leaf], overColumns ? sums[tree, leaf] : sums[leaf, tree], "key", leaf);
            Lists(guarded, trees);
        }
    }

    [Test]
    public void Trees_without_leaves_stay_inside([Values] bool last)
    {
        const int Count = 5;
        using var guarded = new GuardedOperands(last);
        var trees = new TournamentView(guarded.Take<float>(Count * TournamentTrees.FanOut), Count, 0);
        var sums = new PanelView(guarded.Take<float>(0), Count * PanelMatrix.PanelRows, 0, Count);
        TournamentKernel<TSimd, TVec>.BuildOverRows(sums, guarded.Take<float>(0), trees, 0, Count);
        var lists = new ActiveView(Count, 0, 0, guarded.Take<long>(1), guarded.Take<ushort>(0), guarded.Take<float>(0));
        for (int tree = 0; tree < Count; tree++)
        {
            var count = new CountVisit(lists.Starts + tree + 1, Count);
            TournamentKernel<TSimd, TVec>.Descend(trees, tree, 0, ref count);
            var compress = new CompressVisit(lists, tree, 1f);
            TournamentKernel<TSimd, TVec>.Descend(trees, tree, 0, ref compress);
            Assert.That(
                new ReadOnlySpan<float>(trees.Tree(tree), TournamentTrees.FanOut).ToArray(), Is.All.EqualTo(float.NegativeInfinity));
        }
        Assert.That(*lists.Starts, Is.Zero);
    }

    private static void Lists(GuardedOperands guarded, TournamentView trees)
    {
        using var lists = new ActiveBatch();
        lists.Reshape(trees.Trees, trees.Leaves);
        int entries = 0;
        for (int tree = 0; tree < trees.Trees; tree++)
        {
            new Span<long>(lists.Starts, 1).Clear();
            for (int block = 0; block < lists.Blocks; block++)
                lists.Starts[block * trees.Trees + tree + 1] = 0;
            var count = new CountVisit(lists.Starts + tree + 1, trees.Trees);
            TournamentKernel<TSimd, TVec>.Descend(trees, tree, 0, ref count);
            entries += new ReadOnlySpan<float>(trees.Tree(tree), trees.Leaves).ToArray().Count(key => key > 0);
        }
        lists.SumCountsAndReserve();
        Assert.That(lists.Entries, Is.EqualTo(entries));
        ActiveView view = guarded.Of(lists);
        int* ids = guarded.Take<int>(trees.Leaves);
        for (int tree = 0; tree < trees.Trees; tree++)
        {
            var compress = new CompressVisit(view, tree, 1f);
            TournamentKernel<TSimd, TVec>.Descend(trees, tree, 0, ref compress);
            int copied = TournamentKernel<TSimd, TVec>.CopyIds(view, tree, ids);
            for (int i = 0; i < copied; i++)
                Assert.That(trees.Tree(tree)[ids[i]], Is.GreaterThan(0f));
        }
    }
}
