using Subquad.Simd;
using Subquad.Simd.Dispatch;
using Subquad.Simd.Memory;
using Subquad.Simd.Search;

namespace Subquad.Perf.Kernels.Cases;

/// <summary>Queries of a half-space tree over uniform rows; each set asks a tree that it built.</summary>
sealed class SearchCases : IVerbCases
{
    const int Rows = 1 << 17, Dimension = 8, Nearest = 10;

    readonly Dictionary<KernelSet, HalfSpaceTree> _trees = [];
    readonly float[] _rows = Operands.Uniform(Rows * Dimension, 1);
    readonly SearchHits _hits = new();
    readonly float[] _x = Operands.Uniform(Dimension, 2), _corner = [.. Enumerable.Repeat(0.5f, Dimension)];

    public IEnumerable<VerbCase> Cases()
    {
        const float bound = 0.9f;
        string shape = $"{Rows:#,0} rows, d = {Dimension}";
        yield return Asks("ReportHalfSpace", shape, tree => tree.Report(_corner, bound, _hits));
        yield return Asks("SortById", "a report and its sorting, " + shape, tree => tree.ReportAscending(_corner, bound, _hits));
        yield return Asks("Nearest", $"{shape}, {Nearest} nearest", tree => tree.Nearest(_x, Nearest, _hits));
        yield return Asks("LargestProducts", $"{shape}, {Nearest} largest", tree => tree.MaxInnerProduct(_x, Nearest, _hits));
    }

    public void Dispose()
    {
        foreach (HalfSpaceTree tree in _trees.Values)
            tree.Dispose();
        _hits.Dispose();
    }

    /// <summary>The bytes are those of the rows that the query computes.</summary>
    VerbCase Asks(string name, string shape, Action<HalfSpaceTree> query)
    {
        query(TreeOf(KernelSets.Available[0]));
        double rows = _hits.RowGroups * RowTree.Group, bytes = 4 * rows * Dimension;
        return new(name, $"{shape}, {_hits.Count:#,0} found", set => query(TreeOf(set)))
        {
            Flops = 2 * rows * Dimension,
            Bytes = bytes,
            Footprint = bytes,
        };
    }

    HalfSpaceTree TreeOf(KernelSet set)
    {
        if (!_trees.TryGetValue(set, out HalfSpaceTree? tree))
            _trees.Add(set, tree = new(_rows, Dimension, set) { Path = SearchPath.Tree });
        return tree;
    }
}
