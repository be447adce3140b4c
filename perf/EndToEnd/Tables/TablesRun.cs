using Subquad.Perf.Reports;

namespace Subquad.Perf.EndToEnd.Tables;

/// <summary>
/// What the command reaches with its defaults, beside ridge regression, LightGBM and published figures. A row per set and trainer has the
/// mean over the standard splits; rows of single splits stand before it.
/// </summary>
sealed class TablesRun
{
    public const string SplitKind = "table-split", TableKind = "table", PairKind = "table-pair", Reference = "reference";

    readonly Report _report = new("tables");

    public required DirectoryInfo Data { get; init; }
    public required IReadOnlyList<TableSet> Sets { get; init; }
    public required IReadOnlyList<string> Trainers { get; init; }

    /// <summary>Splits of a set, as far as it has that many.</summary>
    public required int Splits { get; init; }

    /// <summary>The program <c>subquad</c>; null publishes it.</summary>
    public required FileInfo? Program { get; init; }

    /// <summary>Renewed after every split, for the whole run takes hours.</summary>
    public required FileInfo Json { get; init; }

    /// <summary>Rows of an earlier run that was cut off: its splits are kept, not measured again.</summary>
    public required IReadOnlyList<Row> Earlier { get; init; }

    public FinishedRun Run()
    {
        string work = Directory.CreateTempSubdirectory("subquad-tables").FullName;
        try
        {
            string program = Program?.FullName ?? Publish(Path.Combine(work, "command"));
            foreach (TableSet set in Sets)
                Measure(set, program, work);
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
        return new FinishedRun(_report, TablesPage.Of(Sets, _report.Rows));
    }

    string Publish(string folder)
    {
        if (Trainers.Contains(TablesWork.Subquad))
            ChildProgram.Run(Report.RequireRepository(), "dotnet", "publish", "-c", "Release", "src/Cli", "-o", folder);
        return Path.Combine(folder, "Subquad.Cli");
    }

    void Measure(TableSet set, string program, string work)
    {
        int splits = set.HasReferencesOnly ? 0 : Math.Min(Splits, set.Splits);
        var rows = new List<Row>();
        for (int split = 0; split < splits; split++)
            rows.AddRange(Measure(set, split, program, work));
        foreach (string trainer in Trainers)
            if (Summary(set, trainer, [.. rows.Where(row => row.Text("trainer") == trainer)]) is { } summary)
                _report.Add(summary);
        foreach ((string source, double value) in set.References)
            _report.Add(new Row
            {
                { "kind", TableKind }, { "name", set.Name }, { "trainer", Reference }, { "metric", set.Metric.Name }, { "value", value },
                { "source", source },
            });
        if (Pair(set, rows) is { } pair)
            _report.Add(pair);
        _report.Keep(Json);
    }

    List<Row> Measure(TableSet set, int split, string program, string work)
    {
        string[] trainers = [.. Trainers.Where(trainer => TablesWork.Takes(trainer, set))];
        List<Row> rows = [.. Earlier.Where(row => row.Text("kind") == SplitKind && row.Text("name") == set.Name
            && row.Number("split") == split && trainers.Contains(row.Text("trainer")))];
        string[] missing = [.. trainers.Where(trainer => rows.All(row => row.Text("trainer") != trainer))];
        if (missing.Length > 0)
        {
            DirectoryInfo folder = Directory.CreateDirectory(Path.Combine(work, "rows"));
            TableFiles files = set.Write(Data, folder, split);
            rows.AddRange(missing.Select(trainer => Train(set, split, trainer, files, program)).OfType<Row>());
            folder.Delete(recursive: true);
        }
        foreach (Row row in rows)
        {
            _report.AddPeer(row.Text("peer"));
            _report.Add(row);
        }
        _report.Keep(Json);
        return rows;
    }

    /// <summary>A trainer that fails leaves a gap and does not end the run.</summary>
    static Row? Train(TableSet set, int split, string trainer, TableFiles files, string program)
    {
        var row = new Row
        {
            { "kind", SplitKind }, { "name", set.Name }, { "trainer", trainer }, { "metric", set.Metric.Name }, { "split", split },
        };
        try
        {
            foreach ((string name, object value) in TablesWork.Run(trainer, set.Metric, files, program))
                row.Add(name == "version" ? "peer" : name, value);
            return row;
        }
        catch (InvalidOperationException failure)
        {
            Console.Error.WriteLine(failure.Message);
            return null;
        }
    }

    static Row? Summary(TableSet set, string trainer, Row[] rows)
    {
        Row[] standard = [.. rows.Where(row => row.Number("split") < set.StandardSplits)];
        if (standard.Length == 0)
            return null;
        return new Row
        {
            { "kind", TableKind }, { "name", set.Name }, { "trainer", trainer }, { "metric", set.Metric.Name },
            { "value", standard.Average(row => row.Number("value")) },
            { "seconds", standard.Average(row => row.Number("seconds")) },
            { "peak_bytes", standard.Max(row => row.Number("peak_bytes")) },
            { "splits", standard.Length },
        };
    }

    static Row? Pair(TableSet set, List<Row> rows)
    {
        (double, double)[] pairs = [.. Of(TablesWork.Subquad).Join(Of(TablesWork.Ridge), row => row.Number("split"),
            row => row.Number("split"), (own, ridge) => (own.Number("value")!.Value, ridge.Number("value")!.Value))];
        if (pairs.Length == 0)
            return null;
        PairedDifference difference = PairedDifference.Of(pairs);
        return new Row
        {
            { "kind", PairKind }, { "name", set.Name }, { "metric", set.Metric.Name }, { "splits", difference.Count },
            { "difference", difference.Mean },
            { "standard_error", double.IsNaN(difference.StandardError) ? null : difference.StandardError },
            { "ridge", pairs.Average(pair => pair.Item2) },
        };

        IEnumerable<Row> Of(string trainer) => rows.Where(row => row.Text("trainer") == trainer && row.Number("value") is not null);
    }
}
