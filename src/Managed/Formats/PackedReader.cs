using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Subquad.Data;
using Subquad.Models;

namespace Subquad.Formats;

/// <summary>
/// Reads packed data from front to back. Nothing large is allocated on the word of the header, and what was read is only used when its hash
/// is that of the header and its rows are whole.
/// </summary>
internal sealed class PackedReader : IDisposable
{
    private const int ChunkBytes = 1 << 16;

    private readonly Stream _stream;
    private readonly string _name;
    private readonly PackedHeader _header;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _read;

    private PackedReader(Stream stream, string name)
    {
        _stream = stream;
        _name = name;
        _header = PackedHeader.Read(stream, name);
    }

    /// <summary>Reads all rows.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The data are damaged, cut, or too many for memory.</exception>
    public static Examples Read(InputSource source)
    {
        using Stream stream = source.Open();
        using var reader = new PackedReader(stream, source.Name);
        return reader.ReadRows();
    }

    /// <summary>Reads a header, and goes through the rows to compare their hash.</summary>
    /// <exception cref="InvalidDataException">The data are damaged or cut.</exception>
    public static PackedHeader Verify(Stream stream, string name)
    {
        using var reader = new PackedReader(stream, name);
        var chunk = new byte[ChunkBytes];
        for (long left = reader._header.DataBytes; left > 0; left -= chunk.Length)
            reader.ReadBytes(chunk.AsSpan(0, (int)Math.Min(left, chunk.Length)));
        reader.RequireEnd();
        return reader._header;
    }

    public void Dispose() => _hash.Dispose();

    private Examples ReadRows()
    {
        int[] starts = _header.IsSparse ? ReadStarts(_header.Entries, "entries") : [];
        int[] columns = _header.IsSparse ? Read<int>(_header.Entries, "entries") : [];
        float[] values = _header.HasBytes ? Array.ConvertAll(Read<byte>(_header.Entries, "numbers"), number => (float)number)
            : Read<float>(_header.Entries, "numbers");
        int[] labelStarts = _header.Targets == PackedTargets.Labels ? ReadStarts(_header.Labels, "labels") : [];
        int[] labels = _header.Targets switch
        {
            PackedTargets.Classes => Read<int>(_header.Rows, "labels"),
            PackedTargets.Labels => Read<int>(_header.Labels, "labels"),
            _ => [],
        };
        float[] targets = _header.Targets == PackedTargets.Values ? Read<float>(_header.Rows * _header.Outputs, "targets") : [];
        RequireEnd();
        try
        {
            InputRows inputs = _header.IsSparse ? InputRows.CheckedInPlace(starts, columns, values, _header.Width)
                : InputRows.Dense(values, _header.Width, _header.InputOrigins);
            Examples examples = _header.Targets switch
            {
                PackedTargets.Classes => Examples.OfClasses(inputs, labels, _header.ClassNames, _header.Schema),
                PackedTargets.Values => Examples.OfValues(inputs, targets, _header.Outputs, _header.Schema, origins: _header.ValueOrigins),
                PackedTargets.Labels => Examples.OfLabelSets(inputs, LabelSets.Checked(_name, _header.Outputs, labelStarts, labels)),
                _ => Examples.WithoutTargets(inputs, _header.Schema),
            };
            return examples.Packed(_header.FirstIndex, _header.Standardise, _header.MissingCells, _header.TaskReason);
        }
        catch (Exception fault) when (fault is ArgumentException or InvalidDataException)
        {
            throw new InvalidDataException($"{_name}: {fault.Message}", fault);
        }
    }

    private int[] ReadStarts(long end, string what)
    {
        if (end > Array.MaxLength)
            throw TooMany(end, what);
        return Array.ConvertAll(Read<long>(_header.Rows + 1, "rows"), start => start >= 0 && start <= end ? (int)start
            : throw new InvalidDataException($"{_name}: expected starts from 0 to {end}, found {start}"));
    }

    private T[] Read<T>(long count, string what) where T : unmanaged
    {
        if (count > Array.MaxLength)
            throw TooMany(count, what);
        int size = Marshal.SizeOf<T>();
        var items = new GrowingArray<T>(count);
        for (long left = count; left > 0; left -= Math.Min(left, ChunkBytes / size))
        {
            Span<byte> bytes = MemoryMarshal.AsBytes(items.Append((int)Math.Min(left, ChunkBytes / size)));
            ReadBytes(bytes);
            if (!BitConverter.IsLittleEndian && size > 1)
                TensorShape.ReverseBytes(bytes, size);
        }
        Span<byte> padding = stackalloc byte[8];
        ReadBytes(padding[..(int)(PackedHeader.Padded(count * size) - count * size)]);
        return items.ToArray();
    }

    private void ReadBytes(Span<byte> destination)
    {
        int read = InputFile.Read(_stream, destination, _name);
        _read += read;
        if (read < destination.Length)
            throw new InvalidDataException(
                $"{_name}: expected {_header.DataBytes} bytes after the header, found {_read}: the data were cut");
        _hash.AppendData(destination);
    }

    private void RequireEnd()
    {
        Span<byte> more = stackalloc byte[1];
        if (InputFile.Read(_stream, more, _name) > 0)
            throw new InvalidDataException($"{_name}: expected {_header.DataBytes} bytes after the header, found more");
        if (!_hash.GetHashAndReset().AsSpan().SequenceEqual(_header.DataHash))
            throw new InvalidDataException($"{_name}: expected rows with the SHA-256 in the header, found others: the data are damaged");
    }

    private InvalidDataException TooMany(long count, string what) =>
        new($"{_name}: expected at most {Array.MaxLength} {what} to be read into memory, found {count}");
}
