using System.Diagnostics;
using Subquad.Perf.EndToEnd.Kernels;
using Subquad.Perf.EndToEnd.Predict;
using Subquad.Perf.Reports;
using Subquad.Perf.Reports.Turns;

namespace Subquad.Perf.EndToEnd.Turns;

/// <summary>
/// Two builds of this program by turns, beside a second build of the old source (A/A): how far apart two equal builds are is the spread
/// that a difference must leave.
/// </summary>
sealed class BeforeAfterRun
{
    /// <summary>Seconds of each side of a row in a round.</summary>
    const double Seconds = 0.3;

    /// <summary>Runs whose cases a side can serve.</summary>
    static readonly (string Name, Func<IEnumerable<ServedRow>> Rows)[] s_runs =
        [("predict", PredictRun.Served), ("kernels", KernelsRun.Served)];

    public static string[] Names { get; } = [.. s_runs.Select(run => run.Name)];

    /// <summary>The sides; its groups are names of runs.</summary>
    public required ServedRounds Sides { get; init; }

    public required int Rounds { get; init; }

    /// <summary>Rows of the runs with these names, for a process that is one side.</summary>
    public static IEnumerable<ServedRow> Served(IEnumerable<string> names) =>
        names.SelectMany(name => s_runs.Single(run => run.Name == name).Rows());

    public FinishedRun Run()
    {
        var clock = Stopwatch.StartNew();
        var rows = new Dictionary<string, TurnRow>();
        for (int round = 1; round <= Rounds; round++)
        {
            foreach ((string key, RoundTimes times) in Sides.Measure(keys: null, Seconds))
            {
                if (!rows.TryGetValue(key, out TurnRow? row))
                    rows.Add(key, row = new TurnRow(key));
                row.Add(times);
            }
            Console.WriteLine($"{clock.Elapsed.TotalSeconds:0} s: round {round} of {Rounds}");
        }
        if (rows.Count == 0)
            throw new InvalidOperationException($"the builds have no row of {string.Join(" and ", Sides.Groups)} in common");
        return BeforeAfterTable.Finish("before-after", rows.Values, Sides.CountsAllocations, table => $"""
            An old build, a new one and a second build of the old one (A/A) by turns, {Rounds} rounds of fresh processes each,
            in {clock.Elapsed.TotalSeconds:0} s: {table.Equal} of {rows.Count} rows are equal,
            {rows.Values.Count(row => row.AllocatedAfter > 0)} allocate in a warm call of the new build.
            In a round every build runs a row for {Seconds} s in turns of some milliseconds, by the clock of the thread for one thread and
            by the wall clock for two. Seconds are medians over the rounds of the 10 % quantile of the turns. A ratio is the median over all
            rounds of a turn by the other build's turn beside it.
            The A/A spread is the distance from 1 that the A/A ratio reaches with two standard errors.
            A row is equal when its ratio is within {table.Near} of 1 or within the spread.
            """);
    }
}
