using Subquad.Perf.EndToEnd.Results;
using static Subquad.Perf.EndToEnd.Results.MarkdownTable;

namespace Subquad.Perf.EndToEnd.Runs.Solvers;

/// <summary>
/// Everything about the solver and the weights of the paper, in parts that can be measured one by one: a part replaces its own rows in the file and leaves those of the others, and the page shows
/// whatever is there.
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
            Row[] rows = [.. Parts.Contains(part) ? Measured(part) : Earlier.Where(row => row.Text("part") == part)];
            foreach (Row row in rows)
            {
                _report.AddPeer(row.Text("version"));
                _report.Add(row);
            }
            if (rows.Length > 0)
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
            Console.WriteLine(string.Join("  ", named.Select(field => $"{field.Key}={field.Value}")));
            yield return named;
        }
    }

    IEnumerable<Row> Cases(string part) => part switch
    {
        "iterations" => IterationCases.Run(Threads),
        "break-even" => BreakEvenCases.Run(Threads, MostData),
        "fashion" => FashionSolverCases.Run(Data, Threads),
        _ => [],
    };

    static string Table(string part, Row[] rows) => part switch
    {
        "iterations" => IterationCases.Table(rows),
        "break-even" => BreakEvenCases.Table(rows),
        "fashion" => FashionSolverCases.Table(rows),
        _ => "",
    };
}
