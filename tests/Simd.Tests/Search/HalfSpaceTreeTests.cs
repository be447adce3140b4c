using NUnit.Framework;
using Subquad.Simd.Memory;
using Subquad.Simd.Search;
using Subquad.Support;

namespace Subquad.Simd.Tests.Search;

/// <summary>
/// Every query of a half-space tree against brute force: the same rows, with the same bits, down the tree, by a scan, and as the cost model
/// chooses.
/// </summary>
[TestFixtureSource(typeof(KernelSetSource), nameof(KernelSetSource.All))]
public sealed class HalfSpaceTreeTests(KernelSet kernels)
{
    [Test]
    public void Queries_find_what_brute_force_finds_in_every_dimension([Range(1, 40)] int dimension)
    {
        var random = new Random(dimension);
        foreach (RowKind kind in Enum.GetValues<RowKind>())
            Compare(kind, random, 20 + random.Next(300), dimension, queries: 4);
    }

    [Test]
    public void Queries_find_what_brute_force_finds_for_every_number_of_rows([Values] bool clustered)
    {
        var random = new Random(1);
        for (int count = 0; count <= 80; count++)
            Compare(clustered ? RowKind.Clustered : RowKind.Random, random, count, dimension: 3, queries: 2);
        foreach (int count in (int[])[255, 256, 257, 271, 272, 4095, 4096, 4097])
            Compare(clustered ? RowKind.Clustered : RowKind.Random, random, count, dimension: 3, queries: 2);
    }

    [Test]
    public void A_huge_id_takes_one_page()
    {
        using var tree = new HalfSpaceTree([1f, 0f], 2, kernels);
        long native = NativeBytes.Live, before = GC.GetAllocatedBytesForCurrentThread();
        tree.Insert([int.MaxValue - 1], [0f, 1f]);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(16 << 20));
        Assert.That(NativeBytes.Live - native, Is.LessThan(16 << 20));
        using var hits = new SearchHits();
        tree.ReportAscending([1f, 1f], 0.5f, hits);
        Assert.That(hits.Ids.ToArray(), Is.EqualTo(new[] { 0, int.MaxValue - 1 }));
        tree.Remove([int.MaxValue - 1]);
        Assert.That(() => tree.Remove([int.MaxValue - 2]), Throws.ArgumentException);
        Assert.That(tree.Count, Is.EqualTo(1));
    }

    [Test]
    public void Large_trees_choose_a_path_and_find_the_same([Values(2, 12)] int dimension)
    {
        var random = new Random(dimension);
        float[] rows = RowKinds.Rows(RowKind.Random, random, 90_000, dimension);
        using var tree = new HalfSpaceTree(rows, dimension, kernels);
        using SearchHits hits = new(), others = new();
        foreach (float bound in (float[])[-9f, -1f, 0f, 1f, 2.5f, 3.5f, 9f])
        {
            float[] x = Unit(RowKinds.Row(RowKind.Random, random, dimension));
            tree.Path = SearchPath.Scan;
            tree.Report(x, bound, others);
            foreach (SearchPath path in (SearchPath[])[SearchPath.Tree, SearchPath.Automatic])
            {
                tree.Path = path;
                tree.Report(x, bound, hits);
                Assert.That(hits.Ids.SequenceEqual(others.Ids), $"{path}, above {bound}");
                Numbers.SameBits(hits.Values, others.Values, $"{path}, above {bound}");
            }
            Assert.That(bound > -9 || hits.Scanned, "all rows are found fastest by a scan");
            Assert.That(bound < 9 || hits.RowGroups == 0, "a half-space that holds no row reads none");
            tree.ReportAscending(x, bound, hits);
            for (int i = 1; i < hits.Count; i++)
                Assert.That(hits.Ids[i - 1] < hits.Ids[i]);
        }
        tree.Path = SearchPath.Tree;
        tree.Report(Unit(RowKinds.Row(RowKind.Random, random, dimension)), 4f, hits);
        Assert.That(hits.RowGroups, Is.LessThan(tree.RowGroups / 4), "most rows are ruled out by their bounds");
    }

    /// <summary>
    /// Two rows a few units in the last place apart and x along the line between them: the ball's bound is tight but for what rounding adds
    /// to the chains.
    /// </summary>
    [Test]
    public void Rounding_hides_no_row([Values(2, 8, 33)] int dimension)
    {
        var random = new Random(dimension);
        using var hits = new SearchHits();
        for (int round = 0; round < 500; round++)
        {
            var list = new RowList(kernels, dimension);
            float[] first = RowKinds.Row(RowKind.Random, random, dimension);
            list[0] = first;
            list[1] = [.. first.Select(value => value * (1 + random.Next(-8, 9) * 1.1920929e-7f))];
            float[] x = [.. list[0].Zip(list[1], (a, b) => a - b)];
            using var tree = new HalfSpaceTree([.. list[0], .. list[1]], dimension, kernels);
            list.Expect(tree, hits, x, MathF.BitDecrement(list.Product(list[0], x)), 1, $"round {round}");
        }
    }

    [Test]
    public void Random_changes_leave_what_they_leave_in_a_plain_list([Values(1, 2, 5, 17)] int dimension, [Values] bool drifting)
    {
        var random = new Random(dimension);
        var list = new RowList(kernels, dimension);
        using var hits = new SearchHits();
        using var tree = new HalfSpaceTree(Fill(list, random, 300, dimension), dimension, kernels);
        int next = 300;
        for (int round = 0; round < 120; round++)
        {
            int many = random.Next(3) == 0 ? 1 : 1 + random.Next(60);
            switch (random.Next(3))
            {
                case 0:
                    int[] fresh = [.. Enumerable.Range(0, many).Select(_ => next += 1 + random.Next(3))];
                    Change(tree.Insert, list, fresh, _ => RowKinds.Row(RowKind.Mixed, random, dimension), dimension);
                    break;
                case 1:
                    int[] gone = Some(list, random, many);
                    tree.Remove(gone);
                    Array.ForEach(gone, list.Remove);
                    break;
                default:
                    Change(tree.Move, list, Some(list, random, 2 * many), Moved, dimension);
                    break;
            }
            float[] x = RowKinds.Row(RowKind.Random, random, dimension);
            float bound = list.Count > 0 && random.Next(2) == 0 ? list.Product(list[Some(list, random, 1)[0]], x) : random.NextSingle();
            list.Expect(tree, hits, x, bound, random.Next(12), $"round {round}, {list.Count} rows");
        }
        Assert.That(tree.RowGroups * 16, Is.LessThan(2 * list.Count + 1_000), "slots are bounded by rows");

        float[] Moved(int id) => drifting ? [.. list[id].Select(value => value * (1 - 0.01f * random.NextSingle()))]
            : RowKinds.Row(RowKind.Mixed, random, dimension);
    }

    [Test]
    public void Rows_that_all_drift_away_keep_the_tree_as_good_as_a_new_one()
    {
        const int Dimension = 3, Count = 4_096;
        var random = new Random(5);
        float[] rows = RowKinds.Rows(RowKind.Random, random, Count, Dimension), x = Unit([1f, -2f, 0.5f]);
        int[] ids = [.. Enumerable.Range(0, Count)];
        using var hits = new SearchHits();
        using var tree = new HalfSpaceTree(rows, Dimension, kernels) { Path = SearchPath.Tree };
        for (int step = 0; step < 100; step++)
        {
            for (int i = 0; i < rows.Length; i++)
                rows[i] += 0.1f * (random.NextSingle() - 0.5f);
            tree.Move(ids, rows);
        }
        tree.Report(x, 2f, hits);
        long groups = hits.RowGroups;
        using var fresh = new HalfSpaceTree(rows, Dimension, kernels) { Path = SearchPath.Tree };
        fresh.Report(x, 2f, hits);
        Assert.That(groups, Is.LessThan(3 * hits.RowGroups + 16));
    }

    [Test]
    public void A_subtree_whose_slack_is_used_up_is_split_in_its_place()
    {
        const int Dimension = 3, Clusters = 16, Size = 256;
        var random = new Random(6);
        var list = new RowList(kernels, Dimension);
        for (int id = 0; id < Clusters * Size; id++)
        {
            float[] row = RowKinds.Row(RowKind.Random, random, Dimension);
            list[id] = [row[0] + 100 * (id / Size % 4), row[1] + 100 * (id / Size / 4), row[2]];
        }
        using SearchHits hits = new(), others = new();
        using var tree = new HalfSpaceTree([.. list.Ids.SelectMany(id => list[id])], Dimension, kernels) { Path = SearchPath.Tree };
        int groups = tree.RowGroups;
        for (int round = 0; round < 3; round++)
        {
            // The rows of a cluster trade places: its leaves lose their order, its subtree does not grow.
            for (int cluster = 0; cluster < Clusters; cluster++)
            {
                int[] own = [.. Enumerable.Range(cluster * Size, Size)], from = [.. own];
                random.Shuffle(from);
                float[][] before = [.. from.Select(id => list[id])];
                Change(tree.Move, list, own, id => before[id - cluster * Size], Dimension);
            }
            for (int query = 0; query < 20; query++)
            {
                float[] x = RowKinds.Row(RowKind.Random, random, Dimension);
                list.Expect(
                    tree, hits, x, list.Product(list[random.Next(list.Count)], x), random.Next(12), $"round {round}, query {query}");
            }
        }
        using var fresh = new HalfSpaceTree([.. list.Ids.SelectMany(id => list[id])], Dimension, kernels) { Path = SearchPath.Tree };
        tree.Report(Unit([1f, 1f, 1f]), 250f, hits);
        fresh.Report(Unit([1f, 1f, 1f]), 250f, others);
        Assert.That(hits.RowGroups, Is.LessThan(2 * others.RowGroups + 16));
        Assert.That(tree.Resplit, Is.GreaterThanOrEqualTo(Clusters));
        Assert.That(tree.RowGroups, Is.LessThan(groups + groups / 16), "few rows had to leave for a fresh leaf");
    }

    [TestCase(float.NaN)]
    [TestCase(float.PositiveInfinity)]
    [TestCase(float.NegativeInfinity)]
    public void A_row_that_is_not_finite_is_refused_by_its_number_and_nothing_changes(float value)
    {
        float[] rows = [1, 2, 3, 4, 5, 6], bad = [1, 2, 3, value, 5, 6];
        Assert.That(() => new HalfSpaceTree(bad, 2, kernels), Throws.ArgumentException.With.Message.Contains("row 1 "));
        using var tree = new HalfSpaceTree(rows, 2, kernels);
        using var hits = new SearchHits();
        Assert.That(() => tree.Insert([3, 4, 5], bad), Throws.ArgumentException.With.Message.Contains("row 1 "));
        Assert.That(() => tree.Move([0, 1, 2], bad), Throws.ArgumentException.With.Message.Contains("row 1 "));
        Assert.That(() => tree.Report([value, 1], 0, hits), Throws.ArgumentException);
        Assert.That(() => tree.Nearest([value, 1], 1, hits), Throws.ArgumentException);
        tree.Report([1, 0], float.NegativeInfinity, hits);
        Assert.That(hits.Ids.ToArray(), Is.EquivalentTo(new[] { 0, 1, 2 }));
        tree.Report([1, 0], float.NaN, hits);
        Assert.That(hits.Count, Is.Zero);
    }

    [Test]
    public void Wrong_ids_and_shapes_are_refused_and_nothing_changes()
    {
        using var tree = new HalfSpaceTree([1f, 2f, 3f], 1, kernels);
        using var hits = new SearchHits();
        Assert.That(() => new HalfSpaceTree([1f, 2f, 3f], 2, kernels), Throws.ArgumentException);
        Assert.That(() => new HalfSpaceTree([], 0, kernels), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => tree.Insert([7, 2], [1f, 1f]), Throws.ArgumentException.With.Message.Contains("id 2 "));
        Assert.That(() => tree.Insert([7, 7], [1f, 1f]), Throws.ArgumentException.With.Message.Contains("id 7 "));
        Assert.That(() => tree.Insert([-1], [1f]), Throws.ArgumentException.With.Message.Contains("id -1 "));
        Assert.That(() => tree.Remove([0, 9]), Throws.ArgumentException.With.Message.Contains("id 9 "));
        Assert.That(() => tree.Move([1, 3], [1f, 1f]), Throws.ArgumentException.With.Message.Contains("id 3 "));
        Assert.That(() => tree.Move([1], [1f, 1f]), Throws.ArgumentException);
        Assert.That(() => tree.Report([1f, 1f], 0, hits), Throws.ArgumentException);
        Assert.That(() => tree.Nearest([1f], -1, hits), Throws.InstanceOf<ArgumentOutOfRangeException>());
        tree.Nearest([0f], 5, hits);
        Assert.That(hits.Ids.ToArray(), Is.EqualTo(new[] { 0, 1, 2 }));
    }

    [Test]
    public void A_warm_query_allocates_nothing()
    {
        var random = new Random(3);
        using var tree = new HalfSpaceTree(RowKinds.Rows(RowKind.Random, random, 5_000, 4), 4, kernels);
        using var hits = new SearchHits();
        float[] x = [1f, 0.5f, -1f, 0.2f];
        Queries();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Queries();
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);

        void Queries()
        {
            tree.ReportAscending(x, 1f, hits);
            tree.Nearest(x, 10, hits);
            tree.MaxInnerProduct(x, 10, hits);
        }
    }

    private void Compare(RowKind kind, Random random, int count, int dimension, int queries)
    {
        var list = new RowList(kernels, dimension);
        float[] rows = RowKinds.Rows(kind, random, count, dimension);
        for (int row = 0; row < count; row++)
            list[row] = rows[(row * dimension)..((row + 1) * dimension)];
        using var tree = new HalfSpaceTree(rows, dimension, kernels);
        using var hits = new SearchHits();
        for (int query = 0; query < queries; query++)
        {
            float[] x = query == 0 ? new float[dimension] : RowKinds.Row(query == 1 ? kind : RowKind.Random, random, dimension);
            float product = count > 0 ? list.Product(list[random.Next(count)], x) : 0;
            // A bound that a row meets exactly is not exceeded by it; the next lower one is.
            foreach (float bound in (float[])[product, MathF.BitDecrement(product), 0f, float.NegativeInfinity, float.PositiveInfinity])
                list.Expect(tree, hits, x, bound, random.Next(20), $"{kind}, {count} rows of {dimension}, query {query}, above {bound}");
        }
    }

    private static float[] Fill(RowList list, Random random, int count, int dimension)
    {
        for (int id = 0; id < count; id++)
            list[id] = RowKinds.Row(RowKind.Mixed, random, dimension);
        return [.. list.Ids.SelectMany(id => list[id])];
    }

    private static int[] Some(RowList list, Random random, int count)
    {
        int[] ids = list.Ids;
        random.Shuffle(ids);
        return ids[..Math.Min(count, ids.Length)];
    }

    private delegate void Changing(ReadOnlySpan<int> ids, ReadOnlySpan<float> rows);

    private static void Change(Changing change, RowList list, int[] ids, Func<int, float[]> row, int dimension)
    {
        var rows = new float[ids.Length * dimension];
        for (int i = 0; i < ids.Length; i++)
        {
            list[ids[i]] = row(ids[i]);
            list[ids[i]].CopyTo(rows, i * dimension);
        }
        change(ids, rows);
    }

    private static float[] Unit(float[] x)
    {
        double norm = Math.Sqrt(x.Sum(value => (double)value * value));
        return [.. x.Select(value => (float)(value / norm))];
    }
}
