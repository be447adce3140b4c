namespace Subquad.Cli;

/// <summary>Copies of what can be read only once: the standard input under the name "-", FIFOs, devices.</summary>
internal sealed class PipedFiles(CancellationToken cancellation) : IDisposable
{
    /// <summary>The name of the standard input.</summary>
    public const string StandardInput = "-";

    private readonly Dictionary<string, string> _copies = [];
    private DirectoryInfo? _folder;

    /// <summary>A path that can be read as often as needed: the given one, or that of a copy.</summary>
    /// <exception cref="OperationCanceledException">The copy did not come to an end in time.</exception>
    public string Readable(string path)
    {
        if (path != StandardInput && !WholeFile.IsSpecial(path))
            return path;
        if (!_copies.TryGetValue(path, out string? copy))
            _copies.Add(path, copy = Copy(path));
        return copy;
    }

    /// <summary>A message with the paths as they were given.</summary>
    public string Reword(string message)
    {
        foreach ((string path, string copy) in _copies)
            message = message.Replace(copy, path, StringComparison.Ordinal);
        return message;
    }

    public void Dispose()
    {
        try
        {
            _folder?.Delete(recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The system clears its temporary files some day.
        }
    }

    private string Copy(string path)
    {
        _folder ??= Directory.CreateTempSubdirectory("subquad-");
        string name = path == StandardInput ? "input" : Path.GetFileName(path);
        string copy = Path.Combine(_folder.FullName, $"{_copies.Count}-{name}");
        Interruptible.Run(() =>
        {
            using Stream source = path == StandardInput ? Console.OpenStandardInput()
                : new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using FileStream target = File.Create(copy);
            source.CopyTo(target);
            return copy;
        }, cancellation);
        // A pipe mostly has no name that tells its format: what is not known by its content is a table.
        if (Path.HasExtension(copy) || Dataset.FormatOf(copy) is not null)
            return copy;
        File.Move(copy, $"{copy}.csv");
        return $"{copy}.csv";
    }
}
