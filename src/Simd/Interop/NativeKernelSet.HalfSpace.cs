using Subquad.Simd.Memory;

namespace Subquad.Simd.Interop;

/// <content>Half-spaces and neighbours. The hits grow here, between the core's calls: it writes into room that it was promised.</content>
internal sealed unsafe partial class NativeKernelSet
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
            if (float.IsPositiveInfinity(listedCost) || !Walk(&view, query, norm, bound, listedCost, hits))
                Scan(&view, query, bound, hits);
        }
        KeepAlive(tree, hits);
    }

    private protected override void NearestCore(RowTree tree, ReadOnlySpan<float> x, int k, float listedCost, SearchHits hits)
    {
        RowTreeView view = tree.View;
        SearchCounts counts;
        ReserveBest(view, k, hits);
        fixed (float* query = x)
            hits.Count = _core->Nearest(&view, query, k, listedCost, hits.IdPointer, hits.ValuePointer, &counts);
        Tell(counts, hits);
        KeepAlive(tree, hits);
    }

    private protected override void LargestProductsCore(
        RowTree tree, ReadOnlySpan<float> x, float norm, int k, float listedCost, SearchHits hits)
    {
        RowTreeView view = tree.View;
        SearchCounts counts;
        ReserveBest(view, k, hits);
        fixed (float* query = x)
            hits.Count = _core->LargestProducts(&view, query, norm, k, listedCost, hits.IdPointer, hits.ValuePointer, &counts);
        Tell(counts, hits);
        KeepAlive(tree, hits);
    }

    private protected override void SortByIdCore(SearchHits hits, int largestId)
    {
        _core->SortById(
            hits.IdPointer, hits.ValuePointer, hits.Count, largestId, Take<ulong>(hits.Scratch, _core->SortScratch(hits.Count)));
        KeepAlive(hits);
    }

    private bool Walk(RowTreeView* view, float* x, float norm, float bound, float listedCost, SearchHits hits)
    {
        long length = view->Leaves + 1L, tested;
        hits.Scratch.Reserve(2 * (length * sizeof(int) + NativeBuffer<byte>.Alignment));
        int* list = hits.Scratch.TakePointer<int>(length), other = hits.Scratch.TakePointer<int>(length);
        int listed = _core->ListHalfSpace(view, x, norm, bound, listedCost, list, other, &tested);
        hits.NodeGroups = tested;
        if (listed < 0)
            return false;
        hits.Reserve((long)listed * RowTree.Group);
        hits.Count = _core->ReportHalfSpace(view, x, bound, list, 0, listed, hits.IdPointer, hits.ValuePointer);
        hits.RowGroups = listed;
        return true;
    }

    private void Scan(RowTreeView* view, float* x, float bound, SearchHits hits)
    {
        for (int from = 0; from < view->Leaves; from += ScanGroups)
        {
            int to = Math.Min(view->Leaves, from + ScanGroups);
            hits.Reserve(hits.Count + (long)(to - from) * RowTree.Group);
            hits.Count += _core->ReportHalfSpace(
                view, x, bound, null, from, to, hits.IdPointer + hits.Count, hits.ValuePointer + hits.Count);
        }
        hits.RowGroups = view->Leaves;
        hits.Scanned = true;
    }

    private static void ReserveBest(in RowTreeView view, int k, SearchHits hits)
    {
        hits.Clear();
        hits.Reserve(Math.Min(k, (long)view.Leaves * RowTree.Group));
    }

    private static void Tell(in SearchCounts counts, SearchHits hits) =>
        (hits.RowGroups, hits.NodeGroups, hits.Scanned) = (counts.RowGroups, counts.NodeGroups, counts.Scanned != 0);
}
