namespace Subquad.Cli;

/// <summary>What every command writes to and listens to.</summary>
internal sealed record Session(TextWriter Output, TextWriter Error, CancellationToken Cancellation) : IDisposable
{
    /// <summary>Copies of inputs that can be read only once.</summary>
    public PipedFiles Pipes { get; } = new(Cancellation);

    /// <summary>Whether a person looks at the output, so that it may be redrawn.</summary>
    public bool IsTerminal =>
        ReferenceEquals(Output, Console.Out) && !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") != "dumb";

    /// <summary>A path given as an argument must exist, or be "-"; returns one that can be read more than once.</summary>
    public string Existing(string path, string what) =>
        Pipes.Readable(path == PipedFiles.StandardInput ? path : Grammar.Existing(path, what));

    /// <summary>A path given as an argument must be a file, or "-"; returns one that can be read more than once.</summary>
    public string ExistingFile(string path, string what) =>
        Pipes.Readable(path == PipedFiles.StandardInput ? path : Grammar.ExistingFile(path, what));

    /// <summary>Reads data or a model; a cancellation does not wait for the end of it.</summary>
    public T Read<T>(Func<T> read) => Interruptible.Run(read, Cancellation);

    /// <summary>Writes a file. A FIFO may have no reader yet; a cancellation does not wait for one.</summary>
    public void Write(string path, Action write)
    {
        if (!WholeFile.IsSpecial(path))
            write();
        else
            _ = Interruptible.Run(() =>
            {
                write();
                return path;
            }, Cancellation);
    }

    /// <summary>Says how many entries of a text were left out, if any were.</summary>
    public void TellIgnored(Dataset data, string path)
    {
        if (data.IgnoredEntries > 0)
            Error.WriteLine(Pipes.Reword(
                $"subquad: '{path}': {data.IgnoredEntries} entries of features that were not in the training data are ignored"));
    }

    public void Dispose() => Pipes.Dispose();
}
