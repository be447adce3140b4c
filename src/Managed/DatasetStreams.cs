using Subquad.Data;
using Subquad.Formats;

namespace Subquad;

public sealed partial class Dataset
{
    /// <summary>
    /// Reads a table from a stream, plain or gzip, as <see cref="ReadCsv(string, CsvOptions?)"/> does from a file. A stream that does not
    /// seek is copied first, to memory or, if it is large, to a temporary file. The stream is not disposed.
    /// </summary>
    /// <param name="stream">The table, from the present position to the end.</param>
    /// <param name="options">How to read it; null means the defaults.</param>
    /// <exception cref="ArgumentException">The stream cannot be read, or the options are wrong.</exception>
    /// <exception cref="InvalidDataException">The content cannot be used; the message names the line or the column.</exception>
    public static Dataset ReadCsv(Stream stream, CsvOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        _ = Kind(options?.Task, nameof(options));
        RequireMarks(options ?? new());
        // The table is surveyed, then read.
        using var content = new RereadableStream(stream);
        return new(CsvExamples.Read(InputSource.Of(content), options));
    }

    /// <summary>Reads a table from memory, see <see cref="ReadCsv(Stream, CsvOptions?)"/>.</summary>
    /// <param name="content">The table.</param>
    /// <param name="options">How to read it; null means the defaults.</param>
    /// <exception cref="ArgumentException">The options are wrong.</exception>
    /// <exception cref="InvalidDataException">The content cannot be used; the message names the line or the column.</exception>
    public static Dataset ReadCsv(ReadOnlyMemory<byte> content, CsvOptions? options = null) =>
        ReadCsv(RandomBytes.StreamOf(content), options);

    /// <summary>Reads another table from a stream as this one was read, see <see cref="ReadCsvLike(string)"/>.</summary>
    /// <param name="stream">The table, plain or gzip; not disposed, and need not seek.</param>
    /// <exception cref="ArgumentException">The stream cannot be read.</exception>
    /// <exception cref="InvalidOperationException">These rows do not come from a table.</exception>
    /// <exception cref="InvalidDataException">A column is missing or the content cannot be used; the message names the line or the
    /// column.</exception>
    public Dataset ReadCsvLike(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return ReadCsvLike(InputSource.Of(stream));
    }

    /// <summary>
    /// Reads LIBSVM or extreme-classification text from a stream, plain or gzip, as <see cref="ReadLibsvm(string, int?, TaskKind?)"/> does
    /// from a file. The stream need not seek; it is read once and not disposed.
    /// </summary>
    /// <param name="stream">The text, from the present position to the end.</param>
    /// <param name="width">Features; null means up to the largest index.</param>
    /// <param name="task">Null decides by the labels as <see cref="CsvOptions.Task"/> says.</param>
    /// <exception cref="ArgumentException">The stream cannot be read, the task asked for is neither classification nor regression, or the
    /// width is not from 1 to 16777216.</exception>
    /// <exception cref="InvalidDataException">The content cannot be used, or does not fit in memory; the message names the
    /// line.</exception>
    public static Dataset ReadLibsvm(Stream stream, int? width = null, TaskKind? task = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return ReadLibsvm(InputSource.Of(stream), width, task);
    }

    /// <summary>Reads LIBSVM or extreme-classification text from memory, see <see cref="ReadLibsvm(Stream, int?, TaskKind?)"/>.</summary>
    /// <param name="content">The text, plain or gzip.</param>
    /// <param name="width">Features; null means up to the largest index.</param>
    /// <param name="task">Null decides by the labels.</param>
    /// <exception cref="ArgumentException">The task asked for is neither classification nor regression, or the width is not from 1 to
    /// 16777216.</exception>
    /// <exception cref="InvalidDataException">The content cannot be used; the message names the line.</exception>
    public static Dataset ReadLibsvm(ReadOnlyMemory<byte> content, int? width = null, TaskKind? task = null) =>
        ReadLibsvm(RandomBytes.StreamOf(content), width, task);

    /// <summary>Reads another text from a stream as this one was read, see <see cref="ReadLibsvmLike(string)"/>.</summary>
    /// <param name="stream">The text, plain or gzip; not disposed, and need not seek.</param>
    /// <exception cref="ArgumentException">The stream cannot be read.</exception>
    /// <exception cref="InvalidOperationException">These rows do not come from such a text.</exception>
    /// <exception cref="InvalidDataException">The content cannot be used, or does not fit; the message names the line.</exception>
    public Dataset ReadLibsvmLike(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return ReadLibsvmLike(InputSource.Of(stream));
    }

    /// <summary>Reads images from a stream, to be predicted.</summary>
    /// <param name="images">IDX images, plain or gzip; not disposed, and need not seek.</param>
    /// <exception cref="ArgumentException">The stream cannot be read.</exception>
    /// <exception cref="InvalidDataException">The content is damaged.</exception>
    public static Dataset ReadIdxImages(Stream images)
    {
        ArgumentNullException.ThrowIfNull(images);
        return new(IdxReader.ReadImages(InputSource.Of(images, "the images")));
    }

    /// <summary>Reads images and labels from memory, see <see cref="ReadIdx(Stream, Stream, IReadOnlyList{string}?)"/>.</summary>
    /// <param name="images">IDX images, plain or gzip.</param>
    /// <param name="labels">IDX labels, plain or gzip.</param>
    /// <param name="classNames">Names in label order, at least 2; null means "0", "1", ...</param>
    /// <exception cref="ArgumentException">There are fewer than two names.</exception>
    /// <exception cref="InvalidDataException">The content is damaged, or the two do not fit.</exception>
    public static Dataset ReadIdx(
        ReadOnlyMemory<byte> images, ReadOnlyMemory<byte> labels, IReadOnlyList<string>? classNames = null) =>
        ReadIdx(RandomBytes.StreamOf(images), RandomBytes.StreamOf(labels), classNames);

    private Dataset ReadCsvLike(InputSource source) => new(CsvExamples.ReadWith(
        Examples.Schema ?? throw new InvalidOperationException("expected rows that come from a table, found rows without named columns"),
        source));

    private static Dataset ReadLibsvm(InputSource source, int? width, TaskKind? task)
    {
        if (width is < 1 or > LibsvmReader.MaxWidth)
            throw new ArgumentOutOfRangeException(nameof(width), $"expected a width from 1 to {LibsvmReader.MaxWidth}, found {width}");
        return new(LibsvmExamples.Read(source, width, Kind(task, nameof(task))));
    }

    private Dataset ReadLibsvmLike(InputSource source) => Examples.FirstIndex is not null
        ? new(LibsvmExamples.ReadWith(new(InputWidth, Examples.FirstIndex, Examples.Kind, Examples.ClassNames, OutputCount), source))
        : throw new InvalidOperationException("expected rows that come from a LIBSVM text, found others");
}
