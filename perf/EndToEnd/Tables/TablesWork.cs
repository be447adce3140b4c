using Subquad.Perf.EndToEnd.Peers;
using Subquad.Perf.Reports;

namespace Subquad.Perf.EndToEnd.Tables;

/// <summary>The trainers, each in a process of its own.</summary>
static class TablesWork
{
    public const string Subquad = "subquad", Ridge = "ridge", LightGbm = "lightgbm";

    // Command lines have no empty arguments.
    const string Sample = "sample";

    public static readonly string[] Trainers = [Subquad, Ridge, LightGbm];

    public static readonly PeerWork[] All =
    [
        new(NameOf(Subquad), arguments => [CommandPeer.Run(Metric(arguments), Files(arguments), arguments[5])]),
        PeerWork.InLibtorch(NameOf(Ridge), arguments => [RidgePeer.Run(Metric(arguments), Files(arguments))]),
        new(NameOf(LightGbm), arguments => [LightGbmPeer.Run(Metric(arguments), Files(arguments))]),
    ];

    /// <summary>Trains and tests in a process of its own.</summary>
    /// <param name="trainer">One of <see cref="Trainers"/>.</param>
    /// <param name="metric">What is measured.</param>
    /// <param name="files">The split.</param>
    /// <param name="command">The program <c>subquad</c>.</param>
    public static Row Run(string trainer, TableMetric metric, TableFiles files, string command) => PeerProcess.Run(
        NameOf(trainer), metric.Name, files.Train ?? Sample, files.Rows, files.Test, files.IsRegression, command)[0];

    /// <summary>Whether a trainer has what a set needs: LightGBM has no objective of several labels a row.</summary>
    public static bool Takes(string trainer, TableSet set) => trainer != LightGbm || set.Metric != TableMetric.PrecisionAt1;

    static string NameOf(string trainer) => $"tables-{trainer}";

    static TableMetric Metric(string[] arguments) => TableMetric.Named(arguments[0]);

    static TableFiles Files(string[] arguments) =>
        new(arguments[1] == Sample ? null : arguments[1], arguments[2], arguments[3], bool.Parse(arguments[4]));
}
