using Subquad.Simd.Kernels;
using Subquad.Simd.Memory;

namespace Subquad.Simd.Dispatch;

/// <content>Half-spaces and neighbours.</content>
internal sealed unsafe partial class ManagedKernelSet<TSimd, TVec, TSimdDouble, TVecDouble>
{
    /// <summary>Groups scanned between two looks at the room for hits.</summary>
    private const int ScanGroups = 8_192;

    private protected override void ReportHalfSpaceCore(
        RowTree tree, ReadOnlySpan<float> x, float norm, float bound, float listedCost, SearchHits hits)
    {
        hits.Clear();
        RowTreeView view = tree.View;
        fixed (float* query = x)
        {
            if (float.IsPositiveInfinity(listedCost) || !Walk(view, new RowQuery(query, norm), bound, listedCost, hits))
                Scan(view, query, bound, hits);
        }
        KeepAlive(tree, hits);
    }

    private protected override void NearestCore(RowTree tree, ReadOnlySpan<float> x, int k, float listedCost, SearchHits hits) =>
        Best<DistanceScore<TSimd, TVec>>(tree, x, norm: 1f, k, listedCost, hits);

    private protected override void LargestProductsCore(
        RowTree tree, ReadOnlySpan<float> x, float norm, int k, float listedCost, SearchHits hits)
    {
        Best<ProductScore<TSimd, TVec>>(tree, x, norm, k, listedCost, hits);
        for (int hit = 0; hit < hits.Count; hit++)
            hits.ValuePointer[hit] = 0f - hits.ValuePointer[hit];
    }

    private protected override void SortByIdCore(SearchHits hits, int largestId)
    {
        hits.Scratch.Reserve(HitSort.ScratchOf(hits.Count));
        ulong* from = hits.Scratch.TakePointer<ulong>(hits.Count), to = hits.Scratch.TakePointer<ulong>(hits.Count);
        int* histograms = hits.Scratch.TakePointer<int>(HitSort.HistogramLength);
        HitSort.Sort(hits.IdPointer, hits.ValuePointer, hits.Count, largestId, from, to, histograms);
        KeepAlive(hits);
    }

    private static bool Walk(in RowTreeView view, in RowQuery query, float bound, float listedCost, SearchHits hits)
    {
        long length = HalfSpaceKernel<TSimd, TVec>.ListLength(view), tested = 0;
        hits.Scratch.Reserve(2 * (length * sizeof(int) + 128));
        int* list = hits.Scratch.TakePointer<int>(length), other = hits.Scratch.TakePointer<int>(length);
        int listed = HalfSpaceKernel<TSimd, TVec>.Walk(view, query, bound, listedCost, list, other, ref tested);
        hits.NodeGroups = tested;
        if (listed < 0)
            return false;
        hits.Reserve((long)listed * RowTree.Group);
        hits.Count = HalfSpaceKernel<TSimd, TVec>.Listed(view, query.X, bound, list, listed, hits.IdPointer, hits.ValuePointer);
        hits.RowGroups = listed;
        return true;
    }

    private static void Scan(in RowTreeView view, float* x, float bound, SearchHits hits)
    {
        for (int from = 0; from < view.Leaves; from += ScanGroups)
        {
            int to = Math.Min(view.Leaves, from + ScanGroups);
            hits.Reserve(hits.Count + (long)(to - from) * RowTree.Group);
            hits.Count += HalfSpaceKernel<TSimd, TVec>.Scan(
                view, x, bound, from, to, hits.IdPointer + hits.Count, hits.ValuePointer + hits.Count);
        }
        hits.RowGroups = view.Leaves;
        hits.Scanned = true;
    }

    private static void Best<TScore>(RowTree tree, ReadOnlySpan<float> x, float norm, int k, float listedCost, SearchHits hits)
        where TScore : struct, IScore<TSimd, TVec>
    {
        hits.Clear();
        RowTreeView view = tree.View;
        k = (int)Math.Min(k, (long)view.Leaves * RowTree.Group);
        hits.Reserve(k);
        long rowGroups = 0, nodeGroups = 0;
        var best = new BestRows(hits.IdPointer, hits.ValuePointer, k);
        // What a walk costs is known only when it ends: one that has cost half a scan is given up.
        long most = listedCost > 0 ? (long)(view.Leaves / (2 * listedCost)) : long.MaxValue;
        fixed (float* numbers = x)
        {
            var query = new RowQuery(numbers, norm);
            hits.Scanned = float.IsPositiveInfinity(listedCost)
                || !NearestKernel<TSimd, TVec, TScore>.Walk(view, query, ref best, most, ref rowGroups, ref nodeGroups);
            if (hits.Scanned)
            {
                best.Clear();
                NearestKernel<TSimd, TVec, TScore>.Scan(view, numbers, ref best);
                rowGroups += view.Leaves;
            }
        }
        best.Sort();
        (hits.Count, hits.RowGroups, hits.NodeGroups) = (best.Count, rowGroups, nodeGroups);
        KeepAlive(tree, hits);
    }
}
