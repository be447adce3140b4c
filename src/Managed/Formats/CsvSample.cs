using Subquad.Data;

namespace Subquad.Formats;

/// <summary>The first lines of a table: tell its separator and whether it has a header, before anything is read for good.</summary>
internal static class CsvSample
{
    private const int MaxRows = 40;

    // A blank stands for white space.
    private static readonly char[] s_separators = [',', '\t', ';', '|', ' '];

    /// <summary>Finds the separator of a text.</summary>
    /// <param name="text">The start of a table.</param>
    /// <param name="isWhole">Whether the table ends there.</param>
    /// <param name="names">Columns that the header is known to have; empty when nothing is known.</param>
    /// <returns>A separator that gives lines of one width above 1; the one that the first line has most otherwise.</returns>
    public static char FindSeparator(ReadOnlySpan<char> text, bool isWhole, IReadOnlyList<string> names)
    {
        char best = ',', most = ',';
        int mostCells = 1;
        double bestScore = -1;
        foreach (char separator in s_separators)
        {
            List<string[]> rows = Rows(text, isWhole, separator);
            if (rows.Count == 0)
                return ',';
            if (names.Count > 0 && names.Any(name => rows[0].Contains(name)) && (names.Count > 1 || rows[0].Length > 1))
                return separator;
            if (rows[0].Length > mostCells && (separator != ' ' || mostCells == 1))
                (most, mostCells) = (separator, rows[0].Length);
            int width = rows[^1].Length;
            bool isEven = width > 1 && rows.Skip(1).All(row => row.Length == width) && rows[0].Length is var first
                && (first == width || (first == width - 1 && rows.Count > 1 && first > 1));
            // White space within cells is common, so it separates only where nothing else does.
            if (!isEven || (separator == ' ' && bestScore >= 0))
                continue;
            double score = rows.Average(row => row.Count(LooksLikeNumber) / (double)row.Length);
            if (score > bestScore)
                (best, bestScore) = (separator, score);
        }
        return bestScore >= 0 ? best : most;
    }

    /// <summary>
    /// Whether the first line holds data: it has a number, and no text above numbers. A lone first line is data if it holds numbers only.
    /// </summary>
    public static bool StartsWithData(List<string[]> rows, TableFormat format)
    {
        if (rows.Count == 0)
            return false;
        string[] first = rows[0];
        bool hasNumber = false;
        for (int c = 0; c < first.Length; c++)
        {
            if (format.IsMissingNumber(first[c]))
                continue;
            if (LooksLikeNumber(first[c]))
            {
                hasNumber = true;
                continue;
            }
            string[] below =
                [.. rows.Skip(1).Where(row => row.Length > c).Select(row => row[c]).Where(cell => !format.IsMissingNumber(cell))];
            if (rows.Count == 1 || (below.Length > 0 && below.Count(LooksLikeNumber) * 2 > below.Length))
                return false;
        }
        return hasNumber;
    }

    /// <summary>Whether rows are one cell wider than the header, as where the names of rows have no name themselves.</summary>
    public static bool HasUnnamedFirst(List<string[]> rows) =>
        rows.Count > 2 && rows.Skip(1).All(row => row.Length == rows[0].Length + 1) && rows.Skip(1).Any(row => row[^1].Length > 0);

    /// <summary>Whether a text is a table by its look: two lines or more of one width above 1, and no other kind of text.</summary>
    public static bool LooksLikeTable(ReadOnlySpan<char> text, bool isWhole)
    {
        if (text.ContainsAnyInRange('\0', '\b') || text.ContainsAnyInRange('\u000e', '\u001f'))
            return false;
        List<string[]> rows = Rows(text, isWhole, FindSeparator(text, isWhole, []));
        return rows.Count > 1 && rows[1].Length > 1 && rows.Skip(1).All(row => row.Length == rows[1].Length)
            && (rows[0].Length == rows[1].Length || HasUnnamedFirst(rows));
    }

    /// <summary>The trimmed cells of the first lines; without the last line if it may go on.</summary>
    public static List<string[]> Rows(ReadOnlySpan<char> text, bool isWhole, char separator)
    {
        var rows = new List<string[]>();
        var cells = new List<string>();
        int at = 0;
        while (at < text.Length && rows.Count < MaxRows)
        {
            at = Row(text, at, separator, cells);
            bool isCut = at >= text.Length && !isWhole && text[^1] is not ('\n' or '\r');
            if (isCut && rows.Count > 0)
                break;
            if (cells.Count > 1 || cells[0].Length > 0)
                rows.Add([.. cells]);
        }
        return rows;
    }

    private static int Row(ReadOnlySpan<char> text, int at, char separator, List<string> cells)
    {
        cells.Clear();
        while (true)
        {
            while (at < text.Length && text[at] is ' ' or '\t' && (separator == ' ' || text[at] != separator))
                at++;
            int start = at;
            if (at < text.Length && text[at] == '"')
            {
                for (at++; at < text.Length && (text[at] != '"' || (at + 1 < text.Length && text[at + 1] == '"')); at++)
                    at += text[at] == '"' ? 1 : 0;
                at = Math.Min(at + 1, text.Length);
            }
            while (at < text.Length && text[at] is not ('\n' or '\r') && !Separates(text[at], separator))
                at++;
            // Blanks at the end of a line begin no cell.
            if (separator != ' ' || at > start || cells.Count == 0)
                cells.Add(text[start..at].Trim().Trim('"').ToString());
            if (at >= text.Length || text[at] is '\n' or '\r')
                return at + 1;
            at++;
        }
    }

    private static bool Separates(char next, char separator) => next == separator || (separator == ' ' && next == '\t');

    // A sample may have either decimal mark, whatever the format says.
    private static bool LooksLikeNumber(string cell) =>
        TableFormat.Default.TryNumber(cell, out double number) ? !double.IsNaN(number)
            : cell.Length > 0 && TableFormat.Default.TryNumber(cell.Replace(',', '.'), out _);
}
