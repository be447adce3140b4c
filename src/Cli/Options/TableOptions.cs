using System.CommandLine;
using System.Globalization;

namespace Subquad.Cli;

/// <summary>The options that say how a table is read.</summary>
internal sealed class TableOptions
{
    private readonly Option<string?> _target =
        Grammar.Text("--target", "The column of a table to predict. [default: the last]", "NAME");
    private readonly Option<string?> _separator = Grammar.Choice(
        "--separator", "What stands between cells. [default: found]", "comma", "semicolon", "tab", "bar", "space");
    private readonly Option<bool> _header = Grammar.Flag("--header", "The first line holds names. [default: unless it holds numbers]");
    private readonly Option<bool> _noHeader = Grammar.Flag("--no-header", "The first line is data; columns are called 1, 2, ...");
    private readonly Option<bool> _decimalComma = Grammar.Flag("--decimal-comma", "1,5 is one and a half.");
    private readonly Option<string?> _thousands = Grammar.Text("--thousands", "The mark between groups of three digits.", "MARK");
    private readonly Option<string?> _missing = Grammar.Text(
        "--missing", "Cells that are missing beside empty ones and NA, N/A, NaN, null, ?, \\N, None, -; a list that begins with an " +
            "empty text, as ',X' or '', stands for itself.", "TEXT[,TEXT...]");
    private readonly Option<string?> _ignore = Grammar.Text("--ignore", "Columns to leave out.", "NAME[,NAME...]");
    private readonly Option<string?> _features = Grammar.Text(
        "--features", "The only columns of a table to learn from, or the number of features of LIBSVM text.", "NAME[,NAME...]|N");
    private readonly Option<string?> _text = Grammar.Text("--text", "Columns that are text even if they hold numbers.", "NAME[,NAME...]");
    private readonly Option<bool> _skip = Grammar.Flag("--skip-missing-targets", "Leave out rows without a target.");
    private readonly Option<string?> _encoding = Grammar.Text("--encoding", "As latin1 or utf-16. [default: utf-8]", "NAME");

    /// <summary>The one that LIBSVM text has too.</summary>
    public Option Features => _features;

    /// <summary>All of them, in the order of the help.</summary>
    public IReadOnlyList<Option> All => [_target, _ignore, _features, _text, _separator, _header, _noHeader, _decimalComma, _thousands,
        _missing, _skip, _encoding];

    /// <summary>Those of a table that is read by a model, which says all else.</summary>
    public IReadOnlyList<Option> OfText => [_separator, _decimalComma, _thousands, _missing, _encoding];

    /// <summary>What a command line says of the text of a table; null when it says nothing.</summary>
    /// <exception cref="UsageException">DATA is no table, or a value is wrong.</exception>
    public CsvOptions? ReadText(ParseResult parsed, string path)
    {
        Option? given = OfText.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false });
        if (given is not null && Dataset.FormatOf(path) is not DataFormat.Csv)
            throw new UsageException($"{given.Name}: expected a table as DATA, found '{path}'");
        return given is null ? null : Text(parsed);
    }

    /// <summary>What a command line says of its table.</summary>
    /// <exception cref="UsageException">Two options exclude each other, or a value is wrong.</exception>
    public CsvOptions Read(ParseResult parsed, TaskKind? task)
    {
        bool header = parsed.GetValue(_header), noHeader = parsed.GetValue(_noHeader);
        if (header && noHeader)
            throw new UsageException("--header: expected no --no-header, found --no-header on this command line");
        return Text(parsed) with
        {
            Target = parsed.GetValue(_target),
            Task = task,
            HasHeader = header ? true : noHeader ? false : null,
            Ignore = parsed.GetValue(_ignore) is { } ignore ? Names(ignore) : null,
            Features = parsed.GetValue(_features) is { } features ? Names(features) : null,
            TextColumns = parsed.GetValue(_text) is { } text ? Names(text) : null,
            SkipMissingTargets = parsed.GetValue(_skip),
        };
    }

    /// <summary>What <c>--features</c> says of LIBSVM text.</summary>
    /// <exception cref="UsageException">It is no number of features.</exception>
    public int? FeatureCount(ParseResult parsed)
    {
        const int most = 1 << 24;
        if (parsed.GetValue(_features) is not { } text)
            return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count is >= 1 and <= most
            ? count
            : throw new UsageException($"--features: expected a whole number from 1 to {most} for LIBSVM text, found '{text}'");
    }

    private CsvOptions Text(ParseResult parsed)
    {
        string? thousands = parsed.GetValue(_thousands), missing = parsed.GetValue(_missing);
        if (thousands is not null and not [_])
            throw new UsageException($"--thousands: expected one character, found '{thousands}'");
        // A list that begins with an empty text has the place of the usual tokens.
        bool replaces = missing is not null && missing.Split(',')[0].Trim().Length == 0;
        return new()
        {
            Separator = parsed.GetValue(_separator) switch
            {
                "comma" => ',', "semicolon" => ';', "tab" => '\t', "bar" => '|', "space" => ' ', _ => null,
            },
            DecimalComma = parsed.GetValue(_decimalComma),
            Thousands = thousands?[0],
            MissingTokens = replaces ? Names(missing!) : null,
            MoreMissingTokens = replaces || missing is null ? null : Names(missing),
            Encoding = parsed.GetValue(_encoding),
        };
    }

    private static string[] Names(string list) => list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
