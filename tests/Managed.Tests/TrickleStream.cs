namespace Subquad.Managed.Tests;

/// <summary>A stream that can only be read forwards, a byte at a time, or only be written to; it counts the calls of Dispose.</summary>
internal sealed class TrickleStream(byte[] content) : Stream
{
    private readonly MemoryStream _written = new();
    private readonly bool _isWritten;
    private int _place;

    /// <summary>A stream to write to.</summary>
    public TrickleStream() : this([]) => _isWritten = true;

    public bool IsDisposed { get; private set; }

    public byte[] Written => _written.ToArray();

    public override bool CanRead => !_isWritten;

    public override bool CanSeek => false;

    public override bool CanWrite => _isWritten;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count)
    {
        if (count == 0 || _place == content.Length)
            return 0;
        buffer[offset] = content[_place++];
        return 1;
    }

    public override void Write(byte[] buffer, int offset, int count) => _written.Write(buffer, offset, count);

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        IsDisposed = true;
        base.Dispose(disposing);
    }
}
