using Subquad.Formats;

namespace Subquad;

public sealed partial class Dataset
{
    /// <summary>
    /// What a path is read as. Packed rows are recognised by their first bytes. A folder is read as images, a name that ends in .csv, .tsv
    /// or .tab as a table, in .libsvm or .svm as LIBSVM text, each with or without .gz. Otherwise the first lines decide, then the name or
    /// the first bytes of IDX files.
    /// </summary>
    /// <param name="path">A file, or a folder.</param>
    /// <returns>The format; null when nothing tells of one.</returns>
    /// <exception cref="FileNotFoundException">There is no such file, and its name does not tell the format.</exception>
    /// <exception cref="IOException">The file may not be read.</exception>
    public static DataFormat? FormatOf(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return DataFormats.Of(path);
    }

    /// <summary>
    /// Reads a file or folder by its format (<see cref="FormatOf"/>), as <see cref="ReadCsv(string, CsvOptions?)"/>, <see
    /// cref="ReadLibsvm(string, int?, TaskKind?)"/> and <see cref="ReadIdx(string, string?, bool)"/> do.
    /// </summary>
    /// <param name="path">A CSV, LIBSVM text, packed rows, an IDX images file, or a folder with the MNIST file names.</param>
    /// <param name="options">How to read a table, and the task of a table or of LIBSVM text; null means the defaults.</param>
    /// <param name="labels">The labels of an IDX images file; must be null for all else.</param>
    /// <param name="train">Of a folder, the training files or the test files.</param>
    /// <exception cref="ArgumentException">Labels are named for what is no images file, cannot be guessed from the images' name, or the
    /// task asked for is neither classification nor regression.</exception>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">The file is of no known format, or its content cannot be used.</exception>
    /// <exception cref="IOException">A file may not be read.</exception>
    public static Dataset Read(string path, CsvOptions? options = null, string? labels = null, bool train = true)
    {
        ArgumentNullException.ThrowIfNull(path);
        RefuseLabels(path, labels);
        return DataFormats.Read(
            path,
            () => ReadCsv(path, options),
            () => ReadLibsvm(path, task: options?.Task),
            () => ReadIdx(path, labels, train),
            () => ReadPacked(path, options));
    }

    /// <summary>
    /// Reads another file or folder as this one was read, by its format: see <see cref="ReadCsvLike(string)"/>, <see
    /// cref="ReadLibsvmLike(string)"/> and <see cref="ReadIdx(string, string?, bool)"/>.
    /// </summary>
    /// <param name="path">A CSV, LIBSVM text, packed rows, an IDX images file, or a folder with the MNIST file names.</param>
    /// <param name="train">Of a folder, the training files or the test files.</param>
    /// <exception cref="ArgumentException">The labels of an images file cannot be guessed from its name.</exception>
    /// <exception cref="InvalidOperationException">These rows come from data of another format.</exception>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">The file is of no known format, or its content cannot be used.</exception>
    /// <exception cref="IOException">A file may not be read.</exception>
    public Dataset ReadLike(string path, bool train = false)
    {
        ArgumentNullException.ThrowIfNull(path);
        return DataFormats.Read(
            path, () => ReadCsvLike(path), () => ReadLibsvmLike(path), () => ReadIdx(path, train: train), () => ReadPackedLike(path));
    }

    /// <summary>Refuses labels beside what is no images file.</summary>
    internal static void RefuseLabels(string path, string? labels)
    {
        if (labels is not null && DataFormats.Of(path) is DataFormat.Csv or DataFormat.Libsvm or DataFormat.Packed)
            throw new ArgumentException($"expected no labels beside '{path}', which is no images file, found '{labels}'", nameof(labels));
    }
}
