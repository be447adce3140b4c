using Subquad.Perf.Reports;
using static Subquad.Perf.Reports.MarkdownTable;

namespace Subquad.Perf.EndToEnd.Kernels;

/// <summary>The kernels run as its page of results shows it.</summary>
static class KernelTables
{
    public static string Render(IReadOnlyList<Row> rows)
    {
        var verbs = new MarkdownTable(
            "width", "batch", "fires", "threads", "verb", "ms", "dense libtorch ms", "times faster", "OpenBLAS ms", "times faster",
            "of forward",
            "MB of W", "GB/s", "M elements", "Gelement/s");
        var packed =
            new MarkdownTable("width", "batch", "fires", "threads", "pull-back ms", "pack ms", "packed pull-back ms", "times faster");
        foreach (Row row in rows)
        {
            string[] shape =
                [$"{row.Number("m"):#,0}", $"{row.Number("batch")}", Percent(row.Number("density")), $"{row.Number("threads")}"];
            verbs.Add([
                .. shape, row.Text("name")!, Milliseconds(row.Number("seconds")), Milliseconds(row.Number("peer_seconds")),
                Cell(row.Number("ratio")),
                Milliseconds(row.Number("openblas_seconds")), Cell(row.Number("openblas_ratio")), Cell(row.Number("forward_ratio")),
                Cell(row.Number("touched_bytes") / 1e6), Cell(row.Number("gigabytes_per_second")),
                Cell(row.Number("elements") / 1e6), Cell(row.Number("gigaelements_per_second"))]);
            if (row.Number("packed_seconds") is { } seconds)
                packed.Add([
                    .. shape, Milliseconds(row.Number("seconds")), Milliseconds(row.Number("pack_seconds")), Milliseconds(seconds),
                    Cell(row.Number("packed_ratio"))]);
        }
        return $"""
            One layer of width x width. "fires" is the share of neurons that is active, at both ends of the layer. The dense library does
            the whole layer's work (sgemm). MB of W are the 64-byte lines that hold an element in use, each counted once (a scatter also
            writes them back); elements are multiply-adds.

            {verbs}
            A pull-back from packed blocks W[T, S], which are gathered once per step:

            {packed}
            """;
    }
}
