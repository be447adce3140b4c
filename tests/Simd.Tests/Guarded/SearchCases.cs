using NUnit.Framework;
using Subquad.Simd.Dispatch;
using Subquad.Simd.Interop;
using Subquad.Simd.Kernels;
using Subquad.Simd.Lanes;
using Subquad.Simd.Memory;
using Subquad.Simd.Search;
using Subquad.Simd.Tests.Search;

namespace Subquad.Simd.Tests.Guarded;

/// <summary>A tree of rows and a query.</summary>
internal sealed class SearchOperands(int dimension, int leaves) : VerbOperands
{
    private const int Group = RowTree.Group;

    public static IEnumerable<Func<SearchOperands>> Sizes { get; } = Each(
        from dimension in new[] { 1, 3, 8, 17 } from leaves in new[] { 1, 15, 16, 17, 40, 300 } select (dimension, leaves),
        size => new SearchOperands(size.dimension, size.leaves));

    public static float[] Bounds { get; } = [float.NegativeInfinity, -0.5f, 0.5f, 2f, float.NaN];

    public override string Size => $"dimension {dimension}, {leaves} leaves";

    public int Leaves => leaves;
    public RowTree Tree => field ??= Own(Fill());
    public NativeBuffer<float> X => field ??= Own<float>(RowKinds.Row(RowKind.Random, new Random(leaves), dimension));
    public SearchHits Hits => field ??= Own(new SearchHits());

    /// <summary>Not below the norm of the query.</summary>
    public float Norm => 1e-4f + MathF.Sqrt((float)KernelSets.ByName("scalar").SquaredNorm(X.Span));

    public int[] Counts => [0, 1, 7, leaves * Group + 1];

    public void WantHits(long tested)
    {
        Wanted.AddRange([Hits.Scanned ? 1 : 0, tested, Hits.Count]);
        for (int hit = 0; hit < Hits.Count; hit++)
            Wanted.AddRange([Hits.Ids[hit], Hits.Values[hit]]);
    }

    public unsafe void Find(bool scanned, long tested, int count, int* ids, float* values)
    {
        Found.AddRange([scanned ? 1 : 0, tested, count]);
        for (int hit = 0; hit < count; hit++)
            Found.AddRange([ids[hit], values[hit]]);
    }

    private RowTree Fill()
    {
        var random = new Random(leaves + 1);
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
}

/// <summary>Different ids below a bound, with values that tell which they belong to.</summary>
internal sealed class SortOperands(int count, int largest) : VerbOperands
{
    public static IEnumerable<Func<SortOperands>> Sizes { get; } = Each(
        from count in new[] { 0, 1, 48, 49, 700, 5_000 }
        from largest in new[] { 0, 1, 2_047, 2_048, 5_000_000, int.MaxValue - 1 }
        select (count, largest),
        size => new SortOperands(size.count, size.largest));

    public override string Size => $"{count} ids up to {largest}";

    public int Largest => largest;
    public NativeBuffer<int> Ids => field ??= Own<int>(Draw());
    public NativeBuffer<float> Values => field ??= Own<float>([.. Draw().Select(BitConverter.Int32BitsToSingle)]);

    private int[] Draw()
    {
        var random = new Random(count);
        return [.. Enumerable.Range(0, 4 * count).Select(_ => random.Next(largest) + (largest > 1 ? 1 : 0)).Distinct().Take(count)];
    }
}

/// <summary>The verbs of searches: the rows above a bound, the nearest, the largest products, sorted.</summary>
internal static unsafe class SearchCases<TSimd, TVec>
    where TSimd : struct, ISimd<TVec>
    where TVec : struct
{
    private const int Group = RowTree.Group;

    private static readonly float[] s_listedCosts = [0f, 1.5f], s_costs = [0f, 1f, 30f, float.PositiveInfinity];

    public static IEnumerable<GuardedCase> All { get; } =
    [
        Row("ListHalfSpace ReportHalfSpace", SearchOperands.Sizes,
            (k, o) =>
            {
                foreach (float bound in SearchOperands.Bounds)
                    foreach (float cost in s_listedCosts)
                    {
                        k.ReportHalfSpace(o.Tree, o.X.Span, o.Norm, bound, cost, o.Hits);
                        o.WantHits(o.Hits.NodeGroups);
                    }
            },
            (_, g, o) =>
            {
                foreach (float bound in SearchOperands.Bounds)
                    foreach (float cost in s_listedCosts)
                        Report(g, o, bound, cost);
            },
            (core, g, o) =>
            {
                int* list = g.Take<int>(o.Leaves), other = g.Take<int>(o.Leaves);
                foreach (float bound in SearchOperands.Bounds)
                    foreach (float cost in s_listedCosts)
                    {
                        long tested;
                        int listed = core->ListHalfSpace(g.At(o.Tree), g.Of(o.X), o.Norm, bound, cost, list, other, &tested);
                        int groups = listed < 0 ? o.Leaves : listed;
                        int* ids = g.Take<int>(groups * Group);
                        float* values = g.Take<float>(groups * Group);
                        int found = core->ReportHalfSpace(g.At(o.Tree), g.Of(o.X), bound, listed < 0 ? null : list, 0, groups, ids, values);
                        o.Find(listed < 0, tested, found, ids, values);
                    }
            }),
        Row("Nearest", SearchOperands.Sizes,
            (k, o) => EachBest(o, (count, cost) => k.Nearest(o.Tree, o.X.Span, count, cost, o.Hits)),
            (_, g, o) => EachBest(o, (count, cost) => Best<DistanceScore<TSimd, TVec>>(g, o, count, cost, sign: 1f), wants: false),
            (core, g, o) => Best(core, g, o, products: false)),
        Row("LargestProducts", SearchOperands.Sizes,
            (k, o) => EachBest(o, (count, cost) => k.LargestProducts(o.Tree, o.X.Span, o.Norm, count, cost, o.Hits)),
            (_, g, o) => EachBest(o, (count, cost) => Best<ProductScore<TSimd, TVec>>(g, o, count, cost, sign: -1f), wants: false),
            (core, g, o) => Best(core, g, o, products: true)),
        Row("SortById SortScratch", SortOperands.Sizes,
            (_, o) => o.Ids.Span.Sort(o.Values.Span),
            (_, g, o) => HitSort.Sort(
                g.Of(o.Ids), g.Of(o.Values), (int)o.Ids.Length, o.Largest, g.Take<ulong>(o.Ids.Length), g.Take<ulong>(o.Ids.Length),
                g.Take<int>(HitSort.HistogramLength)),
            (core, g, o) => core->SortById(
                g.Of(o.Ids), g.Of(o.Values), (int)o.Ids.Length, o.Largest, g.Take<ulong>(core->SortScratch((int)o.Ids.Length)))),
    ];

    private static GuardedCase Row<T>(
        string verbs, IEnumerable<Func<T>> sizes, BufferCall<T> wanted, ManagedCall<T> managed, CoreCall<T> core) where T : VerbOperands =>
        new GuardedCase<T>(verbs, sizes, wanted, managed, core);

    private static void Report(GuardedOperands g, SearchOperands o, float bound, float cost)
    {
        RowTreeView view = g.Of(o.Tree);
        // The kernels store whole vectors.
        int room = (o.Leaves + 1) * Group;
        long length = HalfSpaceKernel<TSimd, TVec>.ListLength(view);
        int* list = g.Take<int>(length), other = g.Take<int>(length), ids = g.Take<int>(room);
        float* values = g.Take<float>(room);
        long tested = 0;
        int groups = HalfSpaceKernel<TSimd, TVec>.Walk(view, new RowQuery(g.Of(o.X), o.Norm), bound, cost, list, other, ref tested);
        int scanned = HalfSpaceKernel<TSimd, TVec>.Scan(view, g.Of(o.X), bound, 0, o.Leaves, ids, values);
        if (groups < 0)
        {
            o.Find(scanned: true, tested, scanned, ids, values);
            return;
        }
        int* again = g.Take<int>(room);
        float* products = g.Take<float>(room);
        int found = HalfSpaceKernel<TSimd, TVec>.Listed(view, g.Of(o.X), bound, list, groups, again, products);
        var walked = new ReadOnlySpan<int>(again, found);
        Assert.That(walked.SequenceEqual(new ReadOnlySpan<int>(ids, scanned)), "the walk finds what the scan finds");
        o.Find(scanned: false, tested, found, again, products);
    }

    private static void EachBest(SearchOperands o, Action<int, float> search, bool wants = true)
    {
        foreach (float cost in s_costs)
            foreach (int count in o.Counts)
            {
                search(count, cost);
                if (!wants)
                    continue;
                o.Wanted.Add(o.Hits.RowGroups);
                o.WantHits(o.Hits.NodeGroups);
            }
    }

    /// <summary>As <see cref="KernelSet.Nearest"/>: a walk that costs half a scan is given up.</summary>
    private static void Best<TScore>(GuardedOperands g, SearchOperands o, int count, float cost, float sign)
        where TScore : struct, IScore<TSimd, TVec>
    {
        RowTreeView view = g.Of(o.Tree);
        int room = Math.Min(count, o.Leaves * Group);
        int* ids = g.Take<int>(room);
        float* scores = g.Take<float>(room);
        var best = new BestRows(ids, scores, room);
        long rowGroups = 0, nodeGroups = 0, most = cost > 0 ? (long)(o.Leaves / (2 * cost)) : long.MaxValue;
        bool scanned = float.IsPositiveInfinity(cost)
            || !NearestKernel<TSimd, TVec, TScore>.Walk(
                view, new RowQuery(g.Of(o.X), sign < 0 ? o.Norm : 1f), ref best, most, ref rowGroups, ref nodeGroups);
        if (scanned)
        {
            best.Clear();
            NearestKernel<TSimd, TVec, TScore>.Scan(view, g.Of(o.X), ref best);
            rowGroups += o.Leaves;
        }
        best.Sort();
        for (int i = 0; i < best.Count && sign < 0; i++)
            scores[i] = 0f - scores[i];
        o.Found.Add(rowGroups);
        o.Find(scanned, nodeGroups, best.Count, ids, scores);
    }

    private static void Best(CoreApi* core, GuardedOperands g, SearchOperands o, bool products)
    {
        foreach (float cost in s_costs)
            foreach (int count in o.Counts)
            {
                int room = Math.Min(count, o.Leaves * Group);
                int* ids = g.Take<int>(room);
                float* values = g.Take<float>(room);
                SearchCounts counts;
                int found = products
                    ? core->LargestProducts(g.At(o.Tree), g.Of(o.X), o.Norm, count, cost, ids, values, &counts)
                    : core->Nearest(g.At(o.Tree), g.Of(o.X), count, cost, ids, values, &counts);
                o.Found.Add(counts.RowGroups);
                o.Find(counts.Scanned != 0, counts.NodeGroups, found, ids, values);
            }
    }
}
