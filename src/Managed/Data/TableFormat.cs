using System.Globalization;
using System.Text.Json;

namespace Subquad.Data;

/// <summary>How the text of a table is read. Stored with the schema, so that later tables are read like the first.</summary>
internal sealed record TableFormat
{
    private const int MaxNumberLength = 64;

    private static readonly string[] s_missing = ["NA", "N/A", "#N/A", "#NA", "<NA>", "NaN", "null", "?", "\\N"];
    private static readonly string[] s_missingNumbers = ["-", "--", ".", "None", "nil", "n.a."];

    /// <summary>The usual: a header, a decimal point, the usual missing tokens.</summary>
    public static TableFormat Default { get; } = new();

    /// <summary>The separator that was asked for; null finds it in each file.</summary>
    public char? Separator { get; init; }

    /// <summary>Whether the first line holds names.</summary>
    public bool HasHeader { get; init; } = true;

    /// <summary>Columns of the training file, with the target; 0 with a header.</summary>
    public int FileWidth { get; init; }

    public bool DecimalComma { get; init; }

    public char? Thousands { get; init; }

    /// <summary>The missing tokens that were asked for; null means the usual ones.</summary>
    public string[]? MissingTokens { get; init; }

    /// <summary>Missing tokens beside these; null means no more.</summary>
    public string[]? MoreMissingTokens { get; init; }

    public bool SkipMissingTargets { get; init; }

    public string? Encoding { get; init; }

    /// <summary>This format, but for what is asked for besides.</summary>
    public TableFormat With(CsvOptions options) => this with
    {
        Separator = options.Separator ?? Separator,
        DecimalComma = DecimalComma || options.DecimalComma,
        Thousands = options.Thousands ?? Thousands,
        MissingTokens = Trimmed(options.MissingTokens) ?? MissingTokens,
        MoreMissingTokens = Trimmed(options.MoreMissingTokens) ?? MoreMissingTokens,
        SkipMissingTargets = SkipMissingTargets || options.SkipMissingTargets,
        Encoding = options.Encoding ?? Encoding,
    };

    /// <summary>Whether a cell is missing in every kind of column.</summary>
    public bool IsMissing(ReadOnlySpan<char> cell)
    {
        cell = cell.Trim();
        if (MoreMissingTokens is not null && Contains(MoreMissingTokens, cell, StringComparison.Ordinal))
            return true;
        // No usual token begins with a digit, as most cells do.
        if (MissingTokens is null && cell is [>= '0' and <= '9', ..])
            return false;
        return cell.IsEmpty || (MissingTokens is null
            ? Contains(s_missing, cell, StringComparison.OrdinalIgnoreCase)
            : Contains(MissingTokens, cell, StringComparison.Ordinal));
    }

    /// <summary>Whether a cell is missing in a column of numbers; as text it may be a name, as the class "-" is.</summary>
    public bool IsMissingNumber(ReadOnlySpan<char> cell) =>
        IsMissing(cell) || (MissingTokens is null && Contains(s_missingNumbers, cell.Trim(), StringComparison.OrdinalIgnoreCase));

    /// <summary>Reads a number; a number too large for a double comes back as infinity.</summary>
    public bool TryNumber(ReadOnlySpan<char> cell, out double number)
    {
        number = 0;
        Span<char> room = stackalloc char[MaxNumberLength];
        return TryPlain(cell, room, out ReadOnlySpan<char> plain)
            && double.TryParse(plain, NumberStyles.Float, CultureInfo.InvariantCulture, out number);
    }

    /// <summary>The name a class goes by, whatever the notation of its number.</summary>
    public string ClassName(ReadOnlySpan<char> cell)
    {
        Span<char> room = stackalloc char[MaxNumberLength];
        return TableSchema.ClassName(TryPlain(cell, room, out ReadOnlySpan<char> plain) ? plain : cell);
    }

    /// <summary>Whether a cell is an integer in this notation.</summary>
    public bool IsInteger(ReadOnlySpan<char> cell, out long number)
    {
        number = 0;
        Span<char> room = stackalloc char[MaxNumberLength];
        return TryPlain(cell, room, out ReadOnlySpan<char> plain) && TableSchema.IsInteger(plain, out number);
    }

    /// <summary>
    /// Takes a cell to invariant notation: the trimmed cell if this is the notation of the format, else a copy in
    /// <paramref name="room"/>.
    /// </summary>
    /// <returns>False if the cell has another notation.</returns>
    private bool TryPlain(ReadOnlySpan<char> cell, Span<char> room, out ReadOnlySpan<char> plain)
    {
        cell = cell.Trim();
        plain = cell;
        if (!DecimalComma && Thousands is null)
            return true;
        if (cell.Length > room.Length)
            return false;
        char point = DecimalComma ? ',' : '.';
        int length = 0, digits = 0;
        bool isGrouped = false, isWhole = true;
        foreach (char next in cell)
        {
            bool separates = isWhole && next == Thousands;
            // One to three digits stand before the first separator, and three before every later one and the end.
            if (isWhole && !char.IsAsciiDigit(next) && digits > 0)
            {
                if (isGrouped ? digits != 3 : separates && digits > 3)
                    return false;
                isWhole = separates;
            }
            else if (separates)
                return false;
            if (separates)
            {
                (isGrouped, digits) = (true, 0);
                continue;
            }
            if (!char.IsAsciiDigit(next) && next != point && next is not ('+' or '-' or 'e' or 'E'))
                return false;
            digits += isWhole && char.IsAsciiDigit(next) ? 1 : 0;
            room[length++] = next == point ? '.' : next;
        }
        plain = room[..length];
        return !(isWhole && isGrouped) || digits == 3;
    }

    /// <summary>Writes what differs from the default as a field of a JSON object.</summary>
    public void Write(Utf8JsonWriter json)
    {
        if (this == Default)
            return;
        json.WriteStartObject("format");
        if (Separator is { } separator)
            json.WriteString("separator", separator.ToString());
        json.WriteNumber("headerless_width", HasHeader ? 0 : FileWidth);
        json.WriteBoolean("decimal_comma", DecimalComma);
        if (Thousands is { } thousands)
            json.WriteString("thousands", thousands.ToString());
        if (MissingTokens is not null)
            JsonText.WriteStrings(json, "missing", MissingTokens);
        if (MoreMissingTokens is not null)
            JsonText.WriteStrings(json, "more_missing", MoreMissingTokens);
        json.WriteBoolean("skip_missing_targets", SkipMissingTargets);
        if (Encoding is not null)
            json.WriteString("encoding", Encoding);
        json.WriteEndObject();
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static TableFormat Read(JsonElement owner)
    {
        if (!owner.TryGetProperty("format", out JsonElement json))
            return Default;
        int width = json.GetProperty("headerless_width").GetInt32();
        return new()
        {
            Separator = Character(json, "separator"),
            HasHeader = width == 0,
            FileWidth = width >= 0 ? width : throw new FormatException($"'headerless_width' is {width}"),
            DecimalComma = json.GetProperty("decimal_comma").GetBoolean(),
            Thousands = Character(json, "thousands"),
            MissingTokens = json.TryGetProperty("missing", out _) ? JsonText.Strings(json, "missing") : null,
            MoreMissingTokens = json.TryGetProperty("more_missing", out _) ? JsonText.Strings(json, "more_missing") : null,
            SkipMissingTargets = json.GetProperty("skip_missing_targets").GetBoolean(),
            Encoding = json.TryGetProperty("encoding", out _) ? JsonText.Text(json, "encoding") : null,
        };
    }

    private static string[]? Trimmed(IReadOnlyList<string>? tokens) => tokens?.Select(token => token.Trim()).ToArray();

    private static char? Character(JsonElement json, string name) =>
        !json.TryGetProperty(name, out _) ? null
            : JsonText.Text(json, name) is [var only] ? only : throw new FormatException($"'{name}' is not one character");

    private static bool Contains(string[] tokens, ReadOnlySpan<char> cell, StringComparison comparison)
    {
        foreach (string token in tokens)
            if (cell.Equals(token, comparison))
                return true;
        return false;
    }
}
