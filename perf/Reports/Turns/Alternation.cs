namespace Subquad.Perf.Reports.Turns;

/// <summary>Samples of two sides by turns, so that a slower clock or a busy moment meets both.</summary>
static class Alternation
{
    /// <summary>The quantile that stands for a side: most of what disturbs a sample makes it longer, and the shortest sample of all is an exception too.</summary>
    const double Quantile = 0.1;

    /// <summary>Takes samples in the order A B B A until one side has run for the time given.</summary>
    /// <param name="before">Returns the seconds per call of one sample.</param>
    /// <param name="after">As <paramref name="before"/>, of the other side.</param>
    /// <param name="beforeFirst">Which side takes the first sample; callers alternate it.</param>
    /// <param name="calls">Calls in a sample.</param>
    /// <param name="seconds">Seconds of each side.</param>
    /// <param name="least">Samples of each side that are taken however long they last.</param>
    public static RoundTimes Measure(Func<double> before, Func<double> after, bool beforeFirst, int calls, double seconds, int least)
    {
        List<double> first = [], second = [];
        double total = 0;
        for (int turn = 0; turn < least || total < seconds; turn++)
        {
            if ((turn % 2 == 0) == beforeFirst)
            {
                first.Add(before());
                second.Add(after());
            }
            else
            {
                second.Add(after());
                first.Add(before());
            }
            total += calls * first[^1];
        }
        return new RoundTimes(Reports.Measure.Quantile(first, Quantile), Reports.Measure.Quantile(second, Quantile));
    }
}
