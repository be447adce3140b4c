namespace Subquad.Perf.Reports;

/// <summary>The rows of a run and what it ran with, on their way to files.</summary>
sealed class Report(string run)
{
    readonly List<Row> _rows = [];
    readonly SortedSet<string> _kernels = [], _peers = [];

    public IReadOnlyList<Row> Rows => _rows;

    /// <summary>Takes a row and says it at once: runs take minutes.</summary>
    public void Add(Row row)
    {
        _rows.Add(row);
        if (row.Text("kernels") is { } kernels)
            _kernels.Add(kernels);
        Console.WriteLine(string.Join("  ", row.Select(Described)));

        static string Described(KeyValuePair<string, object> field) =>
            field.Value is double number ? $"{field.Key}={number:G4}" : $"{field.Key}={field.Value}";
    }

    /// <summary>Names a library, with its version, that ran beside Subquad.</summary>
    public void AddPeer(string? nameAndVersion)
    {
        if (nameAndVersion is not null)
            _peers.Add(nameAndVersion);
    }

    /// <summary>Writes the rows so far, so that a run that is cut off can go on from them.</summary>
    public void Keep(FileInfo json)
    {
        Directory.CreateDirectory(json.DirectoryName!);
        Json.Write(json.FullName, _rows);
    }

    /// <summary>
    /// Writes the rows to the file asked for, and the tables and the plot beside it. A run of the standard cases also renews the published
    /// results; a partial one must not replace them.
    /// </summary>
    public void Save(FileInfo json, string tables, string? plot, bool standard)
    {
        string page = Heading() + tables;
        Write(json.FullName, page, plot);
        if (standard && PublishedFolder() is { } folder)
            Write(Path.Combine(Directory.CreateDirectory(Path.Combine(folder, Machine.Slug)).FullName, run + ".json"), page, plot);
    }

    void Write(string json, string page, string? plot)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(json)!);
        Json.Write(json, _rows);
        string markdown = Path.ChangeExtension(json, ".md");
        if (plot is not null)
        {
            string picture = Path.ChangeExtension(json, ".svg");
            File.WriteAllText(picture, plot);
            page += $"\n![{run}]({Path.GetFileName(picture)})\n";
        }
        File.WriteAllText(markdown, page);
        Console.WriteLine($"written: {json}, {markdown}");
    }

    string Heading()
    {
        string kernels = _kernels.Count == 0 ? "none" : string.Join(", ", _kernels);
        string peers = _peers.Count == 0 ? "no peer" : string.Join(", ", _peers);
        string machine = $"{Machine.Processor}, {Environment.ProcessorCount} cores; .NET {Environment.Version}";
        return $"{machine}; kernels {kernels}; {peers}; {DateTime.UtcNow:yyyy-MM-dd}.\n\n";
    }

    /// <summary>The published rows of a run on this machine; null outside the repository.</summary>
    public static FileInfo? Published(string run) =>
        PublishedFolder() is { } folder ? new(Path.Combine(folder, Machine.Slug, run + ".json")) : null;

    /// <inheritdoc cref="Repository"/>
    /// <exception cref="InvalidOperationException">It does not run from there.</exception>
    public static string RequireRepository() =>
        Repository() ?? throw new InvalidOperationException("this program does not run from a build inside the repository");

    static string? PublishedFolder() => Repository() is { } repository ? Path.Combine(repository, "perf", "results") : null;

    /// <summary>The repository this program was built in, if it still runs from there.</summary>
    public static string? Repository()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (Directory.Exists(Path.Combine(folder.FullName, "perf", "EndToEnd")))
                return folder.FullName;
        return null;
    }
}
