namespace Subquad.Perf.Reports.Turns;

/// <summary>Rounds of a comparison by turns: the processes of all sides start, take turns row by row, and end.</summary>
sealed class ServedRounds
{
    /// <summary>Turns of each side in a round that are taken however long they last.</summary>
    const int LeastTurns = 10;

    readonly Dictionary<string, string> _groups = [];
    readonly Dictionary<string, int> _calls = [];
    readonly Random _placements = new(1);
    int _round;

    public required PublishedProgram Before { get; init; }

    public required PublishedProgram After { get; init; }

    /// <summary>A second build of the source of <see cref="Before"/>; null for a comparison of two.</summary>
    public PublishedProgram? Control { get; init; }

    /// <summary>Groups of rows to measure.</summary>
    public required IReadOnlyList<string> Groups { get; init; }

    /// <summary>Arguments of every side.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Further arguments of the new side.</summary>
    public IReadOnlyList<string> ArgumentsAfter { get; init; } = [];

    /// <summary>Which rows to measure, by their keys.</summary>
    public Func<string, bool> IsWanted { get; init; } = _ => true;

    /// <summary>Whether allocations are counted too.</summary>
    public bool CountsAllocations { get; init; }

    /// <summary>The kernel set of a row.</summary>
    public static string KernelsOf(string key) => key[(key.LastIndexOf(' ') + 1)..];

    /// <inheritdoc cref="SequentialTest.Round"/>
    public IReadOnlyList<(string Key, RoundTimes Times)> Measure(IReadOnlySet<string>? keys, double seconds)
    {
        string[] groups = keys is null ? [.. Groups] : [.. keys.Select(key => _groups[key]).Distinct()];
        PublishedProgram[] programs = Control is null ? [Before, After] : [Before, After, Control];
        var sides = new ServedSide[programs.Length];
        try
        {
            // The first to start finds more free pages, so every second round starts them the other way round.
            for (int i = 0; i < sides.Length; i++)
            {
                int side = _round % 2 == 0 ? i : sides.Length - 1 - i;
                string[] arguments = [.. groups, .. Arguments, .. side == 1 ? ArgumentsAfter : []];
                sides[side] = new ServedSide(programs[side], arguments, placement: _placements.Next(CodePlacement.Most + 1));
            }
            return Measure(sides, keys, seconds);
        }
        finally
        {
            _round++;
            foreach (ServedSide? side in sides)
                side?.Dispose();
        }
    }

    List<(string Key, RoundTimes Times)> Measure(ServedSide[] sides, IReadOnlySet<string>? keys, double seconds)
    {
        (string Group, string Key)[][] listed = [.. sides.Select(side => side.ReadRows())];
        var times = new List<(string, RoundTimes)>();
        foreach ((string group, string key) in listed[1])
        {
            int[] rows = [.. listed.Select(list => Array.FindIndex(list, row => row.Key == key))];
            // What only one of the builds has is not compared.
            if (rows.Contains(-1) || !IsWanted(key) || keys?.Contains(key) == false)
                continue;
            _groups[key] = group;
            // A disturbed answer is too low. All rounds take the same number.
            if (!_calls.TryGetValue(key, out int calls))
                _calls.Add(key, calls = sides.Select((side, i) => side.CallsOf(rows[i])).Max());
            Func<IEnumerable<double>> TurnsOf(int side) => () => sides[side].Time(rows[side], calls);
            Func<IEnumerable<double>>[] turns = [.. sides.Select((_, side) => TurnsOf(side))];
            double[][] taken = Alternation.Measure(turns, first: _round + times.Count, calls, seconds, LeastTurns);
            times.Add((key, RoundTimes.Of(taken) with
            {
                AllocatedBefore = CountsAllocations ? sides[0].AllocatedBy(rows[0]) : 0,
                AllocatedAfter = CountsAllocations ? sides[1].AllocatedBy(rows[1]) : 0,
            }));
        }
        return times;
    }
}
