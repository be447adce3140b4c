namespace Subquad.Formats;

/// <summary>
/// The rest of a stream, read as often as needed: in place if the stream seeks, else from a copy, which is in memory while it is small and
/// then in a temporary file. The stream is not disposed with this one.
/// </summary>
internal sealed class RereadableStream : Stream
{
    private const int MostInMemory = 1 << 24;

    private readonly Stream _content;
    private readonly bool _isCopy;
    private readonly long _start;

    /// <exception cref="ArgumentException">The stream is closed, or can only be written to.</exception>
    public RereadableStream(Stream stream)
    {
        InputSource.RequireReadable(stream);
        _isCopy = !stream.CanSeek;
        _content = _isCopy ? Copy(stream) : stream;
        _start = _content.Position;
        Length = _content.Length - _start;
    }

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length { get; }

    public override long Position
    {
        get => _content.Position - _start;
        set => _content.Position = _start + value;
    }

    public override int Read(Span<byte> buffer) => _content.Read(buffer);

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && _isCopy)
            _content.Dispose();
        base.Dispose(disposing);
    }

    private static Stream Copy(Stream stream)
    {
        Stream copy = new MemoryStream();
        try
        {
            var chunk = new byte[1 << 16];
            for (int read; (read = stream.Read(chunk)) > 0;)
            {
                if (copy is MemoryStream && copy.Length + read > MostInMemory)
                    copy = InFile(copy);
                copy.Write(chunk, 0, read);
            }
            copy.Position = 0;
            return copy;
        }
        catch
        {
            copy.Dispose();
            throw;
        }
    }

    private static FileStream InFile(Stream start)
    {
        var file = new FileStream(
            Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16,
            FileOptions.DeleteOnClose);
        start.Position = 0;
        start.CopyTo(file);
        return file;
    }
}
