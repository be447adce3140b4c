using System.Globalization;
using Subquad.Perf.Kernels.Verbs;
using Subquad.Simd;

namespace Subquad.Perf.Kernels.Turns;

/// <summary>
/// One side of a comparison by turns: a process that holds the operands of families of verbs. It prints a line per row, then an empty line, and then answers each line of input with one
/// line: <c>calls ROW</c> with the calls of one sample, <c>time ROW CALLS</c> with the seconds per call of each sample of one turn.
/// </summary>
static class VerbServer
{
    /// <summary>Length of a sample in seconds: much longer than the clock's step, and shorter than a time slice of the scheduler.</summary>
    const double Sample = 2e-3;

    /// <summary>Length of a turn in seconds. On a busy machine a process waits for the core at each turn, so a turn holds several samples.</summary>
    const double Turn = 8e-3;

    /// <param name="families">Names of the families.</param>
    /// <param name="sets">Kernel sets; every verb is a row per set.</param>
    /// <param name="change">What is measured in place of a verb, normally the verb itself.</param>
    /// <param name="input">Where the lines come from; the end of it ends the process.</param>
    /// <param name="output">Where the answers go.</param>
    public static void Run(string[] families, KernelSet[] sets, Func<VerbCase, VerbCase> change, TextReader input, TextWriter output)
    {
        var held = new List<IVerbCases>();
        var rows = new List<(VerbCase Work, KernelSet Set)>();
        foreach (string family in families)
        {
            IVerbCases cases = VerbFamilies.ByName(family)();
            held.Add(cases);
            foreach (VerbCase work in cases.Cases().Select(change))
                foreach (KernelSet set in sets)
                {
                    rows.Add((work, set));
                    output.WriteLine(string.Join('\t', family, work.Name, work.Shape, set.Name));
                }
        }
        output.WriteLine();
        output.Flush();
        while (input.ReadLine() is { } line)
        {
            string[] parts = line.Split(' ');
            (VerbCase work, KernelSet set) = rows[int.Parse(parts[1], CultureInfo.InvariantCulture)];
            output.WriteLine(parts[0] switch
            {
                "calls" => CallsOf(work, set).ToString(CultureInfo.InvariantCulture),
                "time" => string.Join(' ', Time(work, set, int.Parse(parts[2], CultureInfo.InvariantCulture)).Select(seconds => seconds.ToString("R", CultureInfo.InvariantCulture))),
                _ => throw new ArgumentException($"'calls' or 'time' expected, '{parts[0]}' found"),
            });
            output.Flush();
        }
        held.ForEach(cases => cases.Dispose());
    }

    /// <summary>The other side's operands are in the caches: short calls bring their own back before the clock starts. Calls that fill a sample alone start as they are, on both sides.</summary>
    static List<double> Time(VerbCase work, KernelSet set, int calls)
    {
        if (calls > 1)
            Call(work, set, 1 + calls / 8);
        var samples = new List<double>();
        double total = 0;
        while (total < Turn)
        {
            samples.Add(SecondsOf(work, set, calls));
            total += calls * samples[^1];
        }
        return samples;
    }

    static int CallsOf(VerbCase work, KernelSet set)
    {
        work.Work(set);
        double once = Shortest(work, set, 1);
        // Short calls are timed again: one call is mostly the clock.
        if (once < Sample / 20)
            once = Shortest(work, set, 100);
        return (int)Math.Clamp(Math.Round(Sample / Math.Max(once, 1e-9)), 1, 1e6);
    }

    static double Shortest(VerbCase work, KernelSet set, int calls) => Enumerable.Range(0, 3).Min(_ => SecondsOf(work, set, calls));

    static double SecondsOf(VerbCase work, KernelSet set, int calls)
    {
        double start = ThreadClock.Now();
        Call(work, set, calls);
        return (ThreadClock.Now() - start) / calls;
    }

    static void Call(VerbCase work, KernelSet set, int calls)
    {
        for (int call = 0; call < calls; call++)
            work.Work(set);
    }
}
