using Subquad.Data;

namespace Subquad.Formats;

/// <summary>
/// The first pass over a table: decides what each column is and what the target asks for. What is doubtful is an error that names line,
/// column and cell; what is decided is noted.
/// </summary>
internal sealed class CsvSurvey
{
    // Fewer rows say little about what a column is.
    private const int EnoughRows = 20;

    private readonly string _name;
    private readonly CsvOptions _options;
    private readonly TableFormat _format;
    private readonly List<string> _notes = [];

    private CsvSurvey(InputSource source, CsvOptions options)
    {
        _name = source.Name;
        _options = options;
        _format = TableFormat.Default.With(options);
        using var csv = new CsvReader(source, _format, options.HasHeader);
        _format = _format with { HasHeader = csv.HasHeader, FileWidth = csv.HasHeader ? 0 : csv.Header.Length };
        if (!csv.HasHeader && options.HasHeader is null)
            _notes.Add("the first line holds data, not names: the columns are called 1, 2, ... (--header takes it as names)");
        Schema = Decide(csv);
    }

    /// <summary>The columns and the target.</summary>
    public TableSchema Schema { get; }

    /// <summary>Rows to learn from.</summary>
    public int Rows { get; private set; }

    /// <summary>What was noticed.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>Why the target is classes or values.</summary>
    public string Reason { get; private set; } = "";

    /// <summary>Surveys a file.</summary>
    /// <exception cref="InvalidDataException">The content cannot be used, or is doubtful.</exception>
    public static CsvSurvey Of(InputSource source, CsvOptions options) => new(source, options);

    private TableSchema Decide(CsvReader csv)
    {
        string[] header = csv.Header;
        int targetAt = _options.Target is null ? header.Length - 1 : Array.IndexOf(header, _options.Target);
        if (targetAt < 0)
            throw new InvalidDataException($"{_name}: expected a target column '{_options.Target}', found the columns {Listed(header)}");
        if (header.Length == 1)
            throw new InvalidDataException($"{_name}: expected at least one column beside the target '{header[0]}', found none; is the "
                + "separator not a comma, semicolon, tab, bar or white space (--separator)");
        bool[] isFeature = Chosen(header, targetAt);
        ColumnSurvey[] surveys = header.Select((name, i) =>
            i == targetAt ? new ColumnSurvey(name, _format, CsvExamples.MaxClasses, classes: true)
                : new ColumnSurvey(name, _format, TableSchema.MaxCategories, classes: false)).ToArray();
        int total = 0;
        for (; csv.Read(); total = checked(total + 1))
            for (int i = 0; i < surveys.Length; i++)
                if (isFeature[i] || i == targetAt)
                    surveys[i].See(csv[i], csv.Line);
        if (total == 0)
            throw new InvalidDataException($"{_name}: expected at least one row after the header, found none");

        ColumnSurvey target = surveys[targetAt];
        Rows = target.Present;
        if (total > Rows && !_options.SkipMissingTargets)
            throw new InvalidDataException($"{_name}, line {target.FirstMissing.Line}: expected a target in column '{target.Name}', "
                + $"found a missing cell '{target.FirstMissing.Cell}' (--skip-missing-targets leaves such rows out, --missing says which "
                + "cells are missing)");
        if (total > Rows)
            _notes.Add($"{total - Rows} rows without a target are left out");
        if (Rows == 0)
            throw new InvalidDataException($"{_name}: expected at least one row with a target, found none");
        TargetKind kind = KindOf(target);
        RequireIndex(surveys[0], isFeature[0], targetAt);
        TableColumn[] columns = surveys.Where((survey, i) => isFeature[i] && survey.Name.Length > 0).Select(ToColumn).ToArray();
        if (columns.Length == 0)
            throw new InvalidDataException($"{_name}: expected at least one column beside the target '{target.Name}', found none");
        return new TableSchema(columns, target.Name, kind, kind == TargetKind.Classes ? target.Texts() : [], _format,
            kind == TargetKind.Classes ? 0 : target.Origin);
    }

    /// <summary>Which columns are to be learned from, by the options.</summary>
    private bool[] Chosen(string[] header, int targetAt)
    {
        Require(_options.Ignore, "--ignore");
        Require(_options.Features, "--features");
        Require(_options.TextColumns, "--text");
        return header.Select((name, i) => i != targetAt
            && (_options.Features is null || _options.Features.Contains(name))
            && (_options.Ignore is null || !_options.Ignore.Contains(name))).ToArray();

        void Require(IReadOnlyList<string>? names, string option)
        {
            foreach (string name in names ?? [])
            {
                if (!header.Contains(name))
                    throw new InvalidDataException($"{_name}: {option}: expected a column, found '{name}'; the columns are "
                        + Listed(header));
                if (name == header[targetAt] && option != "--text")
                    throw new InvalidDataException($"{_name}: {option}: expected other columns than the target, found '{name}'");
            }
        }
    }

    /// <summary>A first column without a name is left out if it counts or names the rows; anything else is an error.</summary>
    private void RequireIndex(ColumnSurvey first, bool isFeature, int targetAt)
    {
        if (first.Name.Length > 0 || !isFeature || targetAt == 0)
            return;
        bool names = first.Numbers == 0 && first.Others > 0;
        if (!first.CountsRows && !names)
            throw new InvalidDataException($"{_name}, line 1: expected a name for column 1 in the header, found none, and the column "
                + "does not count the rows");
        _notes.Add($"the first column has no name and {(names ? "names" : "counts")} the rows: it is left out");
    }

    private TargetKind KindOf(ColumnSurvey target)
    {
        TargetKind kind = _options.Task switch
        {
            TaskKind.Regression => Values("it was asked for"),
            TaskKind.Classification => Classes("it was asked for"),
            _ when _options.TextColumns?.Contains(target.Name) == true => Classes("it is taken as text"),
            _ => target.IsNumeric ? KindOfNumbers(target) : KindOfTexts(target),
        };
        if (kind == TargetKind.Classes && target.Overflows)
            throw new InvalidDataException($"{_name}, column '{target.Name}': expected at most {CsvExamples.MaxClasses} classes, "
                + "found more");
        if (kind == TargetKind.Classes && target.Distinct < 2)
            throw new InvalidDataException(
                $"{_name}, column '{target.Name}': expected at least 2 classes, found '{target.Texts()[0]}' only");
        return kind;
    }

    private TargetKind KindOfNumbers(ColumnSurvey target)
    {
        bool repeats = target.Distinct <= Rows / 2;
        if (target.HasLongCodes && target.IsInteger && !repeats)
            throw new InvalidDataException($"{_name}, column '{target.Name}': expected numbers or classes that repeat, found codes of "
                + $"more than 15 digits, {target.Distinct} different ones in {Rows} rows (--task decides)");
        if (target.HasLongCodes && target.IsInteger)
            return Classes($"it holds {target.Distinct} different codes of more than 15 digits");
        if (target.IsInteger && CsvExamples.FewEnough(target.Distinct, Rows))
            return Classes($"it holds {target.Distinct} different integers");
        if (target.IsInteger && target.HasLeadingZeros && repeats && !target.Overflows)
            return Classes($"it holds {target.Distinct} different codes with leading zeros");
        if (!target.IsInteger)
            return Values("it holds numbers with decimals");
        string many = target.Overflows ? $"more than {CsvExamples.MaxClasses}" : $"{target.Distinct}";
        string limit = target.Distinct > CsvExamples.MaxIntegerClasses ? $"more than {CsvExamples.MaxIntegerClasses}"
            : $"more than half of its {Rows} cells";
        if (repeats && target.Distinct > CsvExamples.MaxIntegerClasses)
            _notes.Add($"the target '{target.Name}' holds {many} different integers that repeat and is taken as a number: "
                + "--task classification takes them as classes");
        return Values($"it holds {many} different integers, {limit}");
    }

    private TargetKind KindOfTexts(ColumnSurvey target)
    {
        const string decide = "--task classification takes the cells as classes";
        if (IsMixed(target))
            throw Doubt(target, target.FirstOther,
                $"as in {target.Numbers} other rows; {decide}, --missing '{target.FirstOther.Cell}' takes it as missing");
        if (target.Lookalikes * 2 >= target.Others && target.Lookalikes > 0)
            throw Doubt(target, target.FirstLookalike, $"{NotationHint(target.FirstLookalike.Cell)}{decide}");
        if (Rows >= EnoughRows && target.Distinct > Rows / 2)
            throw new InvalidDataException($"{_name}, column '{target.Name}': expected numbers or classes that repeat, found "
                + $"{(target.Overflows ? "more than " : "")}{target.Distinct} different texts in {Rows} rows, as "
                + $"'{target.FirstOther.Cell}' in line {target.FirstOther.Line}; {decide}");
        return Classes($"it holds {target.Distinct} different texts");
    }

    private TableColumn ToColumn(ColumnSurvey column)
    {
        string name = column.Name;
        string leave = $"--ignore '{name}' leaves the column out";
        bool isText = _options.TextColumns?.Contains(name) == true;
        if (!isText && column.IsNumeric)
        {
            NoteNumbers(column);
            return new(name, ColumnKind.Numeric, double.NaN, [], column.Missing + column.Weak, column.Origin);
        }
        string text = $"--text '{name}' takes the column as text, {leave}";
        if (!isText && IsMixed(column))
            throw Doubt(column, column.FirstOther,
                $"as in {column.Numbers} other rows; --missing '{column.FirstOther.Cell}' takes it as missing, {text}");
        if (!isText && column.Lookalikes > 0 && column.Lookalikes * 2 >= column.Others)
            throw Doubt(column, column.FirstLookalike, $"{NotationHint(column.FirstLookalike.Cell)}{text}");
        if (column.Overflows)
            throw new InvalidDataException($"{_name}, column '{name}': expected numbers, or at most {TableSchema.MaxCategories} "
                + $"different texts, found more, as '{column.FirstOther.Cell}' in line {column.FirstOther.Line}; {leave}");
        if (!isText && column.Numbers > 0)
            _notes.Add($"column '{name}' holds {column.Numbers} numbers among its texts, as '{column.FirstOther.Cell}' in line "
                + $"{column.FirstOther.Line}, and is taken as text");
        else if (!isText && column.Others > 0 && column.DigitStarts * 2 >= column.Others)
            _notes.Add($"column '{name}' holds texts that begin with digits, as '{column.FirstOther.Cell}' in line "
                + $"{column.FirstOther.Line}, and is taken as text");
        if (column.Distinct < 2)
            _notes.Add($"column '{name}' never varies and has no influence");
        return new(name, ColumnKind.Categorical, 0, column.Texts(), column.Missing);
    }

    private void NoteNumbers(ColumnSurvey column)
    {
        if (column.Numbers == 0)
            _notes.Add($"column '{column.Name}' is empty and has no influence");
        else if (column.Smallest == column.Largest)
            _notes.Add($"column '{column.Name}' never varies and has no influence");
        else if (column.Numbers >= EnoughRows && column.IsInteger && (column.CountsRows || (IsNamedId(column.Name) && column.Overflows)))
            _notes.Add($"column '{column.Name}' looks like an identifier of the rows and is learned from: --ignore '{column.Name}' leaves "
                + "it out");
        else if (column.HasLeadingZeros || column.HasLongCodes)
            _notes.Add($"column '{column.Name}' holds codes {(column.HasLongCodes ? "of more than 15 digits" : "with leading zeros")} that "
                + $"are taken as numbers: --text '{column.Name}' keeps them apart");
    }

    /// <summary>The options for numbers with separators, where a cell may be one; a date, a share or an amount gets none.</summary>
    private static string NotationHint(string cell) =>
        cell.AsSpan().TrimStart("+-").ContainsAnyExcept("0123456789,.' ")
            ? ""
            : "--decimal-comma reads 1,5 and --thousands , reads 1,234; ";

    /// <summary>Whether a column is numbers but for some cells, so that neither kind can be taken without being told.</summary>
    private static bool IsMixed(ColumnSurvey column) => column.Others > 0 && column.Numbers * 5 >= column.Present;

    private static bool IsNamedId(string name) => name.Equals("id", StringComparison.OrdinalIgnoreCase)
        || name.Equals("index", StringComparison.OrdinalIgnoreCase) || name.EndsWith("_id", StringComparison.OrdinalIgnoreCase)
        || name.EndsWith("Id", StringComparison.Ordinal) || name.EndsWith("ID", StringComparison.Ordinal);

    private InvalidDataException Doubt(ColumnSurvey column, (string Cell, int Line) at, string hint) =>
        new($"{_name}, line {at.Line}: expected a number in column '{column.Name}', found '{at.Cell}'; {hint}");

    private TargetKind Classes(string reason) => Because(TargetKind.Classes, reason);

    private TargetKind Values(string reason) => Because(TargetKind.Values, reason);

    private TargetKind Because(TargetKind kind, string reason)
    {
        Reason = reason;
        return kind;
    }

    /// <summary>Names of columns, not too many of them.</summary>
    public static string Listed(string[] names) =>
        names.Length <= 20 ? string.Join(", ", names) : $"{string.Join(", ", names[..20])} and {names.Length - 20} more";
}
