namespace Subquad.Formats;

/// <summary>Streams read one after the other; disposed together.</summary>
internal sealed class ConcatenatedStream(params Stream[] parts) : ForwardStream
{
    private int _current;

    /// <summary>Whether the end of the last part was met.</summary>
    public bool IsAtEnd => _current == parts.Length;

    public override int Read(Span<byte> buffer)
    {
        for (; !buffer.IsEmpty && _current < parts.Length; _current++)
            if (parts[_current].Read(buffer) is > 0 and var read)
                return read;
        return 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            foreach (Stream part in parts)
                part.Dispose();
        base.Dispose(disposing);
    }
}
