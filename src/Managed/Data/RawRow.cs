namespace Subquad.Data;

/// <summary>A raw row as a caller gives it: all its numbers, or columns and values of its entries in any order.</summary>
internal readonly ref struct RawRow
{
    /// <summary>A row of all its numbers.</summary>
    public RawRow(ReadOnlySpan<float> values) => Values = values;

    /// <summary>A row of entries, whose other numbers are 0.</summary>
    public RawRow(ReadOnlySpan<int> columns, ReadOnlySpan<float> values)
    {
        Columns = columns;
        Values = values;
        IsSparse = true;
    }

    /// <summary>Whether only entries are given.</summary>
    public bool IsSparse { get; }

    /// <summary>The columns of the entries; empty for a dense row.</summary>
    public ReadOnlySpan<int> Columns { get; }

    /// <summary>All numbers, or those of the entries.</summary>
    public ReadOnlySpan<float> Values { get; }

    /// <summary>Refuses a row that does not fit; columns that occur twice are found by <see cref="CopySorted"/>.</summary>
    /// <param name="width">Numbers of a row.</param>
    /// <param name="indices">What the caller's argument with the columns is called.</param>
    /// <param name="values">What the caller's argument with the numbers is called.</param>
    /// <exception cref="ArgumentException">It does not fit.</exception>
    public void Require(int width, string indices, string values)
    {
        if (!IsSparse && Values.Length != width)
            throw new ArgumentException($"expected {width} features, found {Values.Length}", values);
        if (IsSparse && Values.Length != Columns.Length)
            throw new ArgumentException($"expected a value for each of {Columns.Length} indices, found {Values.Length}", values);
        foreach (int column in Columns)
            if (column < 0 || column >= width)
                throw new ArgumentException($"expected indices from 0 to {width - 1}, found {column}", indices);
        if (Columns.Length > width)
            throw new ArgumentException($"expected at most {width} indices, found {Columns.Length}", indices);
    }

    /// <summary>Copies the entries in the order of their columns.</summary>
    /// <param name="columns">Room for the columns.</param>
    /// <param name="values">Room for the values.</param>
    /// <exception cref="ArgumentException">A column occurs twice.</exception>
    public void CopySorted(Span<int> columns, Span<float> values)
    {
        Columns.CopyTo(columns);
        Values.CopyTo(values);
        columns = columns[..Columns.Length];
        if (!InputRows.SortEntries(columns, values[..Columns.Length], out int twice))
            throw new ArgumentException($"expected each index once, found {twice} twice", "indices");
    }

    /// <summary>What is said of a row with a number that is not finite.</summary>
    /// <param name="schema">Names its columns; null for rows of numbered columns.</param>
    public InvalidDataException NotFinite(TableSchema? schema)
    {
        int bad = Examples.IndexOfNotFinite(Values);
        return new(Examples.NotFiniteIn(schema, IsSparse ? Columns[bad] : bad, Values[bad]));
    }
}
