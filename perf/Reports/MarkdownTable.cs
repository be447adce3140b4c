using System.Globalization;
using System.Text;

namespace Subquad.Perf.Reports;

/// <summary>A table in Markdown.</summary>
sealed class MarkdownTable(params string[] headings)
{
    readonly List<string[]> _rows = [];

    public void Add(params string[] cells)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(cells.Length, headings.Length);
        _rows.Add(cells);
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        Append(text, headings);
        Append(text, [.. headings.Select(_ => "---")]);
        foreach (string[] row in _rows)
            Append(text, row);
        return text.ToString();
    }

    /// <summary>Three significant digits; a dash where nothing was measured.</summary>
    public static string Cell(double? number) => number switch
    {
        null or double.NaN or double.PositiveInfinity => "-",
        0 => "0",
        { } value => Math.Abs(value) switch
        {
            >= 100 => value.ToString("#,0", CultureInfo.InvariantCulture),
            >= 10 => value.ToString("0.0", CultureInfo.InvariantCulture),
            >= 1 => value.ToString("0.00", CultureInfo.InvariantCulture),
            _ => value.ToString("G3", CultureInfo.InvariantCulture),
        },
    };

    public static string Percent(double? share) =>
        share is { } value ? (100 * value).ToString("0.#", CultureInfo.InvariantCulture) + " %" : "-";

    public static string Milliseconds(double? seconds) => Cell(1000 * seconds);

    static void Append(StringBuilder text, string[] cells) => text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
}
