using System.Diagnostics;
using Subquad.Perf.EndToEnd.Peers;
using Subquad.Perf.Reports;
using Subquad.Simd;
using Subquad.Simd.Dispatch;
using Subquad.Simd.Memory;
using Subquad.Simd.Search;
using static Subquad.Perf.Reports.MarkdownTable;

namespace Subquad.Perf.EndToEnd.Search;

/// <summary>
/// Half-space reports and nearest neighbours on one thread, beside a scan of the same rows by the same kernels, and beside nanoflann. A
/// query's time is its median over the repeats, in each of which the two paths take turns, a round of all queries each; a row shows the
/// mean over the queries.
/// </summary>
sealed class SearchRun
{
    static readonly (int Dimension, bool Clustered, double[] Selected)[] s_reports =
        [(3, false, [0.01]), (4, false, [0.01]), (8, false, [0.0001, 0.01]), (16, true, [0.001]), (16, false, [0.001])];

    const int NearestDimension = 8;

    readonly Report _report = new("search");
    readonly MarkdownTable _reports = new("rows", "d", "selected", "scan", "Subquad", "ratio", "rows read", "ids ascending", "ratio");
    readonly MarkdownTable _nearest = new("query", "peer", "peer's time", "Subquad", "ratio");
    readonly KernelSet _kernels = KernelSets.Best;

    public required int Rows { get; init; }
    public required int Repeats { get; init; }
    public required bool WithPeer { get; init; }

    public FinishedRun Run()
    {
        foreach ((int dimension, bool clustered, double[] selected) in s_reports)
        {
            var search = new SearchCase(Rows, dimension, clustered, Repeats);
            long start = Stopwatch.GetTimestamp();
            using var tree = new HalfSpaceTree(search.RowData(), dimension, _kernels);
            double build = Stopwatch.GetElapsedTime(start).TotalSeconds;
            foreach (double share in selected)
                Report(search, tree, share, build);
            if (dimension == NearestDimension)
                Nearest(search, tree);
        }
        return new FinishedRun(_report, $"""
            All rows w with <w, x> > b, ids and inner products, out of {Rows:#,0} on one thread; {SearchCase.QueryCount} random directions
            x, b such that the share named is selected. Clustered: 1,000 normal centres, deviation 0.2. The scan reads the same rows by the
            same kernels and gives the same bits in the same order; with ids ascending both also sort.

            {_reports}
            The ten rows with the least distance to, or the largest inner product with, a normal x; {Rows:#,0} normal rows,
            d = {NearestDimension}.

            {_nearest}
            """);
    }

    void Report(SearchCase search, HalfSpaceTree tree, double share, double build)
    {
        float[] directions = search.Directions();
        float[] bounds = Bounds(search, tree, directions, share);
        using var hits = new SearchHits();
        Timed plain = Time(search, tree, hits, directions, (x, query) => tree.Report(x, bounds[query], hits));
        Timed ascending = Time(search, tree, hits, directions, (x, query) => tree.ReportAscending(x, bounds[query], hits));
        _report.Add(new Row
        {
            { "kind", "query" },
            { "name", "report" },
            { "rows", search.Rows },
            { "d", search.Dimension },
            { "selected", share },
            { "data", search.Data },
            { "threads", 1 },
            { "kernels", _kernels.Name },
            { "seconds", plain.Automatic },
            { "peer", "scan" },
            { "peer_seconds", plain.Scan },
            { "ratio", plain.Scan / plain.Automatic },
            { "ascending_seconds", ascending.Automatic },
            { "ascending_peer_seconds", ascending.Scan },
            { "ascending_ratio", ascending.Scan / ascending.Automatic },
            { "rows_read", plain.RowsRead },
            { "node_groups", plain.NodeGroups },
            { "scanned_fraction", plain.Scanned },
            { "scan_gigabytes_per_second", 4.0 * search.Rows * search.Dimension / plain.Scan / 1e9 },
            { "listed_cost", tree.ListedCost },
            { "build_seconds", build },
        });
        _reports.Add(
            search.Data, $"{search.Dimension}", $"{100 * share:0.##} %", Microseconds(plain.Scan), Microseconds(plain.Automatic),
            Cell(plain.Scan / plain.Automatic),
            $"{Cell(100 * plain.RowsRead)} %", Microseconds(ascending.Automatic), Cell(ascending.Scan / ascending.Automatic));
    }

    void Nearest(SearchCase search, HalfSpaceTree tree)
    {
        float[] queries = search.Queries();
        using var hits = new SearchHits();
        double farthest = 0;
        Timed near =
            Time(search, tree, hits, queries, (x, _) => tree.Nearest(x, SearchCase.Neighbours, hits), () => farthest += hits.Values[^1]);
        Add("nearest", "scan", near.Scan, near);
        Row? peer = WithPeer ? PeerProcess.Run("nanoflann", search.Rows, search.Dimension, 0, search.Repeats).FirstOrDefault() : null;
        if (peer is not null)
        {
            double expected = peer.Number("farthest")!.Value;
            if (Math.Abs(farthest - expected) > 1e-4 * expected)
                throw new InvalidOperationException(
                    $"nanoflann finds other neighbours: their tenth squared distances add up to {expected}, Subquad's to {farthest}");
            _report.AddPeer(peer.Text("version"));
            Add("nearest", "nanoflann", peer.Number("seconds")!.Value, near);
        }
        Timed large = Time(search, tree, hits, queries, (x, _) => tree.MaxInnerProduct(x, SearchCase.Neighbours, hits));
        Add("max-inner-product", "scan", large.Scan, large);

        void Add(string name, string beside, double seconds, Timed timed)
        {
            _report.Add(new Row
            {
                { "kind", "query" },
                { "name", name },
                { "rows", search.Rows },
                { "d", search.Dimension },
                { "selected", SearchCase.Neighbours },
                { "data", search.Data },
                { "threads", 1 },
                { "kernels", _kernels.Name },
                { "seconds", timed.Automatic },
                { "peer", beside },
                { "peer_seconds", seconds },
                { "ratio", seconds / timed.Automatic },
                { "rows_read", timed.RowsRead },
                { "node_groups", timed.NodeGroups },
                { "scanned_fraction", timed.Scanned },
            });
            _nearest.Add(name, beside, Microseconds(seconds), Microseconds(timed.Automatic), Cell(seconds / timed.Automatic));
        }
    }

    readonly record struct Timed(double Automatic, double Scan, double RowsRead, double NodeGroups, double Scanned);

    static Timed Time(SearchCase search, HalfSpaceTree tree, SearchHits hits, float[] queries, Asking ask, Action? first = null)
    {
        double[][] automatic = Times(), scan = Times();
        double rowGroups = 0, nodeGroups = 0, scanned = 0;
        for (int repeat = 0; repeat < search.Repeats; repeat++)
            foreach (SearchPath path in (SearchPath[])[SearchPath.Scan, SearchPath.Automatic])
            {
                tree.Path = path;
                // A round that is not timed: caches are then as they are in a host that always goes this way.
                for (int round = 0; round < 2; round++)
                    for (int query = 0; query < SearchCase.QueryCount; query++)
                    {
                        long start = Stopwatch.GetTimestamp();
                        ask(queries.AsSpan(query * search.Dimension, search.Dimension), query);
                        (path == SearchPath.Scan ? scan : automatic)[query][repeat] = Stopwatch.GetElapsedTime(start).TotalSeconds;
                        if (repeat > 0 || round > 0 || path == SearchPath.Scan)
                            continue;
                        first?.Invoke();
                        rowGroups += hits.RowGroups;
                        nodeGroups += hits.NodeGroups;
                        scanned += hits.Scanned ? 1 : 0;
                    }
            }
        const double Queries = SearchCase.QueryCount;
        return new Timed(
            automatic.Average(Measure.Median), scan.Average(Measure.Median), rowGroups / tree.RowGroups / Queries, nodeGroups / Queries,
            scanned / Queries);

        double[][] Times() => [.. Enumerable.Range(0, SearchCase.QueryCount).Select(_ => new double[search.Repeats])];
    }

    /// <summary>Bounds that the share named of all rows exceeds.</summary>
    static float[] Bounds(SearchCase search, HalfSpaceTree tree, float[] directions, double share)
    {
        using var hits = new SearchHits();
        return [.. Enumerable.Range(0, SearchCase.QueryCount).Select(query =>
        {
            tree.Report(directions.AsSpan(query * search.Dimension, search.Dimension), float.NegativeInfinity, hits);
            float[] products = hits.Values.ToArray();
            Array.Sort(products);
            return products[products.Length - 1 - (int)(share * products.Length)];
        })];
    }

    static string Microseconds(double seconds) => $"{Cell(1e6 * seconds)} µs";

    delegate void Asking(ReadOnlySpan<float> x, int query);
}
