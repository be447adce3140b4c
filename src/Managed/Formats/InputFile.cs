namespace Subquad.Formats;

/// <summary>Opens files for reading, unpacking gzip by content, and words what goes wrong.</summary>
internal static class InputFile
{
    /// <summary>Opens a file; gzip content is unpacked while reading, whatever the file is called.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">It is a folder, or may not be read.</exception>
    public static Stream Open(string path)
    {
        RequireFile(path);
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException($"'{path}' may not be read: {e.Message}", e);
        }
        return Unpack(file);
    }

    /// <summary>
    /// Passes a stream on, through a decompressor when its next two bytes are gzip's; disposing the result disposes the stream.
    /// </summary>
    public static Stream Unpack(Stream stream)
    {
        var start = new byte[2];
        long place = stream.CanSeek ? stream.Position : 0;
        int read = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        Stream whole = stream;
        if (stream.CanSeek)
            stream.Position = place;
        else
            whole = new ConcatenatedStream(new MemoryStream(start, 0, read, writable: false), stream);
        return start is [0x1f, 0x8b] ? new WholeGzipStream(whole) : whole;
    }

    /// <summary>
    /// Fills as much of a span as the stream still has; a fault of the compressed data is reported under the name of the file.
    /// </summary>
    /// <returns>The bytes read; fewer than asked for only at the end.</returns>
    /// <exception cref="InvalidDataException">The compressed data is damaged.</exception>
    public static int Read(Stream stream, Span<byte> destination, string name)
    {
        try
        {
            return stream.ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{name}: {e.Message}", e);
        }
    }

    /// <summary>Refuses a path that is no file.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">It is a folder.</exception>
    public static void RequireFile(string path)
    {
        if (Directory.Exists(path))
            throw new IOException($"'{path}' is a folder, and a file is needed");
        if (!File.Exists(path))
            throw new FileNotFoundException($"'{path}' does not exist", path);
    }
}
