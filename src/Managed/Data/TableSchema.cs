using System.Globalization;
using System.Text.Json;

namespace Subquad.Data;

/// <summary>
/// How rows of text become rows of numbers: the columns in training order, what each became, and the target. Learned from the training
/// table, stored with the model, and applied to every later table. Never changed after construction.
/// </summary>
internal sealed class TableSchema
{
    /// <summary>The most categories a text column may have.</summary>
    public const int MaxCategories = 64;

    private readonly int[] _starts;
    private readonly Dictionary<string, int>[] _categories;
    private readonly Dictionary<string, int> _classes;

    /// <summary>Describes a table.</summary>
    /// <exception cref="ArgumentException">There is no column, one has more than 64 categories, or two columns, categories or classes share
    /// a name.</exception>
    public TableSchema(
        IReadOnlyList<TableColumn> columns, string targetName, TargetKind target, string[] classNames, TableFormat? format = null,
        double targetOrigin = 0)
    {
        TargetOrigin = targetOrigin;
        Columns = columns;
        Format = format ?? TableFormat.Default;
        TargetName = targetName;
        Target = target;
        ClassNames = classNames;
        if (columns.Count == 0)
            throw new ArgumentException("expected at least one column beside the target, found none", nameof(columns));
        TableColumn? wide = columns.FirstOrDefault(column => column.Categories.Length > MaxCategories);
        if (wide is not null)
            throw new ArgumentException(
                $"column '{wide.Name}': expected at most {MaxCategories} categories, found {wide.Categories.Length}", nameof(columns));
        _ = Index(columns.Select(column => column.Name), "column");
        _classes = Index(classNames, "class");
        _categories = columns.Select(column => Index(column.Categories, $"category of column '{column.Name}'")).ToArray();
        _starts = new int[columns.Count];
        for (int i = 0; i < _starts.Length; i++)
        {
            _starts[i] = Width;
            Width = checked(Width + columns[i].Width);
        }
        if (Width == 0)
            throw new ArgumentException("expected at least one feature, found none", nameof(columns));
        FeatureNames = columns.SelectMany(column =>
            column.Kind == ColumnKind.Numeric ? [column.Name] : column.Categories.Select(category => $"{column.Name}={category}"))
                .ToArray();
        Origins = ColumnOrigin.OrNull(columns.SelectMany(column => Enumerable.Repeat(column.Origin, column.Width)).ToArray());
    }

    /// <summary>The same columns, in a table whose text is read in another way.</summary>
    public TableSchema In(TableFormat format) => new(Columns, TargetName, Target, ClassNames, format, TargetOrigin);

    /// <summary>The columns beside the target, in training order.</summary>
    public IReadOnlyList<TableColumn> Columns { get; }

    /// <summary>The column that is predicted.</summary>
    public string TargetName { get; }

    /// <summary>Classes or values.</summary>
    public TargetKind Target { get; }

    /// <summary>The classes in label order; empty for values.</summary>
    public string[] ClassNames { get; }

    /// <summary>How the text of such tables is read.</summary>
    public TableFormat Format { get; }

    /// <summary>Features of a row once encoded.</summary>
    public int Width { get; }

    /// <summary>One name per feature: the column, or <c>column=category</c>.</summary>
    public string[] FeatureNames { get; }

    /// <summary>What is subtracted from each feature of an encoded row before it is kept; null where nothing is.</summary>
    public double[]? Origins { get; }

    /// <summary>What is subtracted from a target that is a number.</summary>
    public double TargetOrigin { get; }

    /// <summary>Missing cells met in training, over all columns.</summary>
    public int MissingCells => Columns.Sum(column => column.Missing);

    /// <summary>
    /// The name a class goes by: the trimmed text, and for integers the plain integer, so that "1" and "1.0" are one class. Leading zeros
    /// stay, so that "007" and "7" are two.
    /// </summary>
    public static string ClassName(ReadOnlySpan<char> cell) => IsInteger(cell, out long number) && !HasLeadingZero(cell)
        ? number.ToString(CultureInfo.InvariantCulture) : cell.Trim().ToString();

    /// <summary>Whether a cell is digits that begin with a 0 which numbers do not have.</summary>
    public static bool HasLeadingZero(ReadOnlySpan<char> cell)
    {
        cell = cell.Trim();
        return cell is ['0', _, ..] && cell.IndexOfAnyExceptInRange('0', '9') < 0;
    }

    /// <summary>Whether a cell is more digits than a double holds exactly.</summary>
    public static bool IsLongCode(ReadOnlySpan<char> cell)
    {
        cell = cell.Trim();
        return cell.Length > 15 && cell.IndexOfAnyExceptInRange('0', '9') < 0;
    }

    /// <summary>Whether a cell is an integer that a double holds exactly, in any notation ("3", "3.0", "3e0").</summary>
    public static bool IsInteger(ReadOnlySpan<char> cell, out long number)
    {
        bool integer = double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            && Math.Abs(value) < 9e15 && value == Math.Floor(value);
        number = integer ? (long)value : 0;
        return integer;
    }

    /// <summary>The label of a class, or -1 for a class that training never saw.</summary>
    public int LabelOf(ReadOnlySpan<char> cell) => _classes.GetValueOrDefault(Format.ClassName(cell), -1);

    /// <summary>The features of a column in a row of Width numbers.</summary>
    public Span<double> FeaturesOf(int column, Span<double> row) => row.Slice(_starts[column], Columns[column].Width);

    /// <summary>Whether a number of a column is finite, and its distance from the origin too, as float32.</summary>
    public bool IsFinite(int column, double number) =>
        float.IsFinite((float)number) && float.IsFinite((float)(number - Columns[column].Origin));

    /// <summary>Encodes one cell into its features of a zeroed row of Width numbers; origins are not subtracted.</summary>
    public CellState Encode(int column, ReadOnlySpan<char> cell, Span<double> row)
    {
        Span<double> features = FeaturesOf(column, row);
        if (Columns[column].Kind == ColumnKind.Categorical)
        {
            if (Format.IsMissing(cell))
                return CellState.Missing;
            if (!_categories[column].GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(cell.Trim(), out int category))
                return CellState.UnknownCategory;
            features[category] = 1;
            return CellState.Known;
        }
        if (Format.IsMissingNumber(cell))
        {
            features[0] = Columns[column].Median;
            return CellState.Missing;
        }
        if (!Format.TryNumber(cell, out double number))
            return CellState.NotANumber;
        if (!IsFinite(column, number))
            return CellState.NotFinite;
        features[0] = number;
        return CellState.Known;
    }

    /// <summary>
    /// Learns the medians: <paramref name="inputs"/> holds encoded rows, less their origins, in which a missing number is NaN; every NaN is
    /// replaced by its column's median (0 for a column that holds nothing).
    /// </summary>
    /// <returns>This schema with the medians.</returns>
    public TableSchema LearnMedians(float[] inputs)
    {
        var present = new float[inputs.Length / Width];
        var columns = Columns.ToArray();
        for (int c = 0; c < columns.Length; c++)
        {
            if (columns[c].Kind != ColumnKind.Numeric)
                continue;
            int count = 0;
            for (int at = _starts[c]; at < inputs.Length; at += Width)
            {
                if (!float.IsNaN(inputs[at]))
                    present[count++] = inputs[at];
            }
            Array.Sort(present, 0, count);
            float median = count == 0 ? 0 : (float)((0.5 * present[(count - 1) / 2]) + (0.5 * present[count / 2]));
            for (int at = _starts[c]; count < present.Length && at < inputs.Length; at += Width)
                inputs[at] = float.IsNaN(inputs[at]) ? median : inputs[at];
            columns[c] = columns[c] with { Median = median + columns[c].Origin };
        }
        return new(columns, TargetName, Target, ClassNames, Format, TargetOrigin);
    }

    /// <summary>The schema as a JSON object; numbers come back bit for bit.</summary>
    public string ToJson() => JsonText.Write(json =>
    {
        json.WriteString("target", TargetName);
        json.WriteString("task", Target == TargetKind.Classes ? "classes" : "values");
        JsonText.WriteStrings(json, "classes", ClassNames);
        json.WriteStartArray("columns");
        foreach (TableColumn column in Columns)
        {
            json.WriteStartObject();
            json.WriteString("name", column.Name);
            json.WriteNumber("missing", column.Missing);
            if (column.Kind == ColumnKind.Numeric)
                json.WriteNumber("median", column.Median);
            else
                JsonText.WriteStrings(json, "categories", column.Categories);
            if (column.Origin != 0)
                json.WriteNumber("origin", column.Origin);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        if (TargetOrigin != 0)
            json.WriteNumber("target_origin", TargetOrigin);
        Format.Write(json);
    });

    /// <summary>Reads back what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The text is something else.</exception>
    public static TableSchema FromJson(string text) => JsonText.Read(text, "the table schema", json =>
    {
        TargetKind target = JsonText.Text(json, "task") switch
        {
            "classes" => TargetKind.Classes,
            "values" => TargetKind.Values,
            string other => throw new FormatException($"'task' is '{other}'"),
        };
        TableColumn[] columns = json.GetProperty("columns").EnumerateArray().Select(ReadColumn).ToArray();
        return new TableSchema(columns, JsonText.Text(json, "target"), target, JsonText.Strings(json, "classes"),
            TableFormat.Read(json), JsonText.DoubleOrZero(json, "target_origin"));
    });

    private static TableColumn ReadColumn(JsonElement json)
    {
        string name = JsonText.Text(json, "name");
        int missing = json.GetProperty("missing").GetInt32();
        return json.TryGetProperty("categories", out _)
            ? new(name, ColumnKind.Categorical, 0, JsonText.Strings(json, "categories"), missing)
            : new(name, ColumnKind.Numeric, JsonText.Double(json, "median"), [], missing, JsonText.DoubleOrZero(json, "origin"));
    }

    private static Dictionary<string, int> Index(IEnumerable<string> names, string what)
    {
        var index = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (string name in names)
        {
            if (!index.TryAdd(name, index.Count))
                throw new ArgumentException($"expected each {what} once, found '{name}' twice", nameof(names));
        }
        return index;
    }
}
