using System.Diagnostics;
using System.Globalization;

namespace Subquad.Perf.Reports.Turns;

/// <summary>
/// A program of perf that was published into a folder: one side of a comparison. Disposal deletes the folder that it made.
/// </summary>
sealed class PublishedProgram : IDisposable
{
    readonly DirectoryInfo _folder;
    readonly string _file;
    readonly bool _isTemporary;

    /// <summary>The command, which users run.</summary>
    public const string Command = "Subquad.Cli";

    /// <summary>Takes a published folder as it is; a checkout of the repository is published into a new temporary folder first.</summary>
    /// <param name="folder">A published folder, or a checkout.</param>
    /// <param name="name">The program's name: its project's folder below perf, or <see cref="Command"/>.</param>
    /// <param name="options">Further options of the build of a checkout.</param>
    /// <exception cref="ArgumentException">The folder is neither.</exception>
    public PublishedProgram(DirectoryInfo folder, string name, params string[] options)
    {
        string home = name == Command ? Path.Combine("src", "Cli") : Path.Combine("perf", name);
        string project = Path.Combine(folder.FullName, home, name + ".csproj");
        _isTemporary = File.Exists(project);
        _folder = _isTemporary ? Publish(project, options) : folder;
        _file = Path.Combine(_folder.FullName, name + ".dll");
        if (!File.Exists(_file))
            throw new ArgumentException($"{folder.FullName} holds neither a published {name} nor a checkout with {home}");
    }

    /// <summary>Publishes the last commit of the repository that this program was built in, from a clone in a folder of its own.</summary>
    /// <exception cref="InvalidOperationException">This program does not run from a build inside the repository.</exception>
    public static PublishedProgram OfClone(string name, params string[] options)
    {
        string repository = Report.Repository()
            ?? throw new InvalidOperationException("this program does not run from a build inside the repository: name the folders");
        DirectoryInfo clone = Directory.CreateTempSubdirectory("subquad-clone");
        try
        {
            ChildProgram.Run(null, "git", "clone", "--quiet", repository, clone.FullName);
            return new PublishedProgram(clone, name, options);
        }
        finally
        {
            clone.Delete(recursive: true);
        }
    }

    /// <summary>
    /// Starts the program with its input and output redirected. Its methods are compiled once, with all optimisations: a row of few long
    /// calls would else be timed while the runtime still replaces its code.
    /// </summary>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="placement">See <see cref="CodePlacement"/>.</param>
    public Process Start(IEnumerable<string> arguments, int placement) => Process.Start(new ProcessStartInfo(
        "dotnet", [_file, .. arguments])
    {
        RedirectStandardOutput = true,
        RedirectStandardInput = true,
        WorkingDirectory = _folder.FullName,
        Environment =
        {
            ["DOTNET_TieredCompilation"] = "0",
            [CodePlacement.Variable] = placement.ToString(CultureInfo.InvariantCulture),
        },
    })!;

    /// <summary>Runs the program as users do, in a folder, and returns its output.</summary>
    /// <exception cref="InvalidOperationException">Its exit code is not 0.</exception>
    public string Run(DirectoryInfo folder, params string[] arguments) =>
        ChildProgram.Run(folder.FullName, "dotnet", [_file, .. arguments]);

    public void Dispose()
    {
        if (_isTemporary)
            _folder.Delete(recursive: true);
    }

    static DirectoryInfo Publish(string project, string[] options)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("subquad-published");
        ChildProgram.Run(null, "dotnet", ["publish", "-c", "Release", project, "-o", folder.FullName, .. options]);
        return folder;
    }
}
