using System.Globalization;
using Subquad.Data;

namespace Subquad.Formats;

/// <summary>Turns a table into examples: a survey decides what the columns are, a second pass encodes them.</summary>
internal static class CsvExamples
{
    /// <summary>Classes at most.</summary>
    public const int MaxClasses = 10_000;

    /// <summary>More different integers than these are numbers.</summary>
    public const int MaxIntegerClasses = 100;

    /// <summary>Reads a table and learns its schema.</summary>
    /// <param name="source">A table, plain or gzip; opened twice.</param>
    /// <param name="options">How to read it; null means the defaults.</param>
    /// <returns>Examples with a schema; medians are those of the present cells of this file.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The content cannot be used; the message names the line or the column.</exception>
    public static Examples Read(InputSource source, CsvOptions? options = null)
    {
        CsvSurvey survey = CsvSurvey.Of(source, options ?? new());
        Examples.RequireRoom(source.Name, survey.Rows, survey.Schema.Width);
        return Encode(survey.Schema, source, survey);
    }

    /// <summary>
    /// Reads another table with the columns, medians and classes of the first: columns are found by name in any order, others are ignored.
    /// </summary>
    /// <param name="schema">What the first table taught.</param>
    /// <param name="source">A table, plain or gzip.</param>
    /// <param name="withTargets">Whether the target column is looked at.</param>
    /// <param name="rowNames">A column whose cells name the rows; null for none.</param>
    /// <returns>Examples with that schema, without targets when the target column is absent.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">A column is missing, or a cell cannot be used; the message names the column or the
    /// line.</exception>
    public static Examples ReadWith(TableSchema schema, InputSource source, bool withTargets = true, string? rowNames = null) =>
        Encode(schema, source, null, withTargets, rowNames);

    /// <summary>Whether integers that take so many different values in so many rows are classes.</summary>
    public static bool FewEnough(int distinct, int rows) => distinct <= MaxIntegerClasses && distinct <= rows / 2;

    private static Examples Encode(
        TableSchema schema, InputSource source, CsvSurvey? survey, bool withTargets = true, string? rowNames = null)
    {
        string[] known = [.. schema.Columns.Select(column => column.Name)];
        using var csv = new CsvReader(source, schema.Format, schema.Format.HasHeader, schema.Format.HasHeader ? known : null);
        string[] header = Names(schema, csv.Header);
        int[] places = known.Select(name => Array.IndexOf(header, name)).ToArray();
        int absent = Array.IndexOf(places, -1);
        if (absent >= 0)
            throw new InvalidDataException(
                $"{source.Name}: expected a column '{known[absent]}', found the columns {CsvSurvey.Listed(header)}");
        int targetAt = withTargets ? Array.IndexOf(header, schema.TargetName) : -1;
        int namesAt = rowNames is null ? -1 : Array.IndexOf(header, rowNames);
        if (rowNames is not null && namesAt < 0)
            throw new InvalidDataException($"{source.Name}: expected a column '{rowNames}', found the columns {CsvSurvey.Listed(header)}");

        long limit = survey?.Rows * (long)schema.Width ?? Array.MaxLength;
        var inputs = new GrowingArray<float>(limit);
        var labels = new GrowingArray<int>(survey?.Rows ?? Array.MaxLength);
        var values = new GrowingArray<float>(survey?.Rows ?? Array.MaxLength);
        var names = new List<string>();
        var raw = new double[schema.Width];
        var unknown = new int[places.Length];
        int missing = 0, skipped = 0;
        while (csv.Read())
        {
            if (targetAt >= 0 && schema.Format.SkipMissingTargets && IsMissingTarget(schema, csv[targetAt]))
            {
                skipped++;
                continue;
            }
            Array.Clear(raw);
            for (int i = 0; i < places.Length; i++)
            {
                CellState state = EncodeCell(schema, csv, i, places[i], raw);
                missing += state == CellState.Missing ? 1 : 0;
                unknown[i] += state == CellState.UnknownCategory ? 1 : 0;
            }
            Span<float> row = inputs.Append(schema.Width);
            for (int i = 0; i < raw.Length; i++)
                row[i] = (float)(raw[i] - (schema.Origins?[i] ?? 0));
            if (namesAt >= 0)
                names.Add(csv[namesAt].ToString());
            if (targetAt >= 0 && schema.Target == TargetKind.Classes)
                labels.Append(1)[0] = Label(schema, csv, targetAt);
            else if (targetAt >= 0)
                values.Append(1)[0] = Value(schema, csv, targetAt);
        }
        if (inputs.Count == 0)
            throw new InvalidDataException(
                $"{source.Name}: expected at least one row{(skipped > 0 ? " with a target" : "")} after the header, found none");

        float[] numbers = inputs.ToArray();
        if (survey is not null)
            schema = schema.LearnMedians(numbers);
        InputRows rows = InputRows.Dense(numbers, schema.Width, schema.Origins);
        Examples examples = targetAt < 0 ? Examples.WithoutTargets(rows, schema, missing)
            : schema.Target == TargetKind.Classes ? Examples.OfClasses(rows, labels.ToArray(), schema.ClassNames, schema, missing)
            : Examples.OfValues(rows, values.ToArray(), 1, schema, missing, ColumnOrigin.OrNull([schema.TargetOrigin]));
        return examples.Described(survey?.Notes ?? Unseen(source.Name, known, unknown, skipped), survey?.Reason, [.. names]);
    }

    /// <summary>
    /// The columns of a file by the names of the schema: those of its header, or their numbers in the training file, which may lack the
    /// target.
    /// </summary>
    private static string[] Names(TableSchema schema, string[] header) =>
        schema.Format.HasHeader || header.Length != schema.Format.FileWidth - 1 ? header
            : [.. Enumerable.Range(1, schema.Format.FileWidth).Select(column => column.ToString(CultureInfo.InvariantCulture))
                .Where(name => name != schema.TargetName)];

    private static List<string> Unseen(string name, string[] names, int[] unknown, int skipped)
    {
        var notes = new List<string>();
        if (skipped > 0)
            notes.Add($"{name}: {skipped} rows without a target are left out");
        for (int i = 0; i < names.Length; i++)
            if (unknown[i] > 0)
                notes.Add($"{name}, column '{names[i]}': {unknown[i]} cells hold categories that training did not see, and count for "
                    + "nothing");
        return notes;
    }

    private static CellState EncodeCell(TableSchema schema, CsvReader csv, int column, int place, Span<double> row)
    {
        CellState state = schema.Encode(column, csv[place], row);
        return state switch
        {
            CellState.NotANumber => throw csv.Fault($"expected a number in column '{csv.Header[place]}', found '{Short(csv[place])}'"),
            CellState.NotFinite => throw NotFinite(csv, place),
            _ => state,
        };
    }

    /// <summary>Whether a cell of the target is missing; as a class it may have the name of a token.</summary>
    private static bool IsMissingTarget(TableSchema schema, ReadOnlySpan<char> cell) =>
        schema.Format.IsMissing(cell) || (schema.Format.IsMissingNumber(cell) && schema.LabelOf(cell) < 0);

    private static int Label(TableSchema schema, CsvReader csv, int place)
    {
        if (IsMissingTarget(schema, csv[place]))
            throw MissingTarget(csv, place);
        int label = schema.LabelOf(csv[place]);
        return label >= 0 ? label : throw csv.Fault($"expected a known class in column '{csv.Header[place]}', found '{Short(csv[place])}'");
    }

    /// <summary>A target, less its origin.</summary>
    private static float Value(TableSchema schema, CsvReader csv, int place)
    {
        if (IsMissingTarget(schema, csv[place]))
            throw MissingTarget(csv, place);
        if (!schema.Format.TryNumber(csv[place], out double value))
            throw csv.Fault($"expected a finite number in column '{csv.Header[place]}', found '{Short(csv[place])}'");
        float distance = (float)(value - schema.TargetOrigin);
        return float.IsFinite((float)value) && float.IsFinite(distance) ? distance : throw NotFinite(csv, place);
    }

    private static InvalidDataException MissingTarget(CsvReader csv, int place) =>
        csv.Fault($"expected a target in column '{csv.Header[place]}', found a missing cell '{Short(csv[place])}'");

    private static InvalidDataException NotFinite(CsvReader csv, int place) =>
        csv.Fault($"expected a finite number in column '{csv.Header[place]}', found '{Short(csv[place])}'"
            + (csv[place].IndexOfAnyInRange('0', '9') < 0 ? "" : ", which is too large for float32"));

    private static string Short(ReadOnlySpan<char> cell) => cell.Length <= 40 ? cell.ToString() : $"{cell[..40]}...";
}
