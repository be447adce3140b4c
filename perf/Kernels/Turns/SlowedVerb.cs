#if SLOW_VERB
using System.Diagnostics;
using System.Globalization;
using Subquad.Perf.Kernels.Verbs;
using Subquad.Simd;

namespace Subquad.Perf.Kernels.Turns;

/// <summary>
/// Makes one verb slower by a known share of its time, to show that a comparison finds it. It exists only in a build with <c>-p:SlowVerb=true</c>, around the call and not inside the verb: it
/// shows which slow-downs of a call are found, not which changes of code cause one.
/// </summary>
sealed class SlowedVerb
{
    /// <summary>Calls that are longer are prolonged one by one; in shorter ones the clock would be a part of the slow-down, so every 20th (for 0.05) is made twice.</summary>
    const double ShortSeconds = 20e-6;

    readonly string _verb;
    readonly double _share;

    /// <param name="argument">NAME:SHARE, for example Dot:0.05.</param>
    public SlowedVerb(string argument)
    {
        string[] parts = argument.Split(':');
        if (parts.Length != 2 || !double.TryParse(parts[1], CultureInfo.InvariantCulture, out _share) || _share is not (> 0 and < 1))
            throw new ArgumentException($"NAME:SHARE with a share between 0 and 1 expected, '{argument}' found");
        _verb = parts[0];
    }

    public VerbCase Wrap(VerbCase work)
    {
        if (work.Name != _verb)
            return work;
        int period = (int)Math.Round(1 / _share), left = period;
        double shortest = double.PositiveInfinity;
        return work with
        {
            Work = set =>
            {
                if (shortest >= ShortSeconds)
                    Prolong(set);
                else if (--left > 0)
                    work.Work(set);
                else
                {
                    work.Work(set);
                    work.Work(set);
                    left = period;
                }
            },
        };

        // By a share of the shortest call so far: what a busy machine adds to a call must not be prolonged too.
        void Prolong(KernelSet set)
        {
            long start = Stopwatch.GetTimestamp();
            work.Work(set);
            long end = Stopwatch.GetTimestamp();
            shortest = Math.Min(shortest, Stopwatch.GetElapsedTime(start, end).TotalSeconds);
            while (Stopwatch.GetElapsedTime(end).TotalSeconds < _share * shortest)
                Thread.SpinWait(1);
        }
    }
}
#endif
