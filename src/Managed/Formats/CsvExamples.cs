using Subquad.Data;

namespace Subquad.Formats;

/// <summary>Turns a CSV into examples: a first pass decides what the columns are, a second one encodes them.</summary>
internal static class CsvExamples
{
    /// <summary>Classes at most.</summary>
    public const int MaxClasses = 10_000;

    private const int MaxIntegerClasses = 100;

    /// <summary>Reads a table and learns its schema.</summary>
    /// <param name="path">A CSV with a header, plain or gzip.</param>
    /// <param name="target">The column to predict; null means the last.</param>
    /// <param name="task">Classes or Values; null means: text is classes, and so are integers unless they take more than 100 different
    /// values or more values than half of the rows.</param>
    /// <returns>Examples with a schema; medians are those of the present cells of this file.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The content cannot be used; the message names the line or the column.</exception>
    public static Examples Read(string path, string? target = null, TargetKind? task = null)
    {
        (TableSchema schema, int rows) = Survey(path, target, task);
        Examples.RequireRoom($"'{path}'", rows, schema.Width);
        return Encode(schema, path, rows, learn: true);
    }

    /// <summary>
    /// Reads another table with the columns, medians and classes of the first: columns are found by name in any order, others are ignored.
    /// </summary>
    /// <returns>Examples with that schema, without targets when the target column is absent.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">A column is missing, or a cell cannot be used; the message names the column or the
    /// line.</exception>
    public static Examples ReadWith(TableSchema schema, string path) => Encode(schema, path, null, learn: false);

    /// <summary>Whether integers that take so many different values in so many rows are classes.</summary>
    public static bool FewEnough(int distinct, int rows) => distinct <= MaxIntegerClasses && distinct <= rows / 2;

    private static (TableSchema Schema, int Rows) Survey(string path, string? target, TargetKind? task)
    {
        using var csv = new CsvReader(path);
        int targetAt = target is null ? csv.Header.Length - 1 : Array.IndexOf(csv.Header, target);
        if (targetAt < 0)
            throw new InvalidDataException($"'{path}': expected a target column '{target}', found the columns {Listed(csv.Header)}");
        if (csv.Header.Length == 1)
            throw new InvalidDataException($"'{path}': expected at least one column beside the target '{csv.Header[0]}', found none");

        ColumnSurvey[] surveys = csv.Header.Select((name, i) =>
            i == targetAt ? new ColumnSurvey(name, MaxClasses, classes: true)
                : new ColumnSurvey(name, TableSchema.MaxCategories, classes: false)).ToArray();
        int rows = 0;
        for (; csv.Read(); rows = checked(rows + 1))
        {
            for (int i = 0; i < surveys.Length; i++)
                surveys[i].See(csv[i]);
            if (surveys[targetAt].Missing > 0)
                throw csv.Fault($"expected a target in column '{csv.Header[targetAt]}', found a missing cell");
        }
        if (rows == 0)
            throw new InvalidDataException($"'{path}': expected at least one row after the header, found none");

        ColumnSurvey targets = surveys[targetAt];
        TargetKind kind = task ?? (IsClasses(targets, rows) ? TargetKind.Classes : TargetKind.Values);
        if (kind == TargetKind.Classes && targets.Overflows)
            throw new InvalidDataException($"'{path}', column '{targets.Name}': expected at most {MaxClasses} classes, found more");
        if (kind == TargetKind.Classes && targets.Distinct < 2)
            throw new InvalidDataException(
                $"'{path}', column '{targets.Name}': expected at least 2 classes, found '{targets.Texts()[0]}' only");
        TableColumn[] columns = surveys.Where((_, i) => i != targetAt).Select(survey => survey.ToColumn($"'{path}'")).ToArray();
        return (new TableSchema(columns, targets.Name, kind, kind == TargetKind.Classes ? targets.Texts() : []), rows);
    }

    private static bool IsClasses(ColumnSurvey target, int rows) =>
        !target.IsNumeric || (target.IsInteger && FewEnough(target.Distinct, rows));

    private static Examples Encode(TableSchema schema, string path, int? expectedRows, bool learn)
    {
        using var csv = new CsvReader(path);
        int[] places = schema.Columns.Select(column => Array.IndexOf(csv.Header, column.Name)).ToArray();
        int absent = Array.IndexOf(places, -1);
        if (absent >= 0)
            throw new InvalidDataException(
                $"'{path}': expected a column '{schema.Columns[absent].Name}', found the columns {Listed(csv.Header)}");
        int targetAt = Array.IndexOf(csv.Header, schema.TargetName);

        long limit = expectedRows * (long)schema.Width ?? Array.MaxLength;
        var inputs = new GrowingArray<float>(limit);
        var labels = new GrowingArray<int>(expectedRows ?? Array.MaxLength);
        var values = new GrowingArray<float>(expectedRows ?? Array.MaxLength);
        int missing = 0;
        while (csv.Read())
        {
            Span<float> row = inputs.Append(schema.Width);
            row.Clear();
            for (int i = 0; i < places.Length; i++)
                missing += EncodeCell(schema, csv, i, places[i], row) ? 0 : 1;
            if (targetAt >= 0 && schema.Target == TargetKind.Classes)
                labels.Append(1)[0] = Label(schema, csv, targetAt);
            else if (targetAt >= 0)
                values.Append(1)[0] = Value(csv, targetAt);
        }
        if (inputs.Count == 0)
            throw new InvalidDataException($"'{path}': expected at least one row after the header, found none");

        float[] numbers = inputs.ToArray();
        if (learn)
            schema = schema.LearnMedians(numbers);
        if (targetAt < 0)
            return Examples.WithoutTargets(InputRows.Dense(numbers, schema.Width), schema, missing);
        return schema.Target == TargetKind.Classes
            ? Examples.OfClasses(InputRows.Dense(numbers, schema.Width), labels.ToArray(), schema.ClassNames, schema, missing)
            : Examples.OfValues(InputRows.Dense(numbers, schema.Width), values.ToArray(), 1, schema, missing);
    }

    /// <returns>False for a missing cell.</returns>
    private static bool EncodeCell(TableSchema schema, CsvReader csv, int column, int place, Span<float> row) =>
        schema.Encode(column, csv[place], row) switch
        {
            CellState.Missing => false,
            CellState.NotANumber => throw csv.Fault($"expected a number in column '{csv.Header[place]}', found '{Short(csv[place])}'"),
            CellState.NotFinite =>
                throw csv.Fault($"expected a finite number in column '{csv.Header[place]}', found '{Short(csv[place])}'"),
            _ => true,
        };

    private static int Label(TableSchema schema, CsvReader csv, int place)
    {
        if (TableSchema.IsMissing(csv[place]))
            throw csv.Fault($"expected a target in column '{csv.Header[place]}', found a missing cell");
        int label = schema.LabelOf(csv[place]);
        return label >= 0 ? label : throw csv.Fault($"expected a known class in column '{csv.Header[place]}', found '{Short(csv[place])}'");
    }

    private static float Value(CsvReader csv, int place)
    {
        if (TableSchema.IsMissing(csv[place]))
            throw csv.Fault($"expected a target in column '{csv.Header[place]}', found a missing cell");
        return TableSchema.TryNumber(csv[place], out float value) && float.IsFinite(value)
            ? value
            : throw csv.Fault($"expected a finite number in column '{csv.Header[place]}', found '{Short(csv[place])}'");
    }

    private static string Short(ReadOnlySpan<char> cell) => cell.Length <= 40 ? cell.ToString() : $"{cell[..40]}...";

    private static string Listed(string[] names) =>
        names.Length <= 20 ? string.Join(", ", names) : $"{string.Join(", ", names[..20])} and {names.Length - 20} more";
}
