using System.Security.Cryptography;
using Subquad.Data;

namespace Subquad.Formats;

/// <summary>Writes rows as packed data, from front to back.</summary>
internal static class PackedWriter
{
    /// <summary>Writes rows to a stream, which is not disposed.</summary>
    public static void Write(Stream stream, Examples examples)
    {
        PackedHeader header = PackedHeader.Of(examples);
        // The hash stands first, so the rows are gone through twice.
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        WriteRows(new HashedStream(hash), header, examples);
        stream.Write((header with { DataHash = hash.GetHashAndReset() }).ToBytes());
        WriteRows(stream, header, examples);
    }

    private static void WriteRows(Stream stream, PackedHeader header, Examples examples)
    {
        using var buffered = new BufferedStream(new BorrowedStream(stream), 1 << 16);
        using var writer = new BinaryWriter(buffered);
        InputRows rows = examples.Inputs;
        if (rows.IsSparse)
        {
            WriteStarts(writer, rows.Count, row => rows.ValuesOf(row).Length);
            for (int row = 0; row < rows.Count; row++)
                foreach (int column in rows.ColumnsOf(row))
                    writer.Write(column);
            Pad(writer, sizeof(int) * header.Entries);
        }
        foreach (float value in rows.Values)
        {
            if (header.HasBytes)
                writer.Write((byte)value);
            else
                writer.Write(value);
        }
        Pad(writer, header.Entries * header.ValueBytes);
        WriteTargets(writer, header, examples);
    }

    private static void WriteTargets(BinaryWriter writer, PackedHeader header, Examples examples)
    {
        switch (header.Targets)
        {
            case PackedTargets.Classes:
                foreach (int label in examples.Labels)
                    writer.Write(label);
                Pad(writer, sizeof(int) * header.Rows);
                break;
            case PackedTargets.Values:
                foreach (float value in examples.Values)
                    writer.Write(value);
                Pad(writer, sizeof(float) * header.Rows * header.Outputs);
                break;
            case PackedTargets.Labels:
                LabelSets sets = examples.LabelSets!;
                WriteStarts(writer, sets.Count, row => sets.Of(row).Length);
                for (int row = 0; row < sets.Count; row++)
                    foreach (int label in sets.Of(row))
                        writer.Write(label);
                Pad(writer, sizeof(int) * header.Labels);
                break;
        }
    }

    private static void WriteStarts(BinaryWriter writer, int rows, Func<int, int> lengthOf)
    {
        long start = 0;
        writer.Write(start);
        for (int row = 0; row < rows; row++)
            writer.Write(start += lengthOf(row));
    }

    private static void Pad(BinaryWriter writer, long bytes)
    {
        for (long place = bytes; place < PackedHeader.Padded(bytes); place++)
            writer.Write((byte)0);
    }

    /// <summary>A stream that only hashes what is written to it.</summary>
    private sealed class HashedStream(IncrementalHash hash) : WriteStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => hash.AppendData(buffer);
    }

    /// <summary>A stream of others, who flush and dispose it.</summary>
    private sealed class BorrowedStream(Stream stream) : WriteStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => stream.Write(buffer);
    }

    private abstract class WriteStream : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public abstract override void Write(ReadOnlySpan<byte> buffer);

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
