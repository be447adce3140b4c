using System.Globalization;

namespace Subquad.Perf.Reports.Turns;

/// <summary>
/// One side of a comparison by turns, in a process of its own. It prints a line per row (group, tab, key), then an empty line, and then
/// answers each line of input with one line: <c>calls ROW</c> with the calls of one sample, <c>time ROW CALLS</c> with the seconds per call
/// of each sample of one turn, <c>allocated ROW</c> with the bytes that a warm call allocates.
/// </summary>
static class SampleServer
{
    /// <summary>
    /// Length of a turn in seconds. On a busy machine a process waits for the core at each turn, so a turn holds several samples.
    /// </summary>
    const double Turn = 4e-3;

    /// <param name="served">The rows; those of a group are made when it is reached.</param>
    /// <param name="input">Where the lines come from; its end ends the answers.</param>
    /// <param name="output">Where the answers go.</param>
    public static void Run(IEnumerable<ServedRow> served, TextReader input, TextWriter output)
    {
        CodePlacement.Move();
        var rows = new List<ServedRow>();
        foreach (ServedRow row in served)
        {
            rows.Add(row);
            output.WriteLine($"{row.Group}\t{row.Key}");
        }
        output.WriteLine();
        output.Flush();
        while (input.ReadLine() is { } line)
        {
            string[] parts = line.Split(' ');
            ServedRow row = rows[int.Parse(parts[1], CultureInfo.InvariantCulture)];
            output.WriteLine(parts[0] switch
            {
                "calls" => Sampling.CallsOf(row).ToString(CultureInfo.InvariantCulture),
                "time" => Joined(Time(row, int.Parse(parts[2], CultureInfo.InvariantCulture))),
                "allocated" => AllocatedBy(row).ToString(CultureInfo.InvariantCulture),
                _ => throw new ArgumentException($"'calls', 'time' or 'allocated' expected, '{parts[0]}' found"),
            });
            output.Flush();
        }
    }

    /// <summary>
    /// The other side's operands are in the caches: short calls bring their own back before the clock starts. Calls that fill a sample
    /// alone start as they are, on both sides.
    /// </summary>
    static List<double> Time(ServedRow row, int calls)
    {
        if (calls > 1)
            row.Repeat(1 + calls / 8);
        var samples = new List<double>();
        double total = 0;
        while (total < Turn)
        {
            samples.Add(Sampling.SecondsOf(row, calls));
            total += calls * samples[^1];
        }
        return samples;
    }

    static string Joined(IEnumerable<double> samples) =>
        string.Join(' ', samples.Select(seconds => seconds.ToString("R", CultureInfo.InvariantCulture)));

    static long AllocatedBy(ServedRow row)
    {
        row.Work();
        long before = Allocated(row);
        row.Work();
        return Allocated(row) - before;
    }

    /// <summary>
    /// The precise count of all threads is a call that allocates a little itself, so it is taken only where other threads work.
    /// </summary>
    static long Allocated(ServedRow row) =>
        row.HasThreads ? GC.GetTotalAllocatedBytes(precise: true) : GC.GetAllocatedBytesForCurrentThread();
}
