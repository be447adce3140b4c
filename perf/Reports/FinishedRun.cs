namespace Subquad.Perf.Reports;

/// <summary>What a run found: its rows, and the same as tables.</summary>
sealed record FinishedRun(Report Report, string Tables)
{
    /// <summary>The same as a picture (SVG), where a run has one.</summary>
    public string? Plot { get; init; }

    /// <inheritdoc cref="Report.Save"/>
    public void Save(FileInfo json, bool standard) => Report.Save(json, Tables, Plot, standard);
}
