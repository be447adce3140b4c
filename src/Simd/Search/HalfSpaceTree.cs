using Subquad.Simd.Memory;

namespace Subquad.Simd.Search;

/// <summary>How a query goes about it. All ways give the same rows, with the same bits.</summary>
public enum SearchPath
{
    /// <summary>Down the tree, or a scan where the cost model says that it is faster.</summary>
    Automatic,

    /// <summary>Down the tree.</summary>
    Tree,

    /// <summary>Every row in storage order.</summary>
    Scan,
}

/// <summary>
/// Rows in R^d that answer which of them exceed a half-space, are nearest to a point, or have the largest inner product with it. Exact:
/// every query returns what a scan of all rows in float32 would, bit for bit, whatever the tree looks like. Queries may run on several
/// threads at once, each with its own <see cref="SearchHits"/>; a change beside another call throws.
/// </summary>
/// <remarks>
/// <para>A packed tree of boxes and balls with a fan-out of sixteen: see <see cref="RowTree"/> for the layout, <see cref="RowSplitter"/>
/// for the order of the rows, <see cref="BallFitter"/> for the balls and why rounding cannot make them miss a row. A query tests sixteen
/// nodes, or rows, at a time (algorithm A9 with balls for partitions).</para>
/// <para>Changes: a moved row stays in its leaf while the sides of the leaf's box have grown by a quarter at most. Where that slack is used
/// up, the smallest subtree around it that has some left is split anew in its place, if enough of its rows need that; the other rows, and
/// new ones, go to fresh leaves at the end, which are split anew whenever their rows have doubled. When fresh rows and empty slots make up
/// a quarter of the tree, all of it is built again.</para>
/// </remarks>
public sealed partial class HalfSpaceTree : IDisposable, INativeOwner
{
    /// <summary>Where norms multiply to less than this no product overflows, and the balls' bounds hold; elsewhere queries scan.</summary>
    private const double LargestProduct = 1e38;

    private readonly KernelSet _kernels;
    private RowTree _tree;
    private double _largestNorm;
    private float _listedCost = DefaultListedCost;
    private UseCount _uses;

    /// <summary>A tree over rows with the ids 0, 1, 2, ...</summary>
    /// <param name="rows">Row after row; a multiple of <paramref name="dimension"/>, possibly none.</param>
    /// <param name="dimension">d, at least 1.</param>
    /// <param name="kernels">Computes everything.</param>
    /// <exception cref="ArgumentOutOfRangeException">The dimension is below 1.</exception>
    /// <exception cref="ArgumentException">The numbers are no whole rows, or one of them is NaN or infinite; the message names its
    /// row.</exception>
    public HalfSpaceTree(ReadOnlySpan<float> rows, int dimension, KernelSet kernels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 1);
        ArgumentNullException.ThrowIfNull(kernels);
        if (rows.Length % dimension != 0)
            throw new ArgumentException($"{rows.Length} numbers are no whole rows of {dimension}");
        _kernels = kernels;
        Dimension = dimension;
        using var copy = new NativeBuffer<float>(rows.Length);
        rows.CopyTo(copy.Span);
        // What is checked must be what is used, also when another thread changes the rows meanwhile.
        CheckFinite(copy.Span);
        _tree = new RowTree(dimension, 1);
        var ids = new int[rows.Length / dimension];
        for (int i = 0; i < ids.Length; i++)
            ids[i] = i;
        foreach (int id in ids)
            ReserveId(id);
        Build(copy, ids);
    }

    /// <summary>d.</summary>
    public int Dimension { get; }

    /// <summary>Rows in the tree.</summary>
    public int Count { get; private set; }

    /// <summary>Forces a way through queries; the default lets the cost model choose.</summary>
    public SearchPath Path { get; set; }

    ref UseCount INativeOwner.Uses => ref _uses;

    /// <summary>Groups of sixteen rows that a scan reads.</summary>
    public int RowGroups => _tree.Leaves;

    /// <summary>
    /// What a group of rows reached through the tree costs, in groups of a scan: measured on these rows when they were built.
    /// </summary>
    public double ListedCost => _listedCost;

    /// <summary>Ids and inner products of all rows w with &lt;w, x&gt; > b, in the order in which the tree holds the rows.</summary>
    /// <param name="x">d finite numbers.</param>
    /// <param name="bound">b; for NaN there is no such row.</param>
    /// <param name="hits">Overwritten.</param>
    /// <exception cref="ArgumentException">x has not d numbers, or one of them is NaN or infinite.</exception>
    /// <exception cref="ObjectDisposedException">The tree or the hits were disposed.</exception>
    /// <exception cref="InvalidOperationException">Another call is changing the tree, or is using the hits.</exception>
    public void Report(ReadOnlySpan<float> x, float bound, SearchHits hits)
    {
        using Use use = Use.Shared(this), use1 = Use.Alone(hits);
        ReportCore(x, bound, hits);
    }

    private void ReportCore(ReadOnlySpan<float> x, float bound, SearchHits hits)
    {
        CheckQuery(x);
        double norm = NormOf(x);
        _kernels.ReportHalfSpace(
            _tree, x, RoundedUp(norm), bound, norm * _largestNorm < LargestProduct ? CostOf(Path) : float.PositiveInfinity, hits);
    }

    /// <summary>As <see cref="Report"/>, in ascending order of the ids: the sort takes a few nanoseconds per row found.</summary>
    /// <inheritdoc cref="Report"/>
    public void ReportAscending(ReadOnlySpan<float> x, float bound, SearchHits hits)
    {
        using Use use = Use.Shared(this), use1 = Use.Alone(hits);
        ReportCore(x, bound, hits);
        _kernels.SortById(hits, _largestId);
    }

    /// <summary>
    /// The k rows nearest to x, nearest first, with their squared Euclidean distances; of equal distances the smaller id first. All rows
    /// when there are fewer than k.
    /// </summary>
    /// <param name="x">d finite numbers.</param>
    /// <param name="k">0 or more.</param>
    /// <param name="hits">Overwritten. Rows whose squared distance overflows are left out.</param>
    /// <exception cref="ArgumentException">x has not d numbers, or one of them is NaN or infinite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">k is negative.</exception>
    public void Nearest(ReadOnlySpan<float> x, int k, SearchHits hits)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(k);
        using Use use = Use.Shared(this), use1 = Use.Alone(hits);
        CheckQuery(x);
        _kernels.Nearest(_tree, x, k, CostOf(Path), hits);
    }

    /// <summary>
    /// The k rows with the largest inner products with x, the largest first; of equal products the smaller id first. All rows when there
    /// are fewer than k.
    /// </summary>
    /// <param name="x">d finite numbers.</param>
    /// <param name="k">0 or more.</param>
    /// <param name="hits">Overwritten. Rows whose product overflows to NaN or -infinity are left out.</param>
    /// <exception cref="ArgumentException">x has not d numbers, or one of them is NaN or infinite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">k is negative.</exception>
    public void MaxInnerProduct(ReadOnlySpan<float> x, int k, SearchHits hits)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(k);
        using Use use = Use.Shared(this), use1 = Use.Alone(hits);
        CheckQuery(x);
        double norm = NormOf(x);
        _kernels.LargestProducts(
            _tree, x, RoundedUp(norm), k, norm * _largestNorm < LargestProduct ? CostOf(Path) : float.PositiveInfinity, hits);
    }

    /// <summary>Gives all memory back. Calling it again does nothing.</summary>
    public void Dispose() => _uses.Close(this);

    void INativeOwner.Free()
    {
        _tree.Dispose();
    }

    private float CostOf(SearchPath path) => path switch
    {
        SearchPath.Tree => 0,
        SearchPath.Scan => float.PositiveInfinity,
        _ => _listedCost,
    };

    /// <summary>Not below the norm: the relative error of the sum of squares is far below 1e-7 for any d that fits into memory.</summary>
    private double NormOf(ReadOnlySpan<float> x) => Math.Sqrt(_kernels.SquaredNorm(x)) * (1 + 1e-7);

    private static float RoundedUp(double norm) => Math.Max(float.Epsilon, MathF.BitIncrement((float)norm));

    private void CheckQuery(ReadOnlySpan<float> x)
    {
        if (x.Length != Dimension)
            throw new ArgumentException($"a query of {x.Length} numbers was asked of rows of {Dimension}");
        foreach (float number in x)
            if (!float.IsFinite(number))
                throw new ArgumentException($"a query must be finite; this one holds {number}");
    }
}
