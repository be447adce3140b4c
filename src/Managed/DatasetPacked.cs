using Subquad.Data;
using Subquad.Formats;

namespace Subquad;

public sealed partial class Dataset
{
    /// <summary>
    /// Writes the rows, encoded as they are, in a binary format that is read faster than text and checked by hashes; see docs/formats.md.
    /// Names of rows are left out. The file appears whole or not at all. Thread-safe.
    /// </summary>
    /// <param name="path">The file; overwritten.</param>
    /// <exception cref="IOException">The file cannot be written; the message names it.</exception>
    public void SavePacked(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        AtomicFile.Write(path, stream => PackedWriter.Write(stream, Examples));
    }

    /// <summary>Writes the same bytes to a stream, which need not seek and is neither flushed nor disposed. Thread-safe.</summary>
    /// <param name="stream">Where the rows go, from its present position on.</param>
    /// <exception cref="ArgumentException">The stream cannot be written to.</exception>
    public void SavePacked(Stream stream)
    {
        Network.RequireWritable(stream);
        PackedWriter.Write(stream, Examples);
    }

    /// <summary>Reads rows that <see cref="SavePacked(string)"/> or <c>subquad pack</c> wrote, plain or gzip, bit for bit.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileNotFoundException">The file is missing.</exception>
    /// <exception cref="InvalidDataException">The content is something else, damaged or cut, or too large for memory.</exception>
    /// <exception cref="IOException">The file may not be read.</exception>
    public static Dataset ReadPacked(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return new(PackedReader.Read(path));
    }

    /// <summary>Reads packed rows from a stream, plain or gzip; it need not seek and is not disposed.</summary>
    /// <param name="stream">The rows and nothing else, from the present position on.</param>
    /// <exception cref="ArgumentException">The stream cannot be read.</exception>
    /// <exception cref="InvalidDataException">The content is something else, damaged or cut, or too large for memory.</exception>
    public static Dataset ReadPacked(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return new(PackedReader.Read(InputSource.Of(stream)));
    }

    /// <summary>Reads packed rows from memory, see <see cref="ReadPacked(Stream)"/>.</summary>
    /// <param name="content">The rows.</param>
    /// <exception cref="InvalidDataException">The content is something else, damaged or cut.</exception>
    public static Dataset ReadPacked(ReadOnlyMemory<byte> content) => ReadPacked(RandomBytes.StreamOf(content));

    /// <summary>
    /// Reads packed rows for use beside these: classes are found by name, and features of sparse rows that these do not have are left out
    /// and counted. Columns of a table must have been encoded alike, as <c>subquad pack --like</c> does.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileNotFoundException">The file is missing.</exception>
    /// <exception cref="InvalidDataException">The content cannot be used, or does not fit these rows.</exception>
    /// <exception cref="IOException">The file may not be read.</exception>
    public Dataset ReadPackedLike(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var layout = new LibsvmLayout(InputWidth, Examples.FirstIndex, Examples.Kind, Examples.ClassNames, OutputCount);
        return new(PackedLike.Fit(PackedReader.Read(path), layout, Examples.Schema, $"'{path}'"));
    }

    private static Dataset ReadPacked(string path, CsvOptions? options)
    {
        Dataset data = ReadPacked(path);
        return options?.Task is null || options.Task == data.Task ? data
            : throw new InvalidDataException($"'{path}': expected the task {options.Task}, found rows packed for {data.Task}");
    }
}
