namespace Subquad.Perf.Reports.Turns;

/// <summary>Samples of several sides by turns, so that a slower clock or a busy moment meets all of them.</summary>
static class Alternation
{
    /// <summary>
    /// Takes turns forwards and backwards (A B B A) until one side has run for the time given; returns, of each side, the shortest sample
    /// of each turn in seconds per call.
    /// </summary>
    /// <param name="sides">Each takes one turn: the seconds per call of its samples.</param>
    /// <param name="first">Which side takes the first turn, modulo their number; callers vary it.</param>
    /// <param name="calls">Calls in a sample.</param>
    /// <param name="seconds">Seconds of each side.</param>
    /// <param name="least">Turns of each side that are taken however long they last.</param>
    public static double[][] Measure(IReadOnlyList<Func<IEnumerable<double>>> sides, int first, int calls, double seconds, int least)
    {
        List<double>[] turns = [.. sides.Select(_ => new List<double>())];
        double spent = 0;
        for (int turn = 0; turn < least || calls * spent < seconds; turn++)
            for (int i = 0; i < sides.Count; i++)
            {
                int side = (first + (turn % 2 == 0 ? i : sides.Count - 1 - i)) % sides.Count;
                double[] samples = [.. sides[side]()];
                turns[side].Add(samples.Min());
                spent += side == 0 ? samples.Sum() : 0;
            }
        return [.. turns.Select(side => side.ToArray())];
    }
}
