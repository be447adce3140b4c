using Subquad.Perf.Reports.Turns;

namespace Subquad.Perf.Kernels.Turns;

/// <summary>Rounds over verbs: both sides start, take turns row by row, and end.</summary>
sealed class VerbRounds
{
    /// <summary>Turns of each side in a round that are taken however long they last.</summary>
    const int LeastTurns = 6;

    readonly Dictionary<string, string> _families = [];
    readonly Dictionary<string, int> _calls = [];
    int _round;

    public required PublishedProgram Before { get; init; }

    public required PublishedProgram After { get; init; }

    /// <summary>Names of the kernel sets.</summary>
    public required IReadOnlyList<string> Kernels { get; init; }

    /// <summary>Families to measure.</summary>
    public required IReadOnlyList<string> Families { get; init; }

    /// <summary>Whole names of the verbs to measure; empty for all.</summary>
    public IReadOnlyList<string> Verbs { get; init; } = [];

    /// <summary>NAME:SHARE, by which the new side slows a verb of a build that can; null for none.</summary>
    public string? Slow { get; init; }

    /// <summary>The kernel set of a row.</summary>
    public static string KernelsOf(string key) => key[(key.LastIndexOf(' ') + 1)..];

    /// <inheritdoc cref="SequentialTest.Round"/>
    public IReadOnlyList<(string Key, RoundTimes Times)> Measure(IReadOnlySet<string>? keys, double seconds)
    {
        string[] families = keys is null ? [.. Families] : [.. keys.Select(key => _families[key]).Distinct()];
        // The first to start finds more free pages, so they take turns at that too.
        bool beforeFirst = _round++ % 2 == 0;
        using VerbSide first = Start(beforeFirst, families), second = Start(!beforeFirst, families);
        (VerbSide before, VerbSide after) = beforeFirst ? (first, second) : (second, first);
        string[] old = before.ReadRows(), rows = after.ReadRows();
        var times = new List<(string, RoundTimes)>();
        for (int row = 0; row < rows.Length; row++)
        {
            string[] parts = rows[row].Split('\t');
            string key = string.Join(", ", parts[1..]);
            // A verb or a size that only one of them has.
            int oldRow = Array.IndexOf(old, rows[row]), newRow = row;
            if (oldRow < 0 || (Verbs.Count > 0 && !Verbs.Contains(parts[1])) || keys?.Contains(key) == false)
                continue;
            _families[key] = parts[0];
            // A disturbed answer is too low. All rounds take the same number.
            if (!_calls.TryGetValue(key, out int calls))
                _calls.Add(key, calls = Math.Max(before.CallsOf(oldRow), after.CallsOf(newRow)));
            times.Add((key, Alternation.Measure(() => before.Time(oldRow, calls), () => after.Time(newRow, calls), (row % 2 == 0) == beforeFirst, calls, seconds, LeastTurns)));
        }
        return times;
    }

    VerbSide Start(bool isBefore, string[] families) => new(isBefore ? Before : After, families, Kernels, isBefore ? null : Slow);
}
