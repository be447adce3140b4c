using System.Globalization;
using Subquad.Perf.Reports;

namespace Subquad.Perf.EndToEnd.Peers;

/// <summary>Work that an experiment gives to a child process.</summary>
/// <param name="Name">How <see cref="PeerProcess"/> asks for it.</param>
/// <param name="Run">
/// Takes the numbers of a case, then the folder of data where one is needed, and returns the rows that the process prints.
/// </param>
sealed record PeerWork(string Name, Func<string[], IEnumerable<Row>> Run)
{
    /// <summary>Work in libtorch, whose library must be made loadable first.</summary>
    public static PeerWork InLibtorch(string name, Func<string[], IEnumerable<Row>> run) => new(name, arguments =>
    {
        LibtorchLoader.Prepare();
        return run(arguments);
    });

    /// <summary>The four numbers of a case.</summary>
    /// <exception cref="InvalidOperationException">There are fewer.</exception>
    public static (double, double, double, double) Numbers(string[] arguments) =>
        arguments.Length >= 4
            ? (Number(arguments[0]), Number(arguments[1]), Number(arguments[2]), Number(arguments[3]))
            : throw new InvalidOperationException("a case has four numbers");

    /// <summary>The folder of data, the last argument.</summary>
    public static DirectoryInfo Folder(string[] arguments) => new(arguments[^1]);

    static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
