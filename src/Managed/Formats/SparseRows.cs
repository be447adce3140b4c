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

    /// <summary>The rows, without the zeros that the file may have; this object must not be used afterwards.</summary>
    /// <param name="text">The file, to word faults.</param>
    /// <param name="first">The index of the first feature.</param>
    /// <param name="width">Features.</param>
    /// <exception cref="InvalidDataException">An index is outside.</exception>
    public InputRows ToRows(LibsvmReader text, int first, int width)
    {
        if (first > 0 && HasZero)
            throw text.Fault($"expected feature indices from {first} to {first + width - 1}, found 0", _zeroLine);
        if (Largest >= first + width)
            throw text.Fault($"expected feature indices from {first} to {first + width - 1}, found {Largest}", _largestLine);
        int[] columns = _indices.ToArray();
        for (int entry = 0; entry < columns.Length; entry++)
            columns[entry] -= first;
        return InputRows.Sparse(_starts.ToArray(), columns, _values.ToArray(), width);
    }
}
