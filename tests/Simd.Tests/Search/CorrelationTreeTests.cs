using NUnit.Framework;
using Subquad.Simd.Memory;
using Subquad.Simd.Search;
using Subquad.Support;

namespace Subquad.Simd.Tests.Search;

/// <summary>A correlation tree against a plain list of keys: every size, special keys, random sequences of changes and queries.</summary>
[TestFixtureSource(typeof(KernelSetSource), nameof(KernelSetSource.All))]
public sealed class CorrelationTreeTests(KernelSet kernels)
{
    private static readonly float[] s_special =
        [float.NaN, float.PositiveInfinity, float.NegativeInfinity, 0f, -0f, float.Epsilon, -float.Epsilon, 0.5f, 0.25f, float.MaxValue,
            float.MinValue];

    [Test]
    public void Queries_are_those_of_a_plain_list_for_every_size()
    {
        using var tree = new CorrelationTree(kernels);
        for (int size = 0; size <= 300; size++)
        {
            var random = new Random(size);
            float[] keys = Keys(random, size);
            tree.Build(keys);
            Assert.That(tree.Count, Is.EqualTo(size));
            ExpectAll(tree, keys, random);
        }
    }

    [Test]
    public void Queries_are_those_of_a_plain_list_for_large_sizes([Values(4095, 4096, 4097, 20_000, 65_537)] int size)
    {
        var random = new Random(size);
        float[] keys = Keys(random, size);
        using var tree = new CorrelationTree(kernels);
        tree.Build(keys);
        ExpectAll(tree, keys, random);
        Array.Fill(keys, 1f);
        tree.Build(keys);
        ExpectAll(tree, keys, random);
    }

    [Test]
    public void Sequences_of_changes_and_queries_are_those_of_a_plain_list([Values(1, 16, 17, 255, 257, 4000, 9000)] int size)
    {
        using var tree = new CorrelationTree(kernels);
        using var rebuilt = new CorrelationTree(kernels);
        for (int seed = 0; seed < 4; seed++)
        {
            var random = new Random(100 * size + seed);
            float[] keys = Keys(random, size);
            tree.Build(keys);
            for (int step = 0; step < 60; step++)
            {
                Change(tree, keys, random);
                rebuilt.Build(keys);
                Numbers.SameBits(tree.Levels, rebuilt.Levels, $"levels after step {step}");
                ExpectReport(tree, keys, random.Next(3) == 0 ? s_special[random.Next(s_special.Length)] : random.NextSingle() - 0.5f);
                ExpectTop(tree, keys, random.Next(20));
            }
        }
    }

    [Test]
    public void Paths_and_levels_leave_the_same_bits_in_any_order_of_leaves([Values(1, 15, 300, 5000)] int size)
    {
        var random = new Random(size);
        float[] keys = Keys(random, size);
        using var paths = new TournamentTrees();
        using var levels = new TournamentTrees();
        foreach (TournamentTrees trees in new[] { paths, levels })
        {
            trees.Reshape(3, size);
            kernels.BuildTournament(keys, trees, 1);
        }
        for (int step = 0; step < 50; step++)
        {
            int[] leaves = [.. Enumerable.Range(0, random.Next(2 * size)).Select(_ => random.Next(size))];
            float[] changed = Keys(random, leaves.Length);
            kernels.UpdateTournament(leaves, changed, paths, 1, byLevel: false);
            kernels.UpdateTournament(leaves, changed, levels, 1, byLevel: true);
            Numbers.SameBits(levels.LevelsOf(1), paths.LevelsOf(1), $"step {step}");
        }
        Assert.That(paths.LevelsOf(0).ContainsAnyExcept(0f), Is.False, "a neighbouring tree was written to");
        Assert.That(paths.LevelsOf(2).ContainsAnyExcept(0f), Is.False, "a neighbouring tree was written to");
    }

    [Test]
    public void A_key_that_is_no_number_is_never_reported_and_hides_no_other()
    {
        float[] keys = new float[400];
        Array.Fill(keys, float.NaN);
        keys[37] = -2f;
        using var tree = new CorrelationTree(kernels);
        tree.Build(keys);
        var ids = new int[400];
        Assert.That(ids[..tree.Report(float.NegativeInfinity, ids)], Is.EqualTo(new[] { 37 }));
        Assert.That(ids[..tree.Top(400, ids)], Is.EqualTo(new[] { 37 }));
        tree.Update(36, 5f);
        tree.Update(36, float.NaN);
        Assert.That(ids[..tree.Report(-3f, ids)], Is.EqualTo(new[] { 37 }));
        Assert.That(tree.Report(float.NaN, ids), Is.Zero);
    }

    [Test]
    public void Ties_go_to_the_lower_id()
    {
        float[] keys = [.. Enumerable.Range(0, 1000).Select(i => (float)(i % 3))];
        using var tree = new CorrelationTree(kernels);
        tree.Build(keys);
        var ids = new int[500];
        Assert.That(tree.Top(500, ids), Is.EqualTo(500));
        Assert.That(ids, Is.EqualTo(
            Enumerable.Range(0, 1000).Where(i => i % 3 == 2).Concat(Enumerable.Range(0, 1000).Where(i => i % 3 == 1)).Take(500)));
    }

    [Test]
    public void What_does_not_fit_is_refused()
    {
        using var tree = new CorrelationTree(kernels);
        tree.Build([1f, 2f]);
        Assert.That(
            () => tree.Update(2, 0f), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("a leaf from 0 to 1, found 2"));
        Assert.That(() => tree.UpdateMany([0, -1], [9f, 9f]), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(tree.Keys[0], Is.EqualTo(1f), "a refused change changes nothing");
        Assert.That(() => tree.UpdateMany([0], []), Throws.ArgumentException);
        Assert.That(() => tree.Report(0, new int[1]), Throws.ArgumentException);
        Assert.That(() => tree.Top(-1, []), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => tree.Top(2, new int[1]), Throws.ArgumentException);
        Assert.That(tree.Top(5, new int[2]), Is.EqualTo(2));
    }

    [Test]
    public void Warm_calls_allocate_nothing()
    {
        float[] keys = Samples.Dense(new Random(1), 5000);
        int[] ids = new int[5000], leaves = [.. Enumerable.Range(0, 1000)];
        using var tree = new CorrelationTree(kernels);
        tree.Build(keys);
        for (int round = 0; round < 2; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread(), native = NativeBytes.Live;
            tree.Build(keys);
            tree.Update(3, 2f);
            tree.UpdateMany(leaves, keys.AsSpan(0, 1000));
            tree.Report(0.9f, ids);
            tree.Top(10, ids);
            if (round == 1)
                Assert.That((GC.GetAllocatedBytesForCurrentThread() - before, NativeBytes.Live - native), Is.EqualTo((0L, 0L)));
        }
    }

    private static void Change(CorrelationTree tree, float[] keys, Random random)
    {
        if (random.Next(2) == 0)
        {
            int leaf = random.Next(keys.Length);
            keys[leaf] = Keys(random, 1)[0];
            tree.Update(leaf, keys[leaf]);
            return;
        }
        int[] leaves =
            [.. Enumerable.Range(0, random.Next(random.Next(2) == 0 ? 5 : keys.Length + 1)).Select(_ => random.Next(keys.Length))];
        if (random.Next(2) == 0)
            Array.Sort(leaves);
        float[] changed = Keys(random, leaves.Length);
        for (int i = 0; i < leaves.Length; i++)
            keys[leaves[i]] = changed[i];
        tree.UpdateMany(leaves, changed);
    }

    private static void ExpectAll(CorrelationTree tree, float[] keys, Random random)
    {
        foreach (float threshold in s_special)
            ExpectReport(tree, keys, threshold);
        ExpectReport(tree, keys, random.NextSingle() - 0.5f);
        if (keys.Length > 0)
            ExpectReport(tree, keys, keys[random.Next(keys.Length)]);
        foreach (int k in new[] { 0, 1, 2, 7, keys.Length / 2, keys.Length, keys.Length + 1 })
            ExpectTop(tree, keys, k);
    }

    private static void ExpectReport(CorrelationTree tree, float[] keys, float threshold)
    {
        var ids = new int[keys.Length];
        int[] expected = [.. Enumerable.Range(0, keys.Length).Where(i => keys[i] > threshold)];
        int count = tree.Report(threshold, ids);
        Assert.That(
            ids.AsSpan(0, count).SequenceEqual(expected), $"above {threshold} of {keys.Length}: {count} found, {expected.Length} expected");
    }

    private static void ExpectTop(CorrelationTree tree, float[] keys, int k)
    {
        var ids = new int[k];
        int[] expected =
            [.. Enumerable.Range(0, keys.Length).Where(i => keys[i] > float.NegativeInfinity).OrderByDescending(i => keys[i]).Take(k)];
        int count = tree.Top(k, ids);
        Assert.That(
            ids.AsSpan(0, count).SequenceEqual(expected), $"the top {k} of {keys.Length}: {count} found, {expected.Length} expected");
    }

    /// <summary>A third special, the others of few different values, so that there are ties.</summary>
    private static float[] Keys(Random random, int size)
    {
        var keys = new float[size];
        for (int i = 0; i < size; i++)
            keys[i] = random.Next(3) switch
            {
                0 => s_special[random.Next(s_special.Length)], 1 => random.Next(-8, 8) / 16f, _ => random.NextSingle() - 0.5f
            };
        return keys;
    }
}
