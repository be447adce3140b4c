using System.Diagnostics;
using System.Globalization;
using Subquad.Perf.Reports;

namespace Subquad.Perf.EndToEnd.Peers;

/// <summary>
/// Runs a piece of work in a process of its own, one after another, and takes back its rows. A library's threads, buffers and memory peak
/// then belong to its own measurement and to no other.
/// </summary>
static class PeerProcess
{
    public static List<Row> Run(string work, params object[] arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, UseShellExecute = false };
        // `dotnet EndToEnd.dll` is a way to be started, too.
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            start.ArgumentList.Add(typeof(PeerProcess).Assembly.Location);
        start.ArgumentList.Add("peer");
        start.ArgumentList.Add(work);
        foreach (object argument in arguments)
            start.ArgumentList.Add(Convert.ToString(argument, CultureInfo.InvariantCulture)!);
        // Subquad asks for huge pages itself; glibc must be told to, so that a peer gets them too.
        start.Environment["GLIBC_TUNABLES"] = "glibc.malloc.hugetlb=1";
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode == 0)
            return Json.Read(output);
        string line = $"peer {work} {string.Join(' ', arguments)}";
        throw new InvalidOperationException(
            $"the child process `{line}` ended with exit code {process.ExitCode}; its message is above");
    }
}
