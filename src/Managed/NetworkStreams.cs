using Subquad.Data;
using Subquad.Formats;

namespace Subquad;

public sealed partial class Network
{
    /// <summary>
    /// Reads a table from a stream as the model's training table was read, see <see cref="ReadCsv(string, bool, string?)"/>.
    /// </summary>
    /// <param name="stream">The table, plain or gzip; not disposed, and need not seek.</param>
    /// <param name="withTargets">Whether the target column is read; else its cells are not looked at.</param>
    /// <param name="rowNames">The column that names the rows, see <see cref="Dataset.RowNames"/>; null for none.</param>
    /// <exception cref="ArgumentException">The stream cannot be read.</exception>
    /// <exception cref="InvalidDataException">The model was not trained on a table, or the content does not fit it.</exception>
    public Dataset ReadCsv(Stream stream, bool withTargets = true, string? rowNames = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return ReadCsv(InputSource.Of(stream), withTargets, rowNames);
    }

    /// <summary>
    /// Reads LIBSVM or extreme-classification text from a stream as the model's training text was read, see
    /// <see cref="ReadLibsvm(string, bool)"/>.
    /// </summary>
    /// <param name="stream">The text, plain or gzip; not disposed, and need not seek.</param>
    /// <param name="withTargets">Whether labels are read.</param>
    /// <exception cref="ArgumentException">The stream cannot be read.</exception>
    /// <exception cref="InvalidDataException">The model was trained on a table, or the content does not fit it; the message names the
    /// line.</exception>
    public Dataset ReadLibsvm(Stream stream, bool withTargets = true)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return ReadLibsvm(InputSource.Of(stream), withTargets);
    }

    private Dataset ReadCsv(InputSource source, bool withTargets, string? rowNames) =>
        WithClippedNoted(source.Name, CsvExamples.ReadWith(RequireTable(source.Name), source, withTargets, rowNames));

    private Dataset ReadPacked(InputSource source, bool withTargets)
    {
        Examples rows = PackedLike.Fit(PackedReader.Read(source), LayoutOf(withTargets), Table, source.Name);
        return Table is null ? new(rows) : WithClippedNoted(source.Name, rows);
    }

    /// <summary>How rows without named columns are read for this network.</summary>
    private LibsvmLayout LayoutOf(bool withTargets) =>
        new(InputWidth, FirstIndex, withTargets ? Target.Kind : TargetKind.None, [.. ClassNames], OutputCount);

    private Dataset ReadLibsvm(InputSource source, bool withTargets)
    {
        if (Table is not null)
            throw new InvalidDataException($"{source.Name}: the model was trained on a table, whose columns have names, found LIBSVM text");
        return new(LibsvmExamples.ReadWith(LayoutOf(withTargets), source));
    }
}
