using System.IO.Compression;

namespace Subquad.Formats;

/// <summary>
/// Unpacks gzip data, members one after the other, and refuses data that are cut or damaged. <see cref="GZipStream"/> takes cut data for
/// whole ones unless the program's build has a switch, so a member of known content follows the data here: it comes out last if and only if
/// every member before it was whole.
/// </summary>
internal sealed class WholeGzipStream : ForwardStream
{
    private const string Fault = "expected whole gzip data, found damaged or cut data";

    private static readonly byte[] s_end = "whole gzip data "u8.ToArray();
    private static readonly byte[] s_lastMember = Pack(s_end);

    private readonly ConcatenatedStream _packed;
    private readonly GZipStream _content;
    private readonly byte[] _buffer = new byte[1 << 16];
    private int _next, _filled;
    private bool _isAtEnd;

    /// <param name="packed">The data from a gzip header on; disposed with this stream.</param>
    public WholeGzipStream(Stream packed)
    {
        _packed = new ConcatenatedStream(packed, new MemoryStream(s_lastMember, writable: false));
        _content = new GZipStream(_packed, CompressionMode.Decompress);
    }

    /// <exception cref="InvalidDataException">The data are cut or damaged, or something else follows them.</exception>
    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty)
            return 0;
        // What may be the last member is held back until more content follows it.
        while (_filled - _next <= s_end.Length && !_isAtEnd)
            Refill();
        int count = Math.Min(buffer.Length, _filled - _next - s_end.Length);
        _buffer.AsSpan(_next, count).CopyTo(buffer);
        _next += count;
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _content.Dispose();
        base.Dispose(disposing);
    }

    private void Refill()
    {
        _buffer.AsSpan(_next, _filled - _next).CopyTo(_buffer);
        _filled -= _next;
        _next = 0;
        int read;
        try
        {
            read = _content.Read(_buffer.AsSpan(_filled));
        }
        catch (InvalidDataException fault)
        {
            throw new InvalidDataException(Fault, fault);
        }
        _filled += read;
        _isAtEnd = read == 0;
        if (_isAtEnd && !(_packed.IsAtEnd && _buffer.AsSpan(0, _filled).SequenceEqual(s_end)))
            throw new InvalidDataException(Fault);
    }

    private static byte[] Pack(byte[] content)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.NoCompression))
            gzip.Write(content);
        return packed.ToArray();
    }
}
