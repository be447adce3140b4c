using Subquad.Simd.Memory;

namespace Subquad.Simd;

/// <content>Half-spaces and neighbours.</content>
public abstract partial class KernelSet
{
    /// <summary>
    /// Half-space report: ids and inner products of all rows w with &lt;w, x&gt; > b, in storage order. An inner product is one chain of
    /// multiply-adds in ascending coordinate from zero, so walking and scanning give the same bits in the same order.
    /// </summary>
    /// <param name="tree">The rows and the bounds over them.</param>
    /// <param name="x">d finite numbers.</param>
    /// <param name="norm">Not below |x|, above zero. Norm times the largest row norm must be below 1e38, or <paramref name="listedCost"/>
    /// infinite.</param>
    /// <param name="bound">b.</param>
    /// <param name="listedCost">The time a group of rows takes when reached through the tree, as a multiple of its time in a scan; the
    /// query scans when that is cheaper. 0: always walk; infinity: always scan.</param>
    /// <param name="hits">Overwritten.</param>
    internal void ReportHalfSpace(RowTree tree, ReadOnlySpan<float> x, float norm, float bound, float listedCost, SearchHits hits)
    {
        CheckQuery(tree, x, norm);
        Serving(NativeVerb.ReportHalfSpace).ReportHalfSpaceCore(tree, x, norm, bound, listedCost, hits);
    }

    private static void CheckQuery(RowTree tree, ReadOnlySpan<float> x, float norm, int k = 0)
    {
        CheckLengths(tree.Dimension, x.Length);
        Expect.That(norm > 0, $"expected a norm above 0, found {norm}");
        Expect.That(k >= 0, $"expected 0 or more rows, found {k}");
    }

    private protected abstract void ReportHalfSpaceCore(
        RowTree tree, ReadOnlySpan<float> x, float norm, float bound, float listedCost, SearchHits hits);

    /// <summary>
    /// Nearest neighbours: the k rows with the least |w - x|^2, nearest first, of equal ones the smaller id; the values are squared
    /// distances, one chain of multiply-adds each. A row whose squared distance overflows is not found.
    /// </summary>
    /// <param name="tree">The rows and the bounds over them.</param>
    /// <param name="x">d finite numbers.</param>
    /// <param name="k">Rows wanted, 0 or more.</param>
    /// <param name="listedCost">As in <see cref="ReportHalfSpace"/>: a walk that turns out dear is given up for a scan.</param>
    /// <param name="hits">Overwritten.</param>
    internal void Nearest(RowTree tree, ReadOnlySpan<float> x, int k, float listedCost, SearchHits hits)
    {
        CheckQuery(tree, x, norm: 1f, k);
        Serving(NativeVerb.Nearest).NearestCore(tree, x, k, listedCost, hits);
    }

    private protected abstract void NearestCore(RowTree tree, ReadOnlySpan<float> x, int k, float listedCost, SearchHits hits);

    /// <summary>
    /// Largest inner products: the k rows with the largest &lt;w, x&gt;, the largest first, of equal ones the smaller id.
    /// </summary>
    /// <param name="tree">The rows and the bounds over them.</param>
    /// <param name="x">d finite numbers.</param>
    /// <param name="norm">As in <see cref="ReportHalfSpace"/>.</param>
    /// <param name="k">Rows wanted, 0 or more.</param>
    /// <param name="listedCost">As in <see cref="Nearest"/>.</param>
    /// <param name="hits">Overwritten.</param>
    internal void LargestProducts(RowTree tree, ReadOnlySpan<float> x, float norm, int k, float listedCost, SearchHits hits)
    {
        CheckQuery(tree, x, norm, k);
        Serving(NativeVerb.LargestProducts).LargestProductsCore(tree, x, norm, k, listedCost, hits);
    }

    private protected abstract void LargestProductsCore(
        RowTree tree, ReadOnlySpan<float> x, float norm, int k, float listedCost, SearchHits hits);

    /// <summary>Sorts hits by id, ascending.</summary>
    /// <param name="hits">Sorted in place.</param>
    /// <param name="largestId">Not below any id.</param>
    internal void SortById(SearchHits hits, int largestId)
    {
        CheckSort(hits, largestId);
        Serving(NativeVerb.SortById).SortByIdCore(hits, largestId);
    }

    private static void CheckSort(SearchHits hits, int largestId)
    {
        foreach (int id in hits.Ids)
            Expect.That(0 <= id && id <= largestId, $"expected ids from 0 to {largestId}, found {id}");
    }

    private protected abstract void SortByIdCore(SearchHits hits, int largestId);
}
