using Subquad.Perf.Reports;
using static Subquad.Perf.Reports.MarkdownTable;

namespace Subquad.Perf.EndToEnd.Solvers;

/// <summary>
/// Everything about the solver and the weights of the paper, in parts that can be measured one by one: a part replaces its own rows in the
/// file and leaves those of the others, and the page shows whatever is there.
/// </summary>
sealed class SolversRun
{
    /// <summary>The parts, in the order of the page.</summary>
    public static readonly string[] PartNames = ["iterations", "break-even", "verbs", "lazy", "fashion"];

    readonly Report _report = new("solvers");

    /// <summary>The parts to measure.</summary>
    public required IReadOnlyList<string> Parts { get; init; }

    public required int Threads { get; init; }

    /// <summary>Break-even: cases with more data are left out.</summary>
    public required int MostData { get; init; }

    public required bool WithPeer { get; init; }

    /// <summary>Folder of Fashion-MNIST.</summary>
    public required DirectoryInfo Data { get; init; }

    /// <summary>Rows of earlier runs on this machine: those of the parts that are not measured now are kept.</summary>
    public required IReadOnlyList<Row> Earlier { get; init; }

    public FinishedRun Run()
    {
        var pages = new List<string>();
        foreach (string part in PartNames)
        {
            var rows = new List<Row>();
            foreach (Row row in Parts.Contains(part) ? Measured(part) : Earlier.Where(row => row.Text("part") == part))
            {
                _report.AddPeer(row.Text("version"));
                _report.Add(row);
                rows.Add(row);
            }
            if (rows.Count > 0)
                pages.Add(Table(part, rows));
        }
        return new FinishedRun(_report, string.Join("\n", pages));
    }

    IEnumerable<Row> Measured(string part)
    {
        foreach (Row row in Cases(part))
        {
            var named = new Row { { "part", part } };
            foreach ((string name, object value) in row)
                named.Add(name, value);
            yield return named;
        }
    }

    IEnumerable<Row> Cases(string part) => part switch
    {
        "iterations" => IterationCases.Run(Threads),
        "break-even" => BreakEvenCases.Run(Threads, MostData),
        "verbs" => Verbs(),
        "lazy" => LazyCases.Run().Concat(HeldProductCases.Run()),
        "fashion" => FashionSolverCases.Run(Data, Threads),
        _ => [],
    };

    IEnumerable<Row> Verbs()
    {
        using var cases = new VerbCases(Threads, repeats: 5, WithPeer);
        foreach (Row row in cases.Run())
            yield return row;
    }

    static string Table(string part, List<Row> rows) => part switch
    {
        "iterations" => IterationCases.Table(rows),
        "break-even" => BreakEvenCases.Table(rows),
        "verbs" => VerbTable(rows),
        "lazy" => LazyCases.Table(rows),
        "fashion" => FashionSolverCases.Table(rows),
        _ => "",
    };

    static string VerbTable(List<Row> rows)
    {
        var table = new MarkdownTable("verb", "m", "n", "density", "ms", "peer", "peer, ms", "peer / Subquad");
        foreach (Row row in rows)
            table.Add(
                row.Text("name")!, Cell(row.Number("m")), Cell(row.Number("n")), Percent(row.Number("density")),
                Milliseconds(row.Number("seconds")), row.Text("peer") ?? "-",
                Milliseconds(row.Number("peer_seconds")), Cell(row.Number("ratio")));
        return $"""
            The verbs that solvers stand on: Walsh-Hadamard transforms of n rows of length m in place beside a copy of the same memory by as
            many threads, the Cholesky factorisation of order n (float64) and the Gram matrix of n sparse rows of width m beside the dense
            factorisation and product of OpenBLAS. Medians of five.

            {table}
            """;
    }
}
