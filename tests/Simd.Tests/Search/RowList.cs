using NUnit.Framework;
using Subquad.Simd.Memory;
using Subquad.Simd.Search;
using Subquad.Support;

namespace Subquad.Simd.Tests.Search;

/// <summary>
/// Brute force: rows in a plain list, every query by one loop over all of them. Products and distances are the chains that the contract
/// names.
/// </summary>
internal sealed class RowList(KernelSet kernels, int dimension)
{
    private readonly SortedDictionary<int, float[]> _rows = [];

    public int Count => _rows.Count;

    public int[] Ids => [.. _rows.Keys];

    public float[] this[int id]
    {
        get => _rows[id];
        set => _rows[id] = value;
    }

    public void Remove(int id) => _rows.Remove(id);

    /// <summary>Holds every query on every path against this list.</summary>
    public void Expect(HalfSpaceTree tree, SearchHits hits, float[] x, float bound, int k, string what)
    {
        var ids = new List<int>();
        var values = new List<float>();
        foreach ((int id, float[] row) in _rows)
            if (Product(row, x) > bound)
            {
                ids.Add(id);
                values.Add(Product(row, x));
            }
        (int, float)[] near = Best(row => Distance(row, x), k), large = Best(row => -Product(row, x), k);
        Assert.That(tree.Count, Is.EqualTo(Count), what);
        int[]? order = null;
        foreach (SearchPath path in (SearchPath[])[SearchPath.Tree, SearchPath.Scan, SearchPath.Automatic])
        {
            tree.Path = path;
            string where = $"{what}, {path}";
            tree.Report(x, bound, hits);
            order ??= hits.Ids.ToArray();
            Assert.That(hits.Ids.SequenceEqual(order), $"{where}: the order of the ids");
            tree.ReportAscending(x, bound, hits);
            Assert.That(hits.Ids.SequenceEqual(ids.ToArray()), $"{where}: {hits.Count} rows reported of {ids.Count} above {bound}");
            Numbers.SameBits(hits.Values, values.ToArray(), where);
            tree.Nearest(x, k, hits);
            Same(hits, near, 1, $"{where}: nearest");
            tree.MaxInnerProduct(x, k, hits);
            Same(hits, large, -1, $"{where}: products");
        }
    }

    public float Product(float[] row, float[] x)
    {
        float sum = 0;
        for (int j = 0; j < dimension; j++)
            sum = MulAdd(row[j], x[j], sum);
        return sum;
    }

    private float Distance(float[] row, float[] x)
    {
        float sum = 0;
        for (int j = 0; j < dimension; j++)
            sum = MulAdd(row[j] - x[j], row[j] - x[j], sum);
        return sum;
    }

    private (int Id, float Score)[] Best(Func<float[], float> score, int k) =>
        [.. _rows.Select(pair => (pair.Key, Score: score(pair.Value))).Where(pair => pair.Score < float.PositiveInfinity)
            .OrderBy(pair => pair.Score).ThenBy(pair => pair.Key).Take(k)];

    private static void Same(SearchHits hits, (int Id, float Score)[] expected, float sign, string what)
    {
        Assert.That(hits.Count, Is.EqualTo(expected.Length), what);
        for (int i = 0; i < expected.Length; i++)
            if (hits.Ids[i] != expected[i].Id || hits.Values[i] != sign * expected[i].Score)
                Assert.Fail($"{what}: place {i} is row {hits.Ids[i]} with {hits.Values[i]:R}, expected row {expected[i].Id} with " +
                    $"{sign * expected[i].Score:R}");
    }

    private float MulAdd(float a, float b, float c) => kernels.IsFused ? MathF.FusedMultiplyAdd(a, b, c) : (a * b) + c;
}
