using Subquad.Data;
using Subquad.Formats;

namespace Subquad;

/// <summary>
/// Rows of numbers with what should be predicted from them. Inputs are kept as they were given: a network standardises and normalises them
/// itself. Never changed after construction, so it may be used from many threads.
/// </summary>
public sealed partial class Dataset
{
    internal Dataset(Examples examples) => Examples = examples;

    /// <summary>Rows, at least 1.</summary>
    public int Count => Examples.Count;

    /// <summary>Numbers per row; a text column of a table counts once per category.</summary>
    public int InputWidth => Examples.Width;

    /// <summary>What the targets are.</summary>
    public TaskKind Task => Examples.Kind switch
    {
        TargetKind.Classes => TaskKind.Classification,
        TargetKind.Values => Examples.LabelSets is null ? TaskKind.Regression : TaskKind.MultiLabel,
        _ => TaskKind.None,
    };

    /// <summary>The names of the classes in label order; empty unless the task is classification.</summary>
    public IReadOnlyList<string> ClassNames => Array.AsReadOnly(Examples.ClassNames);

    /// <summary>Outputs a network needs: the number of classes or of values; 0 without targets.</summary>
    public int OutputCount => Examples.OutputCount;

    /// <summary>
    /// Missing cells of the table these rows come from: numbers took the column's median, texts all zeros. A part keeps the count of the
    /// whole.
    /// </summary>
    public int MissingCells => Examples.MissingCells;

    /// <summary>
    /// Entries of LIBSVM text that were left out because the training data, or the text that it was read like, have no such feature.
    /// </summary>
    public int IgnoredEntries => Examples.IgnoredEntries;

    /// <summary>
    /// Numbers per row as a network takes them: with the constant feature that tables and LIBSVM text get.
    /// </summary>
    public int NetworkWidth => InputWidth + (Examples.HasConstant ? 1 : 0);

    /// <summary>The column of a table that is predicted; null for rows that do not come from a table.</summary>
    public string? TargetColumn => Examples.Schema?.TargetName;

    /// <summary>
    /// What was noticed while a table was read: columns without influence or left out, likely identifiers, cells that count for nothing.
    /// </summary>
    public IReadOnlyList<string> Notes => Examples.Notes;

    /// <summary>
    /// Why the target of a table is classes or numbers; null for rows that do not come from <see cref="ReadCsv(string, CsvOptions?)"/>.
    /// </summary>
    public string? TaskReason => Examples.TaskReason;

    /// <summary>
    /// The cells of the column that was named as such in <see cref="Network.ReadCsv(string, bool, string?)"/>; empty without one.
    /// </summary>
    public IReadOnlyList<string> RowNames => Array.AsReadOnly(Examples.RowNames);

    /// <summary>Rows of each class, in label order; empty unless the task is classification.</summary>
    public IReadOnlyList<int> ClassCounts
    {
        get
        {
            var counts = new int[Examples.ClassNames.Length];
            foreach (int label in Examples.Labels)
                counts[label]++;
            return Array.AsReadOnly(counts);
        }
    }

    internal Examples Examples { get; }

    /// <summary>Copies rows to classify.</summary>
    /// <param name="inputs">Rows of <paramref name="width"/> finite numbers, row-major.</param>
    /// <param name="width">Numbers per row.</param>
    /// <param name="labels">One class per row, from 0.</param>
    /// <param name="classNames">Names in label order, at least 2; null means "0", "1", ... up to the largest label.</param>
    /// <exception cref="ArgumentException">The lengths do not fit.</exception>
    /// <exception cref="InvalidDataException">An input is not finite, or a label is no class.</exception>
    public static Dataset From(ReadOnlySpan<float> inputs, int width, ReadOnlySpan<int> labels, IReadOnlyList<string>? classNames = null)
    {
        int[] classes = labels.ToArray();
        return Standardised(Examples.OfClasses(Dense(inputs, width), classes, Names(classNames) ?? Examples.NumberedClasses(classes)));
    }

    /// <summary>Copies rows with numbers to predict.</summary>
    /// <param name="inputs">Rows of <paramref name="width"/> finite numbers, row-major.</param>
    /// <param name="width">Numbers per row.</param>
    /// <param name="targets">Rows of <paramref name="outputs"/> finite numbers, row-major.</param>
    /// <param name="outputs">Targets per row.</param>
    /// <exception cref="ArgumentException">The lengths do not fit.</exception>
    /// <exception cref="InvalidDataException">A number is not finite.</exception>
    public static Dataset From(ReadOnlySpan<float> inputs, int width, ReadOnlySpan<float> targets, int outputs = 1) =>
        Standardised(Examples.OfValues(Dense(inputs, width), targets.ToArray(), outputs));

    /// <summary>Copies rows that have any number of labels each. Memory follows the labels that rows have.</summary>
    /// <param name="inputs">Rows of <paramref name="width"/> finite numbers, row-major.</param>
    /// <param name="width">Numbers per row.</param>
    /// <param name="labels">The labels of each row, from 0 to below <paramref name="labelCount"/>, in any order; none is fine.</param>
    /// <param name="labelCount">How many labels there are, 1 to 2^24.</param>
    /// <exception cref="ArgumentException">The lengths do not fit, a row is null, or the number of labels is outside its range.</exception>
    /// <exception cref="InvalidDataException">An input is not finite, or a label is outside its range.</exception>
    public static Dataset FromLabelSets(
        ReadOnlySpan<float> inputs, int width, IReadOnlyList<IReadOnlyList<int>> labels, int labelCount)
    {
        ArgumentNullException.ThrowIfNull(labels);
        return Standardised(Examples.OfLabelSets(Dense(inputs, width), LabelSets.Of(labels, labelCount)));
    }

    /// <summary>Copies rows that can only be predicted.</summary>
    /// <param name="inputs">Rows of <paramref name="width"/> finite numbers, row-major.</param>
    /// <param name="width">Numbers per row.</param>
    /// <exception cref="ArgumentException">The length is no multiple of the width.</exception>
    /// <exception cref="InvalidDataException">A number is not finite.</exception>
    public static Dataset From(ReadOnlySpan<float> inputs, int width) => Standardised(Examples.WithoutTargets(Dense(inputs, width)));

    /// <summary>Reads images and labels of the MNIST family (IDX files, plain or gzip); pixels become 0 to 255.</summary>
    /// <param name="imagesOrFolder">A folder with the MNIST file names, or an images file.</param>
    /// <param name="labels">The labels file; null means the images' name with "labels" for "images". Must be null for a folder.</param>
    /// <param name="train">Of a folder, the training files or the test files.</param>
    /// <exception cref="ArgumentException">Labels are named beside a folder, or cannot be guessed from the images' name.</exception>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or the two do not fit.</exception>
    /// <exception cref="IOException">A file may not be read.</exception>
    public static Dataset ReadIdx(string imagesOrFolder, string? labels = null, bool train = true)
    {
        ArgumentNullException.ThrowIfNull(imagesOrFolder);
        if (!Directory.Exists(imagesOrFolder))
            return new(IdxReader.Read(imagesOrFolder, labels));
        if (labels is not null)
            throw new ArgumentException($"expected no labels beside the folder '{imagesOrFolder}', found '{labels}'", nameof(labels));
        return new(IdxReader.ReadFolder(imagesOrFolder, train));
    }

    /// <summary>Reads images and labels from streams, which need not seek; neither is disposed.</summary>
    /// <param name="images">IDX images, plain or gzip.</param>
    /// <param name="labels">IDX labels, plain or gzip.</param>
    /// <param name="classNames">Names in label order, at least 2; null means "0", "1", ...</param>
    /// <exception cref="ArgumentException">There are fewer than two names.</exception>
    /// <exception cref="InvalidDataException">A stream is damaged, or the two do not fit.</exception>
    public static Dataset ReadIdx(Stream images, Stream labels, IReadOnlyList<string>? classNames = null)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(labels);
        return new(IdxReader.Read(images, labels, Names(classNames)));
    }

    /// <summary>Reads an images file alone, to be predicted.</summary>
    /// <param name="images">An IDX images file, plain or gzip.</param>
    /// <exception cref="FileNotFoundException">The file is missing.</exception>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    /// <exception cref="IOException">The file may not be read.</exception>
    public static Dataset ReadIdxImages(string images)
    {
        ArgumentNullException.ThrowIfNull(images);
        return new(IdxReader.ReadImages(images));
    }

    /// <summary>
    /// Reads a table, plain or gzip: separator and header are found unless the options say them. Missing numbers take the median of their
    /// column, text columns become one feature per category (up to 64). A column that is numbers but for some cells is an error.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="options">How to read it; null means the defaults.</param>
    /// <exception cref="ArgumentException">The task asked for is neither classification nor regression, the separator is not one that
    /// tables have, or a mark is used for two things.</exception>
    /// <exception cref="FileNotFoundException">The file is missing.</exception>
    /// <exception cref="InvalidDataException">The content cannot be used; the message names the line or the column.</exception>
    /// <exception cref="IOException">The file may not be read.</exception>
    public static Dataset ReadCsv(string path, CsvOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        _ = Kind(options?.Task, nameof(options));
        RequireMarks(options ?? new());
        return new(CsvExamples.Read(path, options));
    }

    /// <summary>
    /// Reads another table as this one was read: the same columns by name in any order, the same medians, categories and classes.
    /// </summary>
    /// <param name="path">A CSV; without the target column the rows can only be predicted.</param>
    /// <exception cref="InvalidOperationException">These rows do not come from a table.</exception>
    /// <exception cref="FileNotFoundException">The file is missing.</exception>
    /// <exception cref="InvalidDataException">A column is missing or the content cannot be used; the message names the line or the
    /// column.</exception>
    /// <exception cref="IOException">The file may not be read.</exception>
    public Dataset ReadCsvLike(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return ReadCsvLike((InputSource)path);
    }

    /// <summary>
    /// Reads LIBSVM text (<c>label index:value ...</c>) or extreme-classification text (a first line <c>rows features labels</c>, then
    /// <c>label,label index:value ...</c>), plain or gzip. Features that a row leaves out are 0. Indices count from 1, or from 0 where a 0
    /// occurs, and ascend in a row. With that first line a row may have any number of labels, which become one target of 0 or 1 each, and
    /// indices count from 0.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="width">Features; null means up to the largest index.</param>
    /// <param name="task">Null decides by the labels as <see cref="CsvOptions.Task"/> says. Classes are ordered by number.</param>
    /// <exception cref="ArgumentException">The task asked for is neither classification nor regression, or the width is not from 1 to
    /// 16777216.</exception>
    /// <exception cref="FileNotFoundException">The file is missing.</exception>
    /// <exception cref="InvalidDataException">The content cannot be used, or does not fit in memory; the message names the
    /// line.</exception>
    /// <exception cref="IOException">The file may not be read.</exception>
    public static Dataset ReadLibsvm(string path, int? width = null, TaskKind? task = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        return ReadLibsvm((InputSource)path, width, task);
    }

    /// <summary>
    /// Reads another LIBSVM or extreme-classification text as this one was read: the same width, first index and classes.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidOperationException">These rows do not come from such a text.</exception>
    /// <exception cref="FileNotFoundException">The file is missing.</exception>
    /// <exception cref="InvalidDataException">The content cannot be used, or does not fit; the message names the line.</exception>
    /// <exception cref="IOException">The file may not be read.</exception>
    public Dataset ReadLibsvmLike(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return ReadLibsvmLike((InputSource)path);
    }

    /// <summary>
    /// The same rows, of which a network that is drawn for them (<see cref="Network.Create(NetworkShape, Dataset, ulong,
    /// Simd.KernelSet?, int?, CancellationToken)"/>) only divides by the norm: for features that are on one scale already, such as pixels,
    /// and whose length says nothing.
    /// </summary>
    public Dataset WithoutTransforms() => new(Examples.Standardised(false));

    /// <summary>The first rows.</summary>
    /// <param name="n">How many, 1 to Count.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are not that many.</exception>
    public Dataset First(int n) => new(Examples.First(n));

    /// <summary>Rows drawn by a seed, classes in proportion, in their order; the same seed gives the same rows on every machine.</summary>
    /// <param name="n">How many, 1 to Count.</param>
    /// <param name="seed">Decides which rows.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are not that many.</exception>
    public Dataset Sample(int n, ulong seed) => new(Data.Split.Sample(Examples, n, seed));

    /// <summary>
    /// Divides the rows by a seed, classes in proportion, at least one row on each side; the same seed gives the same rows on every
    /// machine.
    /// </summary>
    /// <param name="fraction">What to hold out, above 0 and below 1.</param>
    /// <param name="seed">Decides which rows.</param>
    /// <exception cref="ArgumentException">The fraction is outside that range, or there is one row only.</exception>
    public (Dataset Training, Dataset HeldOut) Split(double fraction, ulong seed)
    {
        (Examples training, Examples heldOut) = Data.Split.Holdout(Examples, fraction, seed);
        return (new(training), new(heldOut));
    }

    private static Dataset Standardised(Examples examples) => new(examples.Standardised(true));

    private static InputRows Dense(ReadOnlySpan<float> inputs, int width) => InputRows.Dense(inputs.ToArray(), width);

    internal static void RequireMarks(CsvOptions options)
    {
        if (options.Separator is { } separator && !",;\t| ".Contains(separator, StringComparison.Ordinal))
            throw new ArgumentException(
                $"expected a comma, semicolon, tab, bar or blank as separator, found '{separator}'", nameof(options));
        if (options.Thousands is { } thousands && (char.IsAsciiLetterOrDigit(thousands) || thousands is '-' or '+' or '"' or '\r' or '\n'
            || thousands == (options.DecimalComma ? ',' : '.')))
            throw new ArgumentException(
                $"expected a mark between thousands that is no part of numbers, found '{thousands}'", nameof(options));
    }

    private static string[]? Names(IReadOnlyList<string>? classNames)
    {
        string[]? names = classNames?.ToArray();
        for (int label = 0; label < names?.Length; label++)
        {
            if (names[label] is null)
                throw new ArgumentException($"expected a name for every class, found null for class {label}", nameof(classNames));
            // A model file holds UTF-8, which has no half of a pair.
            if (!IsWellFormed(names[label]))
                throw new ArgumentException(
                    $"expected names of whole characters, found half of a surrogate pair in that of class {label}", nameof(classNames));
        }
        return names;
    }

    private static bool IsWellFormed(string text)
    {
        for (int i = 0; i < text.Length; i++)
            if (char.IsSurrogate(text[i]) && (++i == text.Length || !char.IsSurrogatePair(text[i - 1], text[i])))
                return false;
        return true;
    }

    private static TargetKind? Kind(TaskKind? task, string parameter) => task switch
    {
        null => null,
        TaskKind.Classification => TargetKind.Classes,
        TaskKind.Regression => TargetKind.Values,
        TaskKind other => throw new ArgumentException($"expected the task Classification or Regression, found {other}", parameter),
    };
}
