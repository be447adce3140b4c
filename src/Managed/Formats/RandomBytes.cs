using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Subquad.Formats;

/// <summary>Bytes that are read at any place, from any number of threads: those of a file, or of a stream.</summary>
internal abstract class RandomBytes : IDisposable
{
    /// <summary>How many there are.</summary>
    public abstract long Length { get; }

    /// <summary>Opens a file.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">It may not be read.</exception>
    public static RandomBytes Open(string path)
    {
        InputFile.RequireFile(path);
        try
        {
            return new OfFile(File.OpenHandle(path));
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException($"'{path}' may not be read: {e.Message}", e);
        }
    }

    /// <summary>The rest of a stream, which is not disposed; at the end it stands at its end.</summary>
    public static RandomBytes Of(Stream stream) => new OfStream(stream);

    /// <summary>Memory as a stream.</summary>
    public static Stream StreamOf(ReadOnlyMemory<byte> content) => MemoryMarshal.TryGetArray(content, out ArraySegment<byte> array)
        ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false)
        : new MemoryStream(content.ToArray(), writable: false);

    /// <summary>Reads some bytes, at least one unless <paramref name="place"/> is the end.</summary>
    public abstract int Read(Span<byte> destination, long place);

    public abstract void Dispose();

    private sealed class OfFile(SafeFileHandle handle) : RandomBytes
    {
        public override long Length { get; } = RandomAccess.GetLength(handle);

        public override int Read(Span<byte> destination, long place) => RandomAccess.Read(handle, destination, place);

        public override void Dispose() => handle.Dispose();
    }

    private sealed class OfStream(Stream given) : RandomBytes
    {
        private readonly RereadableStream _stream = new(given);
        private readonly Lock _lock = new();

        public override long Length => _stream.Length;

        public override int Read(Span<byte> destination, long place)
        {
            lock (_lock)
            {
                _stream.Position = place;
                return _stream.Read(destination);
            }
        }

        public override void Dispose()
        {
            _stream.Position = Length;
            _stream.Dispose();
        }
    }
}
