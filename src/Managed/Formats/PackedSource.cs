using System.Runtime.InteropServices;
using Subquad.Data;
using Subquad.Models;

namespace Subquad.Formats;

/// <summary>
/// Reads packed rows anew in every epoch, through a shuffle buffer: memory depends on the buffer, not on the file. An epoch can begin at
/// any of its batches, without reading the rows of those before.
/// </summary>
internal sealed class PackedSource : IBatchSource
{
    private const int RowsAtOnce = 256;

    private readonly string _path;
    private readonly PackedHeader _header;
    private readonly StreamedRows _rows;
    private readonly int _batch;
    private readonly int _waiting;
    private readonly ulong _seed;

    /// <summary>Checks the whole file against its hashes once.</summary>
    /// <param name="path">The file, not in gzip.</param>
    /// <param name="input">The input transform.</param>
    /// <param name="target">The target transform.</param>
    /// <param name="batch">Rows of a batch, at least 1.</param>
    /// <param name="waiting">Rows in the shuffle buffer, at least 1; 1 keeps the order.</param>
    /// <param name="seed">Draws the order of each epoch.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, has no targets, or is packed with gzip.</exception>
    public PackedSource(string path, InputTransform input, TargetTransform target, int batch, int waiting, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(waiting, 1);
        using (Stream content = InputFile.Open(path))
        {
            if (content is WholeGzipStream)
                throw new InvalidDataException(
                    $"'{path}': expected a file that can be read at any place, found gzip data: unpack it first");
            _header = PackedReader.Verify(content, $"'{path}'");
        }
        if (_header.Targets == PackedTargets.None)
            throw new InvalidDataException($"'{path}': expected rows with targets, found rows without");
        _rows = new(_header.IsSparse, _header.Width, _header.Targets, _header.ClassNames, _header.Outputs, input, target,
            _header.InputOrigins, _header.ValueOrigins);
        (_path, _batch, _waiting, _seed) = (path, batch, waiting, seed);
    }

    public RowBatch? Whole => null;

    /// <summary>Batches of an epoch.</summary>
    public int Batches => checked((int)((_header.Rows + _batch - 1) / _batch));

    public IEnumerable<EpochBatch> Epoch(int epoch) => Epoch(epoch, 0);

    /// <summary>The batches of an epoch from one on, as if those before had been taken.</summary>
    /// <param name="epoch">The number of the epoch, from 0.</param>
    /// <param name="first">The number of the first batch, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such batch.</exception>
    public IEnumerable<EpochBatch> Epoch(int epoch, int first)
    {
        if (first < 0 || first >= Batches)
            throw new ArgumentOutOfRangeException(nameof(first), $"expected a batch from 0 to {Batches - 1}, found {first}");
        return _rows.Batches(From(epoch, first * (long)_batch), _batch);
    }

    private IEnumerable<StreamedRow> From(int epoch, long skipped)
    {
        using RandomBytes file = RandomBytes.Open(_path);
        // The order does not depend on the content: what leaves the buffer before the first row that counts is never read.
        long entered = skipped == 0 ? 0 : skipped + _waiting - 1, left = 0;
        foreach ((int row, StreamedRow? read) in ShuffleBuffer.Shuffle(Rows(file, entered), _waiting, new SplitMix64(_seed, (ulong)epoch)))
            if (left++ >= skipped)
                yield return read ?? ReadRows(file, row, 1)[0];
    }

    /// <summary>All rows in the order of the file, the first ones by their number only.</summary>
    private IEnumerable<(int Row, StreamedRow? Read)> Rows(RandomBytes file, long unread)
    {
        StreamedRow[] block = [];
        int blockStart = 0;
        for (int row = 0; row < _header.Rows; row++)
        {
            if (row < unread)
            {
                yield return (row, null);
                continue;
            }
            if (row - blockStart >= block.Length)
                (block, blockStart) = (ReadRows(file, row, (int)Math.Min(RowsAtOnce, _header.Rows - row)), row);
            yield return (row, block[row - blockStart]);
        }
    }

    private StreamedRow[] ReadRows(RandomBytes file, int first, int count)
    {
        long[] starts = _header.IsSparse ? Starts(file, 0, first, count, _header.Entries)
            : [.. Enumerable.Range(first, count + 1).Select(row => row * (long)_header.Width)];
        int entries = checked((int)(starts[^1] - starts[0]));
        int[] columns = _header.IsSparse ? At<int>(file, _header.ColumnsPlace + sizeof(int) * starts[0], entries) : [];
        long place = _header.ValuesPlace + starts[0] * _header.ValueBytes;
        float[] values = _header.HasBytes ? Array.ConvertAll(At<byte>(file, place, entries), number => (float)number)
            : At<float>(file, place, entries);
        int outputs = _header.Targets == PackedTargets.Values ? _header.Outputs : 0;
        float[] targets = At<float>(file, _header.TargetsPlace + sizeof(float) * (long)first * outputs, count * outputs);
        long[] labelStarts = _header.Targets switch
        {
            PackedTargets.Labels => Starts(file, _header.LabelStartsPlace, first, count, _header.Labels),
            PackedTargets.Classes => [.. Enumerable.Range(first, count + 1).Select(row => (long)row)],
            _ => new long[count + 1],
        };
        int[] labels = At<int>(file, _header.TargetsPlace + sizeof(int) * labelStarts[0], checked((int)(labelStarts[^1] - labelStarts[0])));
        var rows = new StreamedRow[count];
        for (int i = 0; i < count; i++)
        {
            Range range = Part(starts, i), labelled = Part(labelStarts, i);
            float[] target = targets[(i * outputs)..((i + 1) * outputs)];
            rows[i] = new(_header.IsSparse ? columns[range] : [], values[range], labels[labelled], target);
            Check(rows[i], first + i);
        }
        return rows;
    }

    /// <summary>Where rows start, and where the last one ends.</summary>
    private long[] Starts(RandomBytes file, long place, int first, int count, long end)
    {
        long[] starts = At<long>(file, place + sizeof(long) * (long)first, count + 1);
        for (int i = 0; i <= count; i++)
            if (starts[i] < (i == 0 ? 0 : starts[i - 1]) || starts[i] > end)
                throw Damaged(first + i, $"a start up to {end} that does not fall", $"{starts[i]}");
        return starts;
    }

    /// <summary>The file may have changed since its hash was compared.</summary>
    private void Check(StreamedRow row, int number)
    {
        int last = -1;
        foreach (int column in row.Columns)
            last = column > last && column < _header.Width ? column
                : throw Damaged(number, $"ascending indices from 0 to {_header.Width - 1}", $"{column} after {last}");
        foreach (int label in row.Labels)
            if (label < 0 || label >= _header.Outputs)
                throw Damaged(number, $"labels from 0 to {_header.Outputs - 1}", $"{label}");
    }

    private T[] At<T>(RandomBytes file, long place, int count) where T : unmanaged
    {
        var items = new T[count];
        Span<byte> bytes = MemoryMarshal.AsBytes(items.AsSpan());
        for (int read = 0, next; read < bytes.Length; read += next)
        {
            next = file.Read(bytes[read..], _header.Bytes + place + read);
            if (next == 0)
                throw new InvalidDataException(
                    $"'{_path}': expected {_header.Bytes + _header.DataBytes} bytes, found fewer: the file was cut");
        }
        if (!BitConverter.IsLittleEndian && Marshal.SizeOf<T>() is > 1 and var size)
            TensorShape.ReverseBytes(bytes, size);
        return items;
    }

    private static Range Part(long[] starts, int row) => (int)(starts[row] - starts[0])..(int)(starts[row + 1] - starts[0]);

    private InvalidDataException Damaged(int row, string expected, string found) =>
        new($"'{_path}', row {row} (from 0): expected {expected}, found {found}");
}
