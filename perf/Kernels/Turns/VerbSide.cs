using System.Diagnostics;
using System.Globalization;
using Subquad.Perf.Reports.Turns;

namespace Subquad.Perf.Kernels.Turns;

/// <summary>The process of one side in one round; see <see cref="VerbServer"/> for what it answers.</summary>
sealed class VerbSide : IDisposable
{
    readonly Process _process;

    public VerbSide(PublishedProgram program, IEnumerable<string> families, IEnumerable<string> kernels, string? slow)
    {
        string[] injected = slow is null ? [] : ["--slow", slow];
        _process = program.Start(["serve", .. families, "--kernels", .. kernels, .. injected], withInput: true);
    }

    /// <summary>Waits for the list of rows: family, verb, shape and kernel set, separated by tabs.</summary>
    public string[] ReadRows()
    {
        var rows = new List<string>();
        while (ReadLine() is { Length: > 0 } row)
            rows.Add(row);
        return [.. rows];
    }

    /// <summary>Calls that fill one sample.</summary>
    public int CallsOf(int row) => int.Parse(Ask($"calls {row}"), CultureInfo.InvariantCulture);

    /// <summary>Seconds per call of each sample of one turn.</summary>
    public double[] Time(int row, int calls) => [.. Ask($"time {row} {calls}").Split(' ').Select(seconds => double.Parse(seconds, CultureInfo.InvariantCulture))];

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

    string ReadLine() => _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("a side of the comparison ended early; its message is above");
}
