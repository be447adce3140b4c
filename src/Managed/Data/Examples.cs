using System.Globalization;

namespace Subquad.Data;

/// <summary>
/// Examples in memory, never changed: Count rows of Width finite numbers as they were read (text columns encoded, nothing standardised),
/// with their targets.
/// </summary>
internal sealed record Examples
{
    private const int MaxNumberedClasses = 1 << 20;

    private readonly float[] _values;
    private readonly Lazy<float[]>? _targetsOfLabels;

    private Examples(
        InputRows inputs, TargetKind kind, int[] labels, string[] classNames, float[] values, int outputCount, TableSchema? schema,
        LabelSets? labelSets = null)
    {
        Inputs = inputs;
        Kind = kind;
        Labels = labels;
        ClassNames = classNames;
        _values = values;
        LabelSets = labelSets;
        _targetsOfLabels = labelSets is null ? null : new(labelSets.ToTargets);
        OutputCount = outputCount;
        Schema = schema;
    }

    /// <summary>Rows, at least 1.</summary>
    public int Count => Inputs.Count;

    /// <summary>Raw features of a row, at least 1.</summary>
    public int Width => Inputs.Width;

    /// <summary>The raw features: sparse for rows of LIBSVM text, dense for all others.</summary>
    public InputRows Inputs { get; }

    /// <summary>Whether Labels, Values or neither hold the targets.</summary>
    public TargetKind Kind { get; }

    /// <summary>One class index per row; empty unless the kind is Classes.</summary>
    public int[] Labels { get; }

    /// <summary>The names of the classes, at least 2; empty unless the kind is Classes.</summary>
    public string[] ClassNames { get; }

    /// <summary>Count x OutputCount numbers, row-major, less their origins; empty unless the kind is Values.</summary>
    /// <exception cref="InvalidDataException">Targets of 0 or 1 for every row and label do not fit.</exception>
    public float[] Values => _targetsOfLabels?.Value ?? _values;

    /// <summary>What was subtracted from each target, see <see cref="ColumnOrigin"/>; null where nothing was.</summary>
    public double[]? ValueOrigins { get; private init; }

    /// <summary>
    /// The labels of every row, from which the values of 0 and 1 are made when they are first asked for; null for others.
    /// </summary>
    public LabelSets? LabelSets { get; }

    /// <summary>Outputs a network needs: the classes, the numbers per row, or 0 without targets.</summary>
    public int OutputCount { get; }

    /// <summary>The columns these rows were encoded from; null for images and in-memory data.</summary>
    public TableSchema? Schema { get; }

    /// <summary>Whether the rows come from a table with named columns.</summary>
    public bool IsTabular => Schema is not null;

    /// <summary>
    /// Whether a network shifts and scales the features: null for tables yes, for images and LIBSVM text no. False leaves out the constant
    /// feature too.
    /// </summary>
    public bool? Standardise { get; private init; }

    /// <summary>Whether networks shift and scale the features; a shift would fill the zeros of sparse rows.</summary>
    public bool IsStandardised => (Standardise ?? IsTabular) && !Inputs.IsSparse;

    /// <summary>Whether networks add a constant feature to such rows.</summary>
    public bool HasConstant => IsStandardised || (Inputs.IsSparse && Standardise != false);

    /// <summary>Missing cells met in the file these rows come from; a part keeps the count of the whole.</summary>
    public int MissingCells { get; init; }

    /// <summary>Entries of the LIBSVM text left out because the text that it was read like has no such feature.</summary>
    public int IgnoredEntries { get; private init; }

    /// <summary>What was noticed while a table was read; a part keeps the notes of the whole.</summary>
    public IReadOnlyList<string> Notes { get; private init; } = [];

    /// <summary>Why the target of a table is classes or values; null when nothing was decided.</summary>
    public string? TaskReason { get; private init; }

    /// <summary>The cells of the column that names the rows; empty without one.</summary>
    public string[] RowNames { get; private init; } = [];

    /// <summary>The index that the first feature had in the LIBSVM text these rows come from; null for all others.</summary>
    public int? FirstIndex { get; private init; }

    /// <summary>Rows with one class index each; the array is kept, not copied.</summary>
    /// <exception cref="ArgumentException">The lengths do not fit, or there are fewer than two classes.</exception>
    /// <exception cref="InvalidDataException">An input is not finite, or a label is no class.</exception>
    public static Examples OfClasses(
        InputRows inputs, int[] labels, string[] classNames, TableSchema? schema = null, int missingCells = 0)
    {
        RequireRows(inputs, labels.Length, 1, schema);
        if (classNames.Length < 2)
            throw new ArgumentException($"expected at least 2 classes, found {classNames.Length}", nameof(classNames));
        for (int row = 0; row < labels.Length; row++)
        {
            if (labels[row] < 0 || labels[row] >= classNames.Length)
                throw new InvalidDataException(
                    $"row {row} (from 0): expected a label from 0 to {classNames.Length - 1}, found {labels[row]}");
        }
        return new(inputs, TargetKind.Classes, labels, classNames, [], classNames.Length, schema) { MissingCells = missingCells };
    }

    /// <summary>Rows with <paramref name="outputs"/> numbers each; the arrays are kept, not copied.</summary>
    /// <exception cref="ArgumentException">The lengths do not fit.</exception>
    /// <exception cref="InvalidDataException">An input or a target is not finite.</exception>
    public static Examples OfValues(
        InputRows inputs, float[] values, int outputs, TableSchema? schema = null, int missingCells = 0, double[]? origins = null)
    {
        RequireRows(inputs, values.Length, outputs, schema);
        int bad = IndexOfNotFinite(values);
        if (bad >= 0)
            throw new InvalidDataException(
                $"row {bad / outputs} (from 0), target {bad % outputs}: expected a finite number, found {values[bad]}");
        return new(inputs, TargetKind.Values, [], [], values, outputs, schema) { MissingCells = missingCells, ValueOrigins = origins };
    }

    /// <summary>Rows with any number of labels each: the values are 0 or 1 for each label.</summary>
    /// <exception cref="ArgumentException">The lengths do not fit.</exception>
    /// <exception cref="InvalidDataException">An input is not finite.</exception>
    public static Examples OfLabelSets(InputRows inputs, LabelSets labels)
    {
        RequireRows(inputs, labels.Count, 1, schema: null);
        return new(inputs, TargetKind.Values, [], [], [], labels.Width, schema: null, labels);
    }

    /// <summary>Rows without targets.</summary>
    /// <exception cref="ArgumentException">The schema has another width.</exception>
    /// <exception cref="InvalidDataException">An input is not finite.</exception>
    public static Examples WithoutTargets(InputRows inputs, TableSchema? schema = null, int missingCells = 0)
    {
        RequireRows(inputs, inputs.Count, 1, schema);
        return new(inputs, TargetKind.None, [], [], [], 0, schema) { MissingCells = missingCells };
    }

    /// <summary>The names "0", "1", ... of the classes up to the largest label, at least two.</summary>
    /// <exception cref="InvalidDataException">A label is so large that it names no class.</exception>
    public static string[] NumberedClasses(ReadOnlySpan<int> labels)
    {
        int largest = 1;
        foreach (int label in labels)
            largest = Math.Max(largest, label);
        if (largest >= MaxNumberedClasses)
            throw new InvalidDataException($"expected labels below {MaxNumberedClasses}, found {largest}");
        return Enumerable.Range(0, largest + 1).Select(label => label.ToString(CultureInfo.InvariantCulture)).ToArray();
    }

    /// <summary>Refuses rows of one class, which any network names without a mistake.</summary>
    /// <param name="name">What a message calls the rows.</param>
    /// <exception cref="InvalidDataException">They are of one class.</exception>
    public void RequireClasses(string name)
    {
        if (Kind == TargetKind.Classes && !Labels.AsSpan().ContainsAnyExcept(Labels[0]))
            throw new InvalidDataException($"{name}: expected at least 2 classes, found '{ClassNames[Labels[0]]}' only");
    }

    /// <summary>Refuses a table that no array can hold, before anything is allocated for it.</summary>
    /// <exception cref="InvalidDataException">Rows times width is above Array.MaxLength.</exception>
    public static void RequireRoom(string name, long rows, long width)
    {
        if (width > 0 && rows > Array.MaxLength / width)
            throw new InvalidDataException($"{name}: expected at most {Array.MaxLength} numbers, found {rows} rows of {width}");
    }

    /// <summary>The place of the first number that is not finite; negative when all are.</summary>
    public static int IndexOfNotFinite(ReadOnlySpan<float> numbers)
    {
        for (int i = 0; i < numbers.Length; i++)
            if (!float.IsFinite(numbers[i]))
                return i;
        return -1;
    }

    /// <summary>The same rows as those of a LIBSVM text.</summary>
    /// <param name="firstIndex">The index of the first feature there.</param>
    /// <param name="ignored">Entries left out.</param>
    public Examples FromLibsvm(int firstIndex, int ignored = 0) => this with { FirstIndex = firstIndex, IgnoredEntries = ignored };

    /// <summary>The same rows with what a packed file says of them.</summary>
    public Examples Packed(int? firstIndex, bool? standardise, int missingCells, string? taskReason, int ignored = 0) => this with
    {
        FirstIndex = firstIndex,
        Standardise = standardise,
        MissingCells = missingCells,
        TaskReason = taskReason,
        IgnoredEntries = ignored,
    };

    /// <summary>The same rows with what was said of their table.</summary>
    public Examples Described(IReadOnlyList<string> notes, string? taskReason, string[] rowNames) =>
        this with { Notes = notes, TaskReason = taskReason, RowNames = rowNames };

    /// <summary>The same rows, standardised by a network or not.</summary>
    public Examples Standardised(bool standardise) => this with { Standardise = standardise };

    /// <summary>Copies the named rows, in that order; a row may be named twice.</summary>
    /// <exception cref="ArgumentException">No row is named.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An index is outside 0 to Count - 1.</exception>
    /// <exception cref="InvalidDataException">The rows would be too many for one array.</exception>
    public Examples Take(ReadOnlySpan<int> indices)
    {
        if (indices.IsEmpty)
            throw new ArgumentException("expected at least one row, found none", nameof(indices));
        bool hasValues = Kind == TargetKind.Values && LabelSets is null;
        RequireRoom("the rows taken", indices.Length, hasValues ? OutputCount : 1);
        InputRows inputs = Inputs.Take(indices);
        var labels = new int[Kind == TargetKind.Classes ? indices.Length : 0];
        var values = new float[hasValues ? indices.Length * OutputCount : 0];
        var names = new string[RowNames.Length > 0 ? indices.Length : 0];
        for (int i = 0; i < indices.Length; i++)
        {
            int row = indices[i];
            if (names.Length > 0)
                names[i] = RowNames[row];
            if (Kind == TargetKind.Classes)
                labels[i] = Labels[row];
            else if (hasValues)
                _values.AsSpan(row * OutputCount, OutputCount).CopyTo(values.AsSpan(i * OutputCount));
        }
        return new(inputs, Kind, labels, ClassNames, values, OutputCount, Schema, LabelSets?.Take(indices))
        {
            ValueOrigins = ValueOrigins,
            MissingCells = MissingCells,
            IgnoredEntries = IgnoredEntries,
            FirstIndex = FirstIndex,
            Standardise = Standardise,
            Notes = Notes,
            TaskReason = TaskReason,
            RowNames = names,
        };
    }

    /// <summary>The first <paramref name="count"/> rows; this same object when that is all of them.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The count is outside 1 to Count.</exception>
    public Examples First(int count)
    {
        if (count < 1 || count > Count)
            throw new ArgumentOutOfRangeException(nameof(count), $"expected 1 to {Count} rows, found {count}");
        return count == Count ? this : Take(Enumerable.Range(0, count).ToArray());
    }

    private static void RequireRows(InputRows inputs, int targets, int outputs, TableSchema? schema)
    {
        if (outputs < 1)
            throw new ArgumentException($"expected at least 1 target per row, found {outputs}", nameof(outputs));
        if (targets != (long)inputs.Count * outputs)
            throw new ArgumentException($"expected {outputs} target(s) for each of {inputs.Count} rows, found {targets}", nameof(targets));
        if (schema is not null && schema.Width != inputs.Width)
            throw new ArgumentException($"expected rows of {schema.Width} numbers as in the schema, found {inputs.Width}", nameof(inputs));
        if (IndexOfNotFinite(inputs.Values) >= 0)
            throw NotFinite(inputs, schema);
    }

    /// <summary>Names the first row and column with a number that is not finite.</summary>
    private static InvalidDataException NotFinite(InputRows inputs, TableSchema? schema)
    {
        int row = 0;
        while (IndexOfNotFinite(inputs.ValuesOf(row)) < 0)
            row++;
        int bad = IndexOfNotFinite(inputs.ValuesOf(row)), column = inputs.IsSparse ? inputs.ColumnsOf(row)[bad] : bad;
        return new($"row {row} (from 0), {NotFiniteIn(schema, column, inputs.ValuesOf(row)[bad])}");
    }

    /// <summary>The same in words, for a column.</summary>
    public static string NotFiniteIn(TableSchema? schema, int column, float value) =>
        $"column {(schema is null ? $"{column}" : $"'{schema.FeatureNames[column]}'")}: expected a finite number, found {value}";
}
