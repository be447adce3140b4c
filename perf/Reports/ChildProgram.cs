using System.Diagnostics;

namespace Subquad.Perf.Reports;

/// <summary>Programs that a run starts and waits for.</summary>
static class ChildProgram
{
    /// <summary>Runs a program in a folder and returns its output; null stands for the current folder.</summary>
    /// <exception cref="InvalidOperationException">Its exit code is not 0; the message has the output.</exception>
    public static string Run(string? folder, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder ?? "", RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode == 0)
            return output;
        string line = string.Join(' ', [program, .. arguments]);
        throw new InvalidOperationException($"{line} ended with exit code {process.ExitCode}: {output}");
    }
}
