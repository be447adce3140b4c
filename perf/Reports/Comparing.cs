namespace Subquad.Perf.Reports;

/// <summary>Finds the earlier results that new ones are compared with, and says how they compare.</summary>
sealed class Comparing
{
    /// <summary>A slower row named in an annotation says where to look; the table has them all.</summary>
    const int Named = 5;

    /// <summary>The earlier results; null for those of <see cref="History"/>, or else the published ones of this processor.</summary>
    public FileInfo? Against { get; init; }

    /// <summary>
    /// A folder of earlier results, in it a folder per processor, which takes the new ones unless a row is slower: results that are worse
    /// must not become the measure.
    /// </summary>
    public DirectoryInfo? History { get; init; }

    /// <inheritdoc cref="Comparison(double)"/>
    public required double Band { get; init; }

    /// <summary>Whether GitHub Actions reads the output: what it should show beside the run is marked.</summary>
    public bool Annotates { get; init; }

    /// <summary>Returns the exit code.</summary>
    public int Run(FileInfo json, TextWriter output)
    {
        FileInfo? kept = History is null ? null : new(Path.Combine(History.FullName, Machine.Slug, json.Name));
        FileInfo? earlier = Against ?? (kept is { Exists: true } ? kept : Report.Published(Path.GetFileNameWithoutExtension(json.Name)));
        // No fault of the code: this kind of machine was never measured.
        if (Against is null && earlier is not { Exists: true })
        {
            output.WriteLine(
                $"{(Annotates ? "::notice::" : "notice: ")}nothing to compare with, no {earlier?.FullName ?? "published results"}; "
                + "check the new file in there if this kind of machine is to be watched");
            Keep(json, kept);
            return 0;
        }
        var comparison = new Comparison(Band);
        comparison.Add(Read(earlier!), Read(json));
        output.WriteLine($"{json.FullName} against {earlier!.FullName}\n\n{comparison}");
        if (comparison.Matched == 0)
            output.WriteLine($"{(Annotates ? "::warning::" : "")}no row of one is in the other: nothing was compared");
        if (Annotates && comparison.Slower > 0)
            output.WriteLine(
                $"::warning::{comparison.Slower} of {comparison.Matched} rows are slower by more than the band: "
                + $"{string.Join("; ", comparison.SlowerRows.Take(Named))}{(comparison.Slower > Named ? "; ..." : "")}");
        if (comparison.Slower > 0 || comparison.Matched == 0)
            return 1;
        Keep(json, kept);
        return 0;
    }

    static void Keep(FileInfo json, FileInfo? kept)
    {
        if (kept is null)
            return;
        kept.Directory!.Create();
        json.CopyTo(kept.FullName, overwrite: true);
    }

    static List<Row> Read(FileInfo file) => Json.Read(File.ReadAllText(file.FullName));
}
