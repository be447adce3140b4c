namespace Subquad.Perf.Reports.Turns;

/// <summary>Samples of several sides by turns, so that a slower clock or a busy moment meets all of them.</summary>
static class Alternation
{
    /// <summary>
    /// Takes turns forwards and backwards (A B B A) until one side has run for the time given; returns, of each side, the shortest sample
    /// of each turn in seconds per call.
    /// </summary>
    /// <remarks>
    /// Builds of different age take different numbers of samples in a turn. The shortest of four is shorter than that of two, and warmer
    /// (by 4 to 20 % where operands do not stay in the caches), so a turn counts as many samples as its shortest list has.
    /// </remarks>
    /// <param name="sides">Each takes one turn: the seconds per call of its samples.</param>
    /// <param name="first">Which side takes the first turn, modulo their number; callers vary it.</param>
    /// <param name="calls">Calls in a sample.</param>
    /// <param name="seconds">Seconds of each side.</param>
    /// <param name="least">Turns of each side that are taken however long they last.</param>
    public static double[][] Measure(IReadOnlyList<Func<IEnumerable<double>>> sides, int first, int calls, double seconds, int least)
    {
        List<double>[] turns = [.. sides.Select(_ => new List<double>())];
        var samples = new double[sides.Count][];
        double spent = 0;
        for (int turn = 0; turn < least || calls * spent < seconds; turn++)
        {
            for (int i = 0; i < sides.Count; i++)
            {
                int side = (first + (turn % 2 == 0 ? i : sides.Count - 1 - i)) % sides.Count;
                samples[side] = [.. sides[side]()];
            }
            int common = samples.Min(taken => taken.Length);
            for (int side = 0; side < sides.Count; side++)
                turns[side].Add(samples[side].Take(common).Min());
            spent += samples[0].Sum();
        }
        return [.. turns.Select(side => side.ToArray())];
    }
}
