namespace Subquad.Cli;

/// <summary>The files that a command will write, checked before any work is done.</summary>
/// <param name="force">Whether files that exist may be overwritten.</param>
/// <param name="inputs">Files that the command reads, which are never overwritten.</param>
internal sealed class OutputFiles(bool force, params string?[] inputs)
{
    private readonly Dictionary<string, string> _claimed = [];

    /// <summary>Takes a path for an output, or the default, which may always be overwritten.</summary>
    /// <exception cref="UsageException">The path cannot be meant.</exception>
    /// <exception cref="IOException">Nothing can be written there.</exception>
    public string Claim(string? given, string option, string? implied = null)
    {
        string path = given ?? implied!;
        string full = Path.GetFullPath(path), folder = Path.GetDirectoryName(full) ?? full;
        if (Directory.Exists(path))
            throw new UsageException($"{option}: expected a file, found the folder '{path}'");
        if (!Directory.Exists(folder))
            throw new UsageException($"{option}: expected a path in a folder that exists, found '{path}'");
        if (File.Exists(path) && !force && !WholeFile.IsSpecial(path) && !(implied is not null && full == Path.GetFullPath(implied)))
            throw new UsageException($"{option}: expected a new file, found that '{path}' exists; --force overwrites it");
        if (inputs.Any(input => input is not null && IsInput(input, path)))
            throw new UsageException($"{option}: expected another file than the inputs, found '{path}'");
        if (WholeFile.IsSpecial(path))
            return path;
        if (!_claimed.TryAdd(Real(path), option))
            throw new UsageException($"{option}: expected another file than {_claimed[Real(path)]}, found '{path}' for both");
        TryWriting(folder, path);
        return path;
    }

    /// <summary>Writes what may get lost without harm; when that fails, to the folder of temporary files.</summary>
    /// <returns>The path written; null when neither could be.</returns>
    public static string? WriteSomewhere(string path, TextWriter error, Action<Stream> write)
    {
        try
        {
            WholeFile.Write(path, write);
            return path;
        }
        catch (IOException fault)
        {
            string second = SecondPlace(path);
            try
            {
                WholeFile.Write(second, write);
                error.WriteLine($"subquad: {fault.Message.ReplaceLineEndings(" ")}; '{second}' was written instead");
                return second;
            }
            catch (IOException)
            {
                error.WriteLine($"subquad: {fault.Message.ReplaceLineEndings(" ")}");
                return null;
            }
        }
    }

    /// <summary>A new file in the folder of temporary files for what cannot go where it should.</summary>
    public static string SecondPlace(string path) =>
        Path.Combine(Path.GetTempPath(), $"{Path.GetFileNameWithoutExtension(Path.GetRandomFileName())}-{Path.GetFileName(path)}");

    /// <summary>The full path of what a path leads to.</summary>
    private static string Real(string path)
    {
        string full = Path.GetFullPath(path);
        if (Path.GetDirectoryName(full) is not { } folder)
            return full;
        // Folders on the way may be links too.
        var file = new FileInfo(Path.Combine(Real(folder), Path.GetFileName(full)));
        return file.LinkTarget is null ? file.FullName : Real(file.ResolveLinkTarget(returnFinalTarget: true)!.FullName);
    }

    /// <summary>Whether a path is an input, or one of the image files in an input folder.</summary>
    private static bool IsInput(string input, string path) => Real(input) == Real(path)
        || (Directory.Exists(input) && Path.GetFileName(path).Contains("ubyte", StringComparison.Ordinal)
            && Real(input) == Path.GetDirectoryName(Real(path)));

    /// <summary>Refuses a path on a disk that has less room than a file will take.</summary>
    /// <exception cref="IOException">The file would not fit.</exception>
    public static void RequireSpace(string path, long bytes)
    {
        if (WholeFile.IsSpecial(path))
            return;
        string folder = Path.GetDirectoryName(Real(path))!;
        long free = new DriveInfo(OperatingSystem.IsWindows() ? Path.GetPathRoot(folder)! : folder).AvailableFreeSpace;
        if (free < bytes)
            throw new IOException(
                $"'{path}': expected {Words.Bytes(bytes)} of free space for the model, found {Words.Bytes(free)}");
    }

    private static void TryWriting(string folder, string path)
    {
        try
        {
            using var trial = new FileStream(Path.Combine(folder, Path.GetRandomFileName()), FileMode.CreateNew, FileAccess.Write,
                FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new IOException(
                $"'{path}': expected a folder that files can be made in, found that none can be made in '{folder}'", fault);
        }
    }
}
