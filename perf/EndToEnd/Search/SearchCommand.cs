using System.CommandLine;
using Subquad.Perf.EndToEnd.Peers;
using static Subquad.Perf.Reports.RunOptions;

namespace Subquad.Perf.EndToEnd.Search;

/// <summary><c>search</c>.</summary>
static class SearchCommand
{
    /// <summary>The rows of nanoflann are not in memory beside those of Subquad.</summary>
    public static readonly PeerWork[] Work =
        [new("nanoflann", arguments => NanoflannPeer.Run(SearchCase.Parse(arguments)) is { } row ? [row] : [])];

    public static Command Create()
    {
        Option<FileInfo> json = JsonFile();
        Option<int> rows = Positive("--rows", "Rows to search.", 1_000_000);
        Option<int> repeats = Positive("--repeats", "Repeats of each query, of which the median counts.", 9);
        Option<bool> noPeer = new("--no-peer")
        {
            Description = "Measure Subquad alone: nanoflann is neither compiled nor run.",
        };
        const string says = "Times half-space reports and nearest neighbours beside a scan, and beside nanoflann.";
        var command = new Command("search", says) { json, rows, repeats, noPeer };
        command.SetAction(parsed => new SearchRun
        {
            Rows = parsed.GetValue(rows),
            Repeats = parsed.GetValue(repeats),
            WithPeer = !parsed.GetValue(noPeer),
        }.Run().Save(parsed.GetValue(json)!, standard: AreDefaults(parsed, rows, noPeer)));
        return command;
    }
}
