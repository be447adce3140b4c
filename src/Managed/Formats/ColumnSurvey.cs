using System.Globalization;
using System.Text.RegularExpressions;
using Subquad.Data;

namespace Subquad.Formats;

/// <summary>What a first pass over a table learns about one column.</summary>
/// <param name="name">The column.</param>
/// <param name="format">How its cells are read.</param>
/// <param name="maxDistinct">How many distinct texts to remember at most.</param>
/// <param name="classes">Whether texts count as class names, in which "1.0" is "1".</param>
internal sealed partial class ColumnSurvey(string name, TableFormat format, int maxDistinct, bool classes)
{
    private readonly HashSet<string> _distinct = new(StringComparer.Ordinal);
    private readonly HashSet<string> _weak = new(StringComparer.Ordinal);
    private (string Cell, int Line) _firstMissing;
    private (string Cell, int Line) _firstWeak;
    private long _last;
    private ColumnOrigin _origin;

    public string Name => name;

    /// <summary>Cells that are missing whatever the column holds.</summary>
    public int Missing { get; private set; }

    /// <summary>Cells that are missing if the column holds numbers, and names if it holds text.</summary>
    public int Weak { get; private set; }

    /// <summary>Cells that are numbers.</summary>
    public int Numbers { get; private set; }

    /// <summary>Cells that are neither numbers nor missing.</summary>
    public int Others { get; private set; }

    /// <summary>Of the others, those that look like numbers in another notation, amounts, shares, dates or times.</summary>
    public int Lookalikes { get; private set; }

    /// <summary>The first cell that is neither a number nor missing, and its line.</summary>
    public (string Cell, int Line) FirstOther { get; private set; }

    /// <summary>The first of the lookalikes, and its line.</summary>
    public (string Cell, int Line) FirstLookalike { get; private set; }

    /// <summary>Of the others, those that begin with a digit.</summary>
    public int DigitStarts { get; private set; }

    /// <summary>The first missing cell, and its line.</summary>
    public (string Cell, int Line) FirstMissing => Missing == 0 || (IsNumeric && Weak > 0 && _firstWeak.Line < _firstMissing.Line)
        ? _firstWeak : _firstMissing;

    /// <summary>Whether every number is an integer or a long code.</summary>
    public bool IsInteger { get; private set; } = true;

    /// <summary>Whether a cell is digits that begin with a 0.</summary>
    public bool HasLeadingZeros { get; private set; }

    /// <summary>Whether a cell is more digits than a number holds.</summary>
    public bool HasLongCodes { get; private set; }

    /// <summary>Whether the column counts the rows: each integer is one more than the one before.</summary>
    public bool CountsRows { get; private set; } = true;

    /// <summary>The smallest number.</summary>
    public double Smallest { get; private set; } = double.PositiveInfinity;

    /// <summary>The largest number.</summary>
    public double Largest { get; private set; } = double.NegativeInfinity;

    /// <summary>What is subtracted from its numbers before they become float32.</summary>
    public double Origin => _origin.Value();

    /// <summary>Whether the column holds numbers and missing cells only.</summary>
    public bool IsNumeric => Others == 0 && (Numbers > 0 || Weak == 0);

    /// <summary>Cells that are not missing.</summary>
    public int Present => Numbers + Others + (IsNumeric ? 0 : Weak);

    /// <summary>Distinct texts, at most one more than are remembered.</summary>
    public int Distinct => _distinct.Count + (IsNumeric ? 0 : _weak.Count);

    /// <summary>Whether there are more distinct texts than are remembered.</summary>
    public bool Overflows => Distinct > maxDistinct;

    /// <summary>Looks at one cell.</summary>
    public void See(ReadOnlySpan<char> cell, int line)
    {
        if (format.IsMissing(cell))
        {
            if (Missing++ == 0)
                _firstMissing = (Short(cell), line);
            CountsRows = false;
            return;
        }
        if (format.IsMissingNumber(cell))
        {
            if (Weak++ == 0)
                _firstWeak = (Short(cell), line);
            _weak.Add(cell.Trim().ToString());
            CountsRows = false;
            return;
        }
        if (format.TryNumber(cell, out double number))
            SeeNumber(cell, number);
        else
            SeeOther(cell, line);
        if (_distinct.Count > maxDistinct)
            return;
        if (classes)
            _distinct.Add(format.ClassName(cell));
        else
            _distinct.GetAlternateLookup<ReadOnlySpan<char>>().Add(cell.Trim());
    }

    /// <summary>The distinct texts in order: by number when all are integers, else ordinal.</summary>
    public string[] Texts() => IsNumeric && IsInteger && classes
        ? _distinct.OrderBy(text => double.Parse(text, CultureInfo.InvariantCulture)).ThenBy(text => text, StringComparer.Ordinal).ToArray()
        : _distinct.Concat(IsNumeric ? [] : _weak).Order(StringComparer.Ordinal).ToArray();

    private void SeeNumber(ReadOnlySpan<char> cell, double number)
    {
        bool isCode = TableSchema.IsLongCode(cell), isInteger = format.IsInteger(cell, out long integer);
        IsInteger = IsInteger && (isInteger || isCode);
        CountsRows = CountsRows && isInteger && (Numbers == 0 ? integer is 0 or 1 : integer == _last + 1);
        _last = integer;
        Numbers++;
        _origin.Add(number);
        HasLeadingZeros = HasLeadingZeros || TableSchema.HasLeadingZero(cell);
        HasLongCodes = HasLongCodes || isCode;
        Smallest = Math.Min(Smallest, number);
        Largest = Math.Max(Largest, number);
    }

    private void SeeOther(ReadOnlySpan<char> cell, int line)
    {
        if (Others++ == 0)
            FirstOther = (Short(cell), line);
        CountsRows = false;
        cell = cell.Trim();
        DigitStarts += cell is [>= '0' and <= '9', ..] ? 1 : 0;
        if (cell.Length > 40 || cell.IndexOfAnyInRange('0', '9') < 0 || !NumberLike().IsMatch(cell))
            return;
        if (Lookalikes++ == 0)
            FirstLookalike = (Short(cell), line);
    }

    private static string Short(ReadOnlySpan<char> cell) => cell.Length <= 40 ? cell.ToString() : $"{cell[..40]}...";

    // A number with separators, a sign after it, a currency or a per cent sign; a date; a time.
    [GeneratedRegex(
        @"^([-+(]?\s*(\p{Sc}|[A-Z]{3}\s)?\s*[-+]?(\d+|\d{1,3}([,.'\s\u2019_]\d{3})+)([.,]\d*)?\s*(%|\p{Sc}|\s[A-Z]{3})?\s*[-)]?"
        + @"|\d{1,4}([-/.])\d{1,2}\7\d{1,4}([T\s]\d{1,2}:\d{2}.*)?|\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?(\s?[AaPp][Mm])?)$")]
    private static partial Regex NumberLike();
}
