namespace Subquad.Formats;

/// <summary>Streams read one after the other; disposed together.</summary>
internal sealed class ConcatenatedStream(params Stream[] parts) : Stream
{
    private int _current;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Whether the end of the last part was met.</summary>
    public bool IsAtEnd => _current == parts.Length;

    public override int Read(Span<byte> buffer)
    {
        for (; !buffer.IsEmpty && _current < parts.Length; _current++)
            if (parts[_current].Read(buffer) is > 0 and var read)
                return read;
        return 0;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            foreach (Stream part in parts)
                part.Dispose();
        base.Dispose(disposing);
    }
}
