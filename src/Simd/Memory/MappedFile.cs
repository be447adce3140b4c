using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace Subquad.Simd.Memory;

/// <summary>
/// A file mapped for reading. Its pages are read when they are first touched, are shared by every process and every matrix that maps them,
/// and cannot be written. What is mapped stays when the file is renamed, replaced or removed; only shortening it in place would take pages
/// away, so it must be replaced by a rename.
/// </summary>
internal sealed unsafe class MappedFile : IDisposable
{
    /// <summary>A matrix begins at a multiple of this: of the pages of every system, and of what Windows maps by.</summary>
    public const int Alignment = 65536;

    // What kernels may read behind a block (see NativeBuffer).
    private const int Slack = NativeBuffer<float>.Alignment;

    private readonly SafeFileHandle _file;
    private readonly MemoryMappedFile _mapping;

    /// <summary>Opens and maps a file.</summary>
    /// <param name="path">The file; not empty.</param>
    /// <exception cref="IOException">It cannot be opened or mapped.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public MappedFile(string path)
    {
        _file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        try
        {
            Length = RandomAccess.GetLength(_file);
            if (Length == 0)
                throw new IOException($"'{path}' is empty and cannot be mapped");
            _mapping =
                MemoryMappedFile.CreateFromFile(_file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>Bytes of the file.</summary>
    public long Length { get; }

    /// <summary>
    /// Bytes from where a matrix of this shape begins to where the next one may: its panels, what may be read behind them, and zeros.
    /// </summary>
    public static long BytesOf(long rows, long columns) =>
        (PanelMatrix.BytesOf(rows, columns) + Slack + Alignment - 1) / Alignment * Alignment;

    /// <summary>Copies bytes from the file.</summary>
    /// <param name="offset">Place of the first one.</param>
    /// <param name="destination">As many as it has room for.</param>
    /// <returns>How many there were.</returns>
    public int Read(long offset, Span<byte> destination)
    {
        int read = 0;
        while (read < destination.Length && RandomAccess.Read(_file, destination[read..], offset + read) is > 0 and var more)
            read += more;
        return read;
    }

    /// <summary>
    /// A read-only matrix over a part of the file that holds its panels as they lie in memory, padding included. It owns its part of the
    /// mapping and may outlive this object.
    /// </summary>
    /// <param name="offset">Where it begins: a multiple of <see cref="Alignment"/>.</param>
    /// <param name="rows">Rows, 1 or more.</param>
    /// <param name="columns">Columns, 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">The file has no such part.</exception>
    /// <exception cref="IOException">The system cannot map it.</exception>
    public PanelMatrix Matrix(long offset, int rows, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rows);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNotEqual(offset % Alignment, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - BytesOf(rows, columns));
        var view = new View(_mapping.CreateViewAccessor(offset, BytesOf(rows, columns), MemoryMappedFileAccess.Read), _file);
        return new PanelMatrix(
            new NativeBuffer<float>(view, (float*)view.Address, PanelMatrix.BytesOf(rows, columns) / sizeof(float)), rows, columns);
    }

    /// <summary>Closes the file; matrices over it stay. Calling it again does nothing.</summary>
    public void Dispose()
    {
        _mapping.Dispose();
        _file.Dispose();
    }

    /// <summary>A mapped part of a file, pinned until it is disposed.</summary>
    private sealed class View : IDisposable
    {
        private readonly MemoryMappedViewAccessor _accessor;
        private readonly SafeFileHandle _file;

        /// <param name="accessor">The part.</param>
        /// <param name="file">Stays open as long as the part is mapped: its lock refuses other .NET programs that would shorten the
        /// file.</param>
        public View(MemoryMappedViewAccessor accessor, SafeFileHandle file)
        {
            _accessor = accessor;
            _file = file;
            bool isHeld = false;
            file.DangerousAddRef(ref isHeld);
            byte* address = null;
            accessor.SafeMemoryMappedViewHandle.AcquirePointer(ref address);
            Address = address + accessor.PointerOffset;
        }

        public byte* Address { get; }

        public void Dispose()
        {
            _accessor.SafeMemoryMappedViewHandle.ReleasePointer();
            _accessor.Dispose();
            _file.DangerousRelease();
        }
    }
}
