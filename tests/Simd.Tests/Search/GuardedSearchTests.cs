using NUnit.Framework;
using Subquad.Simd.Kernels;
using Subquad.Simd.Lanes;
using Subquad.Simd.Memory;
using Subquad.Simd.Search;
using Subquad.Simd.Tests.Kernels;
using Subquad.Simd.Tests.Lanes;

namespace Subquad.Simd.Tests.Search;

/// <summary>The search kernels on trees of exactly the promised size between inaccessible pages: no access outside, and the walk finds what the scan finds.</summary>
[TestFixtureSource(typeof(LaneSource), nameof(LaneSource.Single))]
internal sealed unsafe class GuardedSearchTests<TSimd, TVec>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
{
    private const int Group = RowTree.Group;

    [Test]
    public void Searches_stay_inside([Values(1, 3, 8, 17)] int dimension, [Values(1, 15, 16, 17, 40, 300)] int leaves, [Values] bool last)
    {
        var random = new Random(leaves);
        using var tree = new RowTree(dimension, leaves);
        for (int slot = 0; slot < leaves * Group - 3; slot++)
        {
            if (slot % Group == 0)
                tree.AddLeaf();
            tree.SetRow(slot, slot, RowKinds.Row(RowKind.Random, random, dimension));
        }
        new BallFitter(tree).FitFrom(0);
        using var guarded = new GuardedOperands(last);
        RowTreeView view = guarded.Copy(tree);
        float* x = guarded.Take<float>(dimension);
        RowKinds.Row(RowKind.Random, random, dimension).CopyTo(new Span<float>(x, dimension));
        float square = 0;
        for (int j = 0; j < dimension; j++)
            square += x[j] * x[j];
        var query = new RowQuery(x, norm: 1e-4f + MathF.Sqrt(square));
        int room = (leaves + 1) * Group;
        int* listed = guarded.Take<int>(room), scanned = guarded.Take<int>(room);
        float* values = guarded.Take<float>(room);
        long tested = 0;
        int* list = guarded.Take<int>((int)HalfSpaceKernel<TSimd, TVec>.ListLength(view)), other = guarded.Take<int>((int)HalfSpaceKernel<TSimd, TVec>.ListLength(view));
        foreach (float bound in (float[])[float.NegativeInfinity, -0.5f, 0.5f, 2f])
        {
            int groups = HalfSpaceKernel<TSimd, TVec>.Walk(view, query, bound, 0, list, other, ref tested);
            Assert.That(groups, Is.LessThanOrEqualTo(leaves));
            int found = HalfSpaceKernel<TSimd, TVec>.Listed(view, x, bound, list, groups, listed, values);
            Assert.That(HalfSpaceKernel<TSimd, TVec>.Scan(view, x, bound, 0, leaves, scanned, values), Is.EqualTo(found));
            Assert.That(new ReadOnlySpan<int>(listed, found).SequenceEqual(new ReadOnlySpan<int>(scanned, found)));
        }
        Best<DistanceScore<TSimd, TVec>>();
        Best<ProductScore<TSimd, TVec>>();

        void Best<TScore>() where TScore : struct, IScore<TSimd, TVec>
        {
            foreach (int k in (int[])[0, 1, 7])
            {
                long rowGroups = 0, nodeGroups = 0;
                BestRows walked = new(guarded.Take<int>(k), guarded.Take<float>(k), k), all = new(scanned, values, k);
                int* ids = guarded.Take<int>(k);
                var again = new BestRows(ids, guarded.Take<float>(k), k);
                Assert.That(NearestKernel<TSimd, TVec, TScore>.Walk(view, query, ref walked, long.MaxValue, ref rowGroups, ref nodeGroups));
                NearestKernel<TSimd, TVec, TScore>.Walk(view, query, ref again, long.MaxValue, ref rowGroups, ref nodeGroups);
                NearestKernel<TSimd, TVec, TScore>.Scan(view, x, ref all);
                again.Sort();
                all.Sort();
                Assert.That(walked.Worst, Is.EqualTo(all.Worst));
                Assert.That(new ReadOnlySpan<int>(ids, again.Count).SequenceEqual(new ReadOnlySpan<int>(scanned, all.Count)));
            }
        }
    }

    [Test]
    public void Hits_are_sorted_within_their_room([Values(0, 1, 48, 49, 700, 5_000)] int count, [Values(1, 2_047, 2_048, 5_000_000, int.MaxValue - 1)] int largest)
    {
        var random = new Random(count);
        int[] expected = [.. Enumerable.Range(0, 4 * count).Select(_ => random.Next(largest) + (largest > 1 ? 1 : 0)).Distinct().Take(count)];
        count = expected.Length;
        using var guarded = new GuardedOperands(last: true);
        int* ids = guarded.Take<int>(count);
        float* values = guarded.Take<float>(count);
        for (int i = 0; i < count; i++)
            (ids[i], values[i]) = (expected[i], BitConverter.Int32BitsToSingle(expected[i]));
        HitSort.Sort(ids, values, count, largest, guarded.Take<ulong>(count), guarded.Take<ulong>(count), guarded.Take<int>(HitSort.HistogramLength));
        Array.Sort(expected);
        for (int i = 0; i < count; i++)
            Assert.That(ids[i] == expected[i] && BitConverter.SingleToInt32Bits(values[i]) == expected[i], $"place {i}");
    }
}
