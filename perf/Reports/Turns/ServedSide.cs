using System.Diagnostics;
using System.Globalization;

namespace Subquad.Perf.Reports.Turns;

/// <summary>The process of one side in one round; see <see cref="SampleServer"/> for what it answers.</summary>
sealed class ServedSide(PublishedProgram program, IEnumerable<string> arguments, int placement) : IDisposable
{
    readonly Process _process = program.Start(["serve", .. arguments], placement);

    /// <summary>Waits for the list of rows.</summary>
    public (string Group, string Key)[] ReadRows()
    {
        var rows = new List<(string, string)>();
        while (ReadLine() is { Length: > 0 } line)
        {
            string[] parts = line.Split('\t', 2);
            rows.Add((parts[0], parts[1]));
        }
        return [.. rows];
    }

    /// <summary>Calls that fill one sample.</summary>
    public int CallsOf(int row) => int.Parse(Ask($"calls {row}"), CultureInfo.InvariantCulture);

    /// <summary>Seconds per call of each sample of one turn.</summary>
    public double[] Time(int row, int calls) =>
        [.. Ask($"time {row} {calls}").Split(' ').Select(seconds => double.Parse(seconds, CultureInfo.InvariantCulture))];

    /// <summary>Bytes that a warm call allocates.</summary>
    public long AllocatedBy(int row) => long.Parse(Ask($"allocated {row}"), CultureInfo.InvariantCulture);

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    string Ask(string line)
    {
        _process.StandardInput.WriteLine(line);
        _process.StandardInput.Flush();
        return ReadLine();
    }

    string ReadLine() => _process.StandardOutput.ReadLine()
        ?? throw new InvalidOperationException("a side of the comparison ended early; its message is above");
}
