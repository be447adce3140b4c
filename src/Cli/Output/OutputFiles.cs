namespace Subquad.Cli;

/// <summary>The files that a command will write, checked before any work is done.</summary>
internal sealed class OutputFiles(bool force)
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
        if (File.Exists(path) && !force && !(implied is not null && full == Path.GetFullPath(implied)))
            throw new UsageException($"{option}: expected a new file, found that '{path}' exists; --force overwrites it");
        if (!_claimed.TryAdd(full, option))
            throw new UsageException($"{option}: expected another file than {_claimed[full]}, found '{path}' for both");
        TryWriting(folder, path);
        return path;
    }

    /// <summary>Writes a file that appears whole or not at all.</summary>
    public static void Write(string path, Action<Stream> write)
    {
        string temporary = $"{path}.{Path.GetRandomFileName()}.tmp";
        try
        {
            using (var file = new FileStream(temporary, FileMode.CreateNew))
            {
                write(file);
                file.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
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
