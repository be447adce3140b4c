using System.Globalization;
using Subquad.Data;

namespace Subquad.Formats;

/// <summary>What a first pass over a table learns about one column.</summary>
/// <param name="name">The column.</param>
/// <param name="maxDistinct">How many distinct texts to remember at most.</param>
/// <param name="classes">Whether texts count as class names, in which "1.0" is "1".</param>
internal sealed class ColumnSurvey(string name, int maxDistinct, bool classes)
{
    private readonly HashSet<string> _distinct = new(StringComparer.Ordinal);

    public string Name => name;

    /// <summary>Missing cells.</summary>
    public int Missing { get; private set; }

    /// <summary>Whether every present cell is a number.</summary>
    public bool IsNumeric { get; private set; } = true;

    /// <summary>Whether every present cell is an integer.</summary>
    public bool IsInteger { get; private set; } = true;

    /// <summary>Distinct texts, at most one more than are remembered.</summary>
    public int Distinct => _distinct.Count;

    /// <summary>Whether there are more distinct texts than are remembered.</summary>
    public bool Overflows => _distinct.Count > maxDistinct;

    /// <summary>Looks at one cell.</summary>
    public void See(ReadOnlySpan<char> cell)
    {
        if (TableSchema.IsMissing(cell))
        {
            Missing++;
            return;
        }
        IsNumeric = IsNumeric && TableSchema.TryNumber(cell, out _);
        IsInteger = IsInteger && TableSchema.IsInteger(cell, out _);
        if (Overflows)
            return;
        if (classes)
            _distinct.Add(TableSchema.ClassName(cell));
        else
            _distinct.GetAlternateLookup<ReadOnlySpan<char>>().Add(cell.Trim());
    }

    /// <summary>The distinct texts in order: by number when all are integers, else ordinal.</summary>
    public string[] Texts() => IsInteger
        ? _distinct.OrderBy(text => double.Parse(text, CultureInfo.InvariantCulture)).ThenBy(text => text, StringComparer.Ordinal).ToArray()
        : _distinct.Order(StringComparer.Ordinal).ToArray();

    /// <summary>The column as the schema has it, its median still to be learned.</summary>
    /// <exception cref="InvalidDataException">It is a text column with too many categories; the message names it.</exception>
    public TableColumn ToColumn(string file)
    {
        if (IsNumeric)
            return new(name, ColumnKind.Numeric, float.NaN, [], Missing);
        if (Overflows)
            throw new InvalidDataException(
                $"{file}, column '{name}': expected numbers, or at most {maxDistinct} different texts, found more");
        return new(name, ColumnKind.Categorical, 0, Texts(), Missing);
    }
}
