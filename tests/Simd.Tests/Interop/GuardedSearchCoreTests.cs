using NUnit.Framework;
using Subquad.Simd.Dispatch;
using Subquad.Simd.Interop;
using Subquad.Simd.Memory;
using Subquad.Simd.Search;
using Subquad.Simd.Tests.Kernels;
using Subquad.Simd.Tests.Search;
using Subquad.Support;

namespace Subquad.Simd.Tests.Interop;

/// <summary>As <see cref="GuardedCoreTests"/>, for searches: what the managed scalar set finds, with the same bits and after as many groups, in exactly the promised room.</summary>
[TestFixtureSource(typeof(CoreSource), nameof(CoreSource.All))]
internal sealed unsafe class GuardedSearchCoreTests(int index)
{
    private const int Group = RowTree.Group;

    private static KernelSet Managed => KernelSets.ByName("scalar");

    private CoreApi* Core => CoreLibrary.Probe.Apis[index];

    [Test]
    public void Searches_stay_inside([Values(1, 3, 8, 17)] int dimension, [Values(1, 15, 16, 17, 40, 300)] int leaves, [Values] bool last)
    {
        var random = new Random(leaves);
        using RowTree tree = Fill(random, dimension, leaves);
        using var hits = new SearchHits();
        using var guarded = new GuardedOperands(last);
        RowTreeView view = guarded.Copy(tree);
        float* x = guarded.Take<float>(dimension);
        RowKinds.Row(RowKind.Random, random, dimension).CopyTo(new Span<float>(x, dimension));
        var query = new ReadOnlySpan<float>(x, dimension);
        float norm = 1e-4f + MathF.Sqrt((float)Managed.SquaredNorm(query));
        int* list = guarded.Take<int>(leaves), other = guarded.Take<int>(leaves);
        foreach (float bound in (float[])[float.NegativeInfinity, -0.5f, 0.5f, 2f, float.NaN])
            foreach (float cost in (float[])[0f, 1.5f])
            {
                long tested;
                int listed = Core->ListHalfSpace(&view, x, norm, bound, cost, list, other, &tested), groups = listed < 0 ? leaves : listed;
                int* ids = guarded.Take<int>(groups * Group);
                float* values = guarded.Take<float>(groups * Group);
                Managed.ReportHalfSpace(tree, query, norm, bound, cost, hits);
                Assert.That((listed < 0, tested), Is.EqualTo((hits.Scanned, hits.NodeGroups)));
                int found = Core->ReportHalfSpace(&view, x, bound, listed < 0 ? null : list, 0, groups, ids, values);
                Same(hits, found, ids, values);
            }
        foreach (float cost in (float[])[0f, 1f, 30f, float.PositiveInfinity])
            foreach (int k in (int[])[0, 1, 7, leaves * Group + 1])
            {
                int room = Math.Min(k, leaves * Group);
                int* ids = guarded.Take<int>(room);
                float* values = guarded.Take<float>(room);
                SearchCounts counts;
                Managed.Nearest(tree, query, k, cost, hits);
                Same(hits, Core->Nearest(&view, x, k, cost, ids, values, &counts), ids, values);
                Same(hits, counts);
                Managed.LargestProducts(tree, query, norm, k, cost, hits);
                Same(hits, Core->LargestProducts(&view, x, norm, k, cost, ids, values, &counts), ids, values);
                Same(hits, counts);
            }
    }

    [Test]
    public void Hits_are_sorted_within_their_room([Values(0, 1, 48, 49, 700, 5_000)] int count, [Values(0, 1, 2_047, 2_048, 5_000_000, int.MaxValue - 1)] int largest)
    {
        var random = new Random(count);
        int[] expected = [.. Enumerable.Range(0, 4 * count).Select(_ => random.Next(largest) + (largest > 1 ? 1 : 0)).Distinct().Take(count)];
        count = expected.Length;
        using var guarded = new GuardedOperands(last: true);
        int* ids = guarded.Take<int>(count);
        float* values = guarded.Take<float>(count);
        for (int i = 0; i < count; i++)
            (ids[i], values[i]) = (expected[i], BitConverter.Int32BitsToSingle(expected[i]));
        Core->SortById(ids, values, count, largest, guarded.Take<ulong>((int)Core->SortScratch(count)));
        Array.Sort(expected);
        for (int i = 0; i < count; i++)
            Assert.That(ids[i] == expected[i] && BitConverter.SingleToInt32Bits(values[i]) == expected[i], $"place {i}");
    }

    private static RowTree Fill(Random random, int dimension, int leaves)
    {
        var tree = new RowTree(dimension, leaves);
        for (int slot = 0; slot < leaves * Group - 3; slot++)
        {
            if (slot % Group == 0)
                tree.AddLeaf();
            tree.SetRow(slot, slot, RowKinds.Row(RowKind.Random, random, dimension));
        }
        new BallFitter(tree).FitFrom(0);
        return tree;
    }

    private static void Same(SearchHits expected, int found, int* ids, float* values)
    {
        Assert.That(expected.Ids.SequenceEqual(new ReadOnlySpan<int>(ids, found)));
        Numbers.SameBits(new ReadOnlySpan<float>(values, found), expected.Values, "values");
    }

    private static void Same(SearchHits expected, SearchCounts counts) =>
        Assert.That((counts.RowGroups, counts.NodeGroups, counts.Scanned != 0), Is.EqualTo((expected.RowGroups, expected.NodeGroups, expected.Scanned)));
}
