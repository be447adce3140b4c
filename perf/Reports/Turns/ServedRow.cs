namespace Subquad.Perf.Reports.Turns;

/// <summary>Work that one side of a comparison by turns can measure.</summary>
/// <param name="Group">Rows of a group share operands; a round makes those of the groups that it measures.</param>
/// <param name="Key">Says what is measured, kernel set last; equal on both sides and in no other row.</param>
/// <param name="Work">One call; calling it again does the same work.</param>
sealed record ServedRow(string Group, string Key, Action Work)
{
    /// <summary>Makes that many calls.</summary>
    public Action<int> Repeat { get; init; } = calls =>
    {
        for (int call = 0; call < calls; call++)
            Work();
    };

    /// <summary>Whether other threads take part: the wall clock times it, for the clock of one thread does not see them.</summary>
    public bool HasThreads { get; init; }
}
