using Subquad.Data;

namespace Subquad.Formats;

/// <summary>
/// Rows of index:value pairs as a file has them: memory follows what has really been read, not what an index or a header promises.
/// </summary>
internal sealed class SparseRows
{
    private readonly GrowingArray<int> _starts = new(Array.MaxLength);
    private readonly GrowingArray<int> _indices = new(Array.MaxLength);
    private readonly GrowingArray<float> _values = new(Array.MaxLength);
    private int _largestLine = 1;
    private int _zeroLine = 1;

    public SparseRows() => _starts.Append(1)[0] = 0;

    /// <summary>Rows so far.</summary>
    public int Count => _starts.Count - 1;

    /// <summary>The largest index so far, -1 without any.</summary>
    public int Largest { get; private set; } = -1;

    /// <summary>Whether an index of 0 was met.</summary>
    public bool HasZero { get; private set; }

    /// <summary>Reads the pairs that the line still has as one more row.</summary>
    /// <exception cref="InvalidDataException">A token is no pair, a value is not finite, or indices do not ascend.</exception>
    public void Append(LibsvmReader text)
    {
        for (int last = -1; text.TryPair(last, out int index, out float value); last = index)
        {
            if (value != 0)
            {
                _indices.Append(1)[0] = index;
                _values.Append(1)[0] = value;
            }
            if (index == 0 && !HasZero)
                (HasZero, _zeroLine) = (true, text.Line);
            if (index > Largest)
                (Largest, _largestLine) = (index, text.Line);
        }
        _starts.Append(1)[0] = _indices.Count;
    }

    /// <summary>Entries that <see cref="ToRowsWithin"/> left out.</summary>
    public int Ignored { get; private set; }

    /// <summary>The rows, without the zeros that the file may have; this object must not be used afterwards.</summary>
    /// <param name="text">The file, to word faults.</param>
    /// <param name="first">The index of the first feature.</param>
    /// <param name="width">Features.</param>
    /// <exception cref="InvalidDataException">An index is outside.</exception>
    public InputRows ToRows(LibsvmReader text, int first, int width)
    {
        if (Largest >= first + width)
            throw text.Fault($"expected feature indices from {first} to {first + width - 1}, found {Largest}", _largestLine);
        return ToRowsWithin(text, first, width);
    }

    /// <summary>As <see cref="ToRows"/>, but without the entries of features above the last.</summary>
    /// <exception cref="InvalidDataException">An index is below the first: the features are numbered in another way.</exception>
    public InputRows ToRowsWithin(LibsvmReader text, int first, int width)
    {
        if (first > 0 && HasZero)
            throw text.Fault($"expected feature indices from {first} to {first + width - 1}, found 0", _zeroLine);
        int[] starts = _starts.ToArray(), columns = _indices.ToArray();
        float[] values = _values.ToArray();
        int kept = 0;
        for (int row = 0, entry = 0; row < Count; row++)
        {
            for (; entry < starts[row + 1]; entry++)
            {
                if (columns[entry] >= first + width)
                    continue;
                (columns[kept], values[kept]) = (columns[entry] - first, values[entry]);
                kept++;
            }
            starts[row + 1] = kept;
        }
        Ignored = columns.Length - kept;
        if (Ignored > 0)
        {
            Array.Resize(ref columns, kept);
            Array.Resize(ref values, kept);
        }
        return InputRows.Sparse(starts, columns, values, width);
    }
}
