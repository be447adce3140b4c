#if SLOW_VERB
using System.Globalization;
using Subquad.Perf.Reports.Turns;

namespace Subquad.Perf.Kernels.Turns;

/// <summary>
/// Makes one verb slower by a known share of its time, to show that a comparison finds it. It exists only in a build with
/// <c>-p:SlowVerb=true</c>, around the calls and not inside the verb: it shows which slow-downs of a call are found, not which changes of
/// code cause one.
/// </summary>
sealed class SlowedVerb
{
    /// <summary>
    /// From this many calls in a sample on, the share of them is made once more; it is the exact share then. A clock around such short
    /// calls would be a part of the slow-down.
    /// </summary>
    const int ManyCalls = 100;

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

    public ServedRow Wrap(ServedRow row)
    {
        if (!TurnsCommands.IsOf(row.Key, _verb))
            return row;
        return row with
        {
            Repeat = calls =>
            {
                if (calls >= ManyCalls)
                    row.Repeat(calls + (int)Math.Round(_share * calls));
                else
                    for (int call = 0; call < calls; call++)
                        Prolong();
            },
        };

        // By the clock that times the samples: what passes while the thread does not run is no part of a call.
        void Prolong()
        {
            double start = Sampling.Now(row);
            row.Work();
            double end = Sampling.Now(row);
            while (Sampling.Now(row) - end < _share * (end - start))
                Thread.SpinWait(1);
        }
    }
}
#endif
