using System.Diagnostics;
using System.Globalization;
using Subquad.Perf.EndToEnd.Scaling;
using Subquad.Perf.Reports;
using Subquad.Perf.Reports.Turns;
using Subquad.Simd.Dispatch;

namespace Subquad.Perf.EndToEnd.Turns;

/// <summary>
/// Trainings of two builds by turns, beside a second build of the old source. A training has a process of its own, so a turn is a step:
/// step t of one build is compared with step t of the other, which does the same arithmetic.
/// </summary>
/// <remarks>The work of a child process is the protocol, so the old build needs to know nothing of this run.</remarks>
sealed class TrainingsRun
{
    /// <summary>The old build, the new one, the second build of the old source.</summary>
    public required PublishedProgram[] Programs { get; init; }

    /// <summary>The command of the same builds.</summary>
    public required PublishedProgram[] Commands { get; init; }

    public required ScalingCase[] Cases { get; init; }

    public required int Rounds { get; init; }

    public FinishedRun Run()
    {
        var clock = Stopwatch.StartNew();
        var rows = new Dictionary<string, TurnRow>();
        for (int round = 0; round < Rounds; round++)
        {
            foreach (ScalingCase network in Cases)
                AddRound(rows, round, side => Steps(Programs[side], network));
            AddRound(rows, round, side => Sample(Commands[side]));
            Console.WriteLine($"{clock.Elapsed.TotalSeconds:0} s: round {round + 1} of {Rounds}");
        }
        return BeforeAfterTable.Finish("before-after-trainings", rows.Values, countsAllocations: false, table => $"""
            Trainings of an old build, a new one and a second build of the old one (A/A) by turns, {Rounds} rounds of a process per
            training, in {clock.Elapsed.TotalSeconds:0} s: {table.Equal} of {rows.Count} rows are equal.
            Networks have three hidden layers. A ratio is the median, over all rounds and over the steps after the first, of a step by the
            same step of the other build; of `train` on the sample, of one process by the other.
            Seconds are medians over the rounds of the 10 % quantile of the steps.
            The A/A spread is the distance from 1 that the A/A ratio reaches with two standard errors.
            A row is equal when its ratio is within {table.Near} of 1 or within the spread.
            """);
    }

    /// <summary>Every second round takes the sides the other way round.</summary>
    void AddRound(Dictionary<string, TurnRow> rows, int round, Func<int, IReadOnlyList<(string Key, double[] Seconds)>> measure)
    {
        var sides = new IReadOnlyList<(string Key, double[] Seconds)>[Programs.Length];
        for (int i = 0; i < sides.Length; i++)
        {
            int side = round % 2 == 0 ? i : sides.Length - 1 - i;
            sides[side] = measure(side);
        }
        foreach ((string key, _) in sides[0])
        {
            if (!rows.TryGetValue(key, out TurnRow? row))
                rows.Add(key, row = new TurnRow(key));
            row.Add(RoundTimes.Of([.. sides.Select(side => side.Single(found => found.Key == key).Seconds)]));
        }
    }

    /// <summary>Of each stage, the seconds of each step after the first.</summary>
    static List<(string Key, double[] Seconds)> Steps(PublishedProgram program, ScalingCase network)
    {
        string[] arguments = [.. network.Arguments.Select(argument => Convert.ToString(argument, CultureInfo.InvariantCulture)!)];
        List<Row> rows = Json.Read(program.Run(new DirectoryInfo("."), ["peer", "scaling", .. arguments]));
        string trained = network.IsCached ? "layer 3" : "layers 1 to 3";
        return
        [
            .. rows.Where(row => row.Number("step") > 1)
                .GroupBy(
                    row => string.Create(
                        CultureInfo.InvariantCulture,
                        $"scaling, m = {network.Width:N0}, n = {network.Batch}, {trained}, {row.Text("name")}, {row.Text("kernels")}"))
                .Select(stage => (stage.Key, Steps: stage.OrderBy(row => row.Number("step"))))
                .Select(stage => (stage.Key, stage.Steps.Select(row => row.Number("seconds")!.Value).ToArray())),
        ];
    }

    /// <summary>Seconds of the process, as a user waits for it.</summary>
    static List<(string Key, double[] Seconds)> Sample(PublishedProgram command)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("subquad-train");
        try
        {
            long started = Stopwatch.GetTimestamp();
            command.Run(folder, "train", "--seed", "1");
            return [($"train, sample, {KernelSets.Best.Name}", [Stopwatch.GetElapsedTime(started).TotalSeconds])];
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
