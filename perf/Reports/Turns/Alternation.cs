namespace Subquad.Perf.Reports.Turns;

/// <summary>Samples of several sides by turns, so that a slower clock or a busy moment meets all of them.</summary>
static class Alternation
{
    /// <summary>
    /// The quantile that stands for a side: most of what disturbs a sample makes it longer, and the shortest sample of all is an exception
    /// too.
    /// </summary>
    const double Quantile = 0.1;

    /// <summary>
    /// Takes turns forwards and backwards (A B B A) until one side has run for the time given; returns a low quantile of the seconds of
    /// each side.
    /// </summary>
    /// <param name="sides">Each takes one turn: the seconds per call of its samples.</param>
    /// <param name="first">Which side takes the first turn, modulo their number; callers vary it.</param>
    /// <param name="calls">Calls in a sample.</param>
    /// <param name="seconds">Seconds of each side.</param>
    /// <param name="least">Turns of each side that are taken however long they last.</param>
    public static double[] Measure(IReadOnlyList<Func<IEnumerable<double>>> sides, int first, int calls, double seconds, int least)
    {
        List<double>[] samples = [.. sides.Select(_ => new List<double>())];
        for (int turn = 0; turn < least || calls * samples[0].Sum() < seconds; turn++)
            for (int i = 0; i < sides.Count; i++)
            {
                int side = (first + (turn % 2 == 0 ? i : sides.Count - 1 - i)) % sides.Count;
                samples[side].AddRange(sides[side]());
            }
        return [.. samples.Select(side => Reports.Measure.Quantile(side, Quantile))];
    }
}
