using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using NUnit.Framework;
using Subquad.Support;

namespace Subquad.Cli.Tests;

/// <summary>Runs the command in this process, on small data made for the test.</summary>
internal sealed class Shell : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>Network and outputs that a test affords; the default outputs would land in the working folder.</summary>
    public string[] Small =>
        ["--width", "64", "--density", "0.2", "--steps", "3", "--threads", "2", "--out", Path("model.safetensors"), "--no-plot", "--force"];

    public string Model => Path("model.safetensors");

    public string Path(string name) => _folder.File(name);

    public string Write(string name, string text) => _folder.Write(name, text);

    /// <summary>Two classes of points, inside and outside of a circle.</summary>
    public string Classes(string name = "classes.csv", int rows = 120) => Write(name, "x,y,place\n" + string.Concat(Points(rows).Select(p =>
        string.Create(CultureInfo.InvariantCulture, $"{p.X:F3},{p.Y:F3},{(p.X * p.X + p.Y * p.Y < 1 ? "in" : "out, \"\"far\"\"")}\n")
            .Replace("out, \"\"far\"\"", "\"out, \"\"far\"\"\"", StringComparison.Ordinal))));

    /// <summary>A plane with prices in the thousands.</summary>
    public string Values(string name = "values.csv", int rows = 120) => Write(name, "x,y,price\n" + string.Concat(Points(rows).Select(p =>
        string.Create(CultureInfo.InvariantCulture, $"{p.X:F3},{p.Y:F3},{5000 + 700 * p.X - 300 * p.Y:F2}\n"))));

    /// <summary>Images of 2 x 3 pixels and their labels, under the names of the MNIST files; returns the images.</summary>
    public string Images(string prefix = "train", int count = 60)
    {
        var labels = new byte[count];
        var pixels = new byte[count * 6];
        for (int i = 0; i < count; i++)
        {
            labels[i] = (byte)(i % 3);
            for (int pixel = 0; pixel < 6; pixel++)
                pixels[6 * i + pixel] = (byte)(pixel % 3 == i % 3 ? 200 + i % 7 : 10 + (i * 5 + pixel) % 30);
        }
        _folder.Write($"{prefix}-labels-idx1-ubyte", IdxBytes.Labels(labels));
        return _folder.Write($"{prefix}-images-idx3-ubyte", IdxBytes.Of(0x803, [count, 2, 3], pixels));
    }

    /// <summary>LIBSVM text of two classes: an odd or an even feature out of 8, and one that says nothing.</summary>
    public string Sparse(string name, int rows = 120)
    {
        return Write(name, string.Concat(Enumerable.Range(0, rows).Select(Row)));

        static string Row(int i) => $"{(i % 2 == 0 ? "+1" : "-1")} {i % 7 + 1}:0.1 8:{(i % 2 == 0 ? 1 : -1)}\n";
    }

    /// <summary>The folder with everything.</summary>
    public string Folder => _folder.Path;

    public static Outcome Run(params string[] args) => Run(args, new StringWriter(), default);

    public static Outcome Run(string[] args, StringWriter output, CancellationToken cancellation)
    {
        using var error = new StringWriter();
        int code = Program.Run(args, output, error, cancellation);
        return new(code, output.ToString(), error.ToString());
    }

    /// <summary>Starts the command as a process of its own, in the test's folder.</summary>
    public Process Start(params string[] args)
    {
        if (CarriesRuntime)
            Assert.Ignore("this test run carries its own runtime, and there is no dotnet to start the command with");
        var start = new ProcessStartInfo(
            Environment.ProcessPath is { } host && System.IO.Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet")
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(typeof(Program).Assembly.Location);
        foreach (string arg in args)
            start.ArgumentList.Add(arg);
        return Process.Start(start)!;
    }

    /// <summary>What Ctrl-C in a terminal sends.</summary>
    public static void Interrupt(Process process) => kill(process.Id, 2);

    public void Dispose() => _folder.Dispose();

    private static bool CarriesRuntime =>
        Directory.EnumerateFiles(AppContext.BaseDirectory)
            .Any(path => System.IO.Path.GetFileNameWithoutExtension(path) is "coreclr" or "libcoreclr");

    private static IEnumerable<(double X, double Y)> Points(int rows)
    {
        var random = new Random(5);
        for (int i = 0; i < rows; i++)
            yield return (3 * random.NextDouble() - 1.5, 3 * random.NextDouble() - 1.5);
    }

    [DllImport("libc")]
    private static extern int kill(int process, int signal);
}

/// <summary>What a command line did.</summary>
internal sealed record Outcome(int Code, string Output, string Error)
{
    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
