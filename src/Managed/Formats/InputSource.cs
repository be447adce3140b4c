namespace Subquad.Formats;

/// <summary>Where a reader takes its content from, plain or gzip: a file or a stream, and what messages call it.</summary>
internal sealed class InputSource
{
    private readonly Func<Stream> _open;

    private InputSource(string name, Func<Stream> open) => (Name, _open) = (name, open);

    /// <summary>What messages call it, in quotes where it is a path.</summary>
    public string Name { get; }

    /// <summary>A path is a file.</summary>
    public static implicit operator InputSource(string path) => new($"'{path}'", () => InputFile.Open(path));

    /// <summary>The rest of a stream, which is not disposed; a stream that does not seek is opened once.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="ArgumentException">The stream is closed, or can only be written to.</exception>
    public static InputSource Of(Stream stream, string name = "the stream")
    {
        RequireReadable(stream);
        long start = stream.CanSeek ? stream.Position : 0;
        return new(name, () =>
        {
            if (stream.CanSeek)
                stream.Position = start;
            return InputFile.Unpack(new BorrowedStream(stream));
        });
    }

    /// <summary>Refuses a stream that cannot be read.</summary>
    public static void RequireReadable(Stream stream)
    {
        if (!stream.CanRead)
            throw new ArgumentException("expected a stream that can be read, found one that is closed or only written to", nameof(stream));
    }

    /// <summary>Opens the content at its start, unpacked.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">It is a folder, or may not be read.</exception>
    public Stream Open() => _open();

    /// <summary>A stream of others, who dispose it.</summary>
    private sealed class BorrowedStream(Stream stream) : ForwardStream
    {
        public override int Read(Span<byte> buffer) => stream.Read(buffer);
    }
}
