using Subquad.Formats;

namespace Subquad;

public sealed partial class Network
{
    /// <summary>
    /// Reads a file or folder by its format (<see cref="Dataset.FormatOf"/>) as the model's training data were read: see
    /// <see cref="ReadCsv(string, bool, string?)"/>, <see cref="ReadLibsvm(string, bool)"/> and <see cref="Dataset.ReadIdx(string, string?,
    /// bool)"/>.
    /// </summary>
    /// <param name="path">A CSV, LIBSVM text, packed rows, an IDX images file, or a folder with the MNIST file names.</param>
    /// <param name="labels">The labels of an IDX images file; must be null for all else.</param>
    /// <param name="train">Of a folder, the training files or the test files.</param>
    /// <param name="withTargets">Whether targets are read; else images need no labels, and targets of tables and LIBSVM text may be unknown
    /// or missing. A table without its target column can only be predicted, whatever is asked for.</param>
    /// <param name="rowNames">The column of a table that names its rows, see <see cref="Dataset.RowNames"/>; must be null for all
    /// else.</param>
    /// <exception cref="ArgumentException">Labels are named for what is no images file, a column for what is no table, or labels cannot be
    /// guessed from the images' name.</exception>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">The file is of no known format, its content cannot be used, or does not fit the
    /// model.</exception>
    /// <exception cref="IOException">A file may not be read.</exception>
    public Dataset Read(string path, string? labels = null, bool train = false, bool withTargets = true, string? rowNames = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        Dataset.RefuseLabels(path, labels);
        if (rowNames is not null && DataFormats.Of(path) is not DataFormat.Csv)
            throw new ArgumentException($"expected no names of rows for '{path}', which is no table, found '{rowNames}'", nameof(rowNames));
        return DataFormats.Read(
            path,
            () => ReadCsv(path, withTargets, rowNames),
            () => ReadLibsvm(path, withTargets),
            () => withTargets ? Dataset.ReadIdx(path, labels, train) : new(IdxReader.ReadImages(path, train)),
            () => ReadPacked(path, withTargets));
    }
}
