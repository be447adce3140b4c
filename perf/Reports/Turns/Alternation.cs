namespace Subquad.Perf.Reports.Turns;

/// <summary>Samples of two sides by turns, so that a slower clock or a busy moment meets both.</summary>
static class Alternation
{
    /// <summary>The quantile that stands for a side: most of what disturbs a sample makes it longer, and the shortest sample of all is an exception too.</summary>
    const double Quantile = 0.1;

    /// <summary>Takes turns in the order A B B A until one side has run for the time given.</summary>
    /// <param name="before">Takes one turn: the seconds per call of its samples.</param>
    /// <param name="after">As <paramref name="before"/>, of the other side.</param>
    /// <param name="beforeFirst">Which side takes the first turn; callers alternate it.</param>
    /// <param name="calls">Calls in a sample.</param>
    /// <param name="seconds">Seconds of each side.</param>
    /// <param name="least">Turns of each side that are taken however long they last.</param>
    public static RoundTimes Measure(Func<IEnumerable<double>> before, Func<IEnumerable<double>> after, bool beforeFirst, int calls, double seconds, int least)
    {
        List<double> old = [], now = [];
        for (int turn = 0; turn < least || calls * old.Sum() < seconds; turn++)
        {
            bool isBeforeNext = (turn % 2 == 0) == beforeFirst;
            if (isBeforeNext)
                old.AddRange(before());
            now.AddRange(after());
            if (!isBeforeNext)
                old.AddRange(before());
        }
        return new RoundTimes(Reports.Measure.Quantile(old, Quantile), Reports.Measure.Quantile(now, Quantile));
    }
}
