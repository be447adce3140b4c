using System.Globalization;
using System.Text;

namespace Subquad.Formats;

/// <summary>
/// Rows of index:value pairs as a file has them: memory follows what has really been read, not what an index or a header promises.
/// </summary>
internal sealed class SparseRows
{
    /// <summary>Features at most: the widest layer there is.</summary>
    public const int MaxWidth = 1 << 24;

    private readonly GrowingArray<int> _ends = new(Array.MaxLength);
    private readonly GrowingArray<int> _indices = new(Array.MaxLength);
    private readonly GrowingArray<float> _values = new(Array.MaxLength);
    private int _largestLine = 1;
    private int _zeroLine = 1;

    /// <summary>Rows so far.</summary>
    public int Count => _ends.Count;

    /// <summary>The largest index so far, -1 without any.</summary>
    public int Largest { get; private set; } = -1;

    /// <summary>Whether an index of 0 was met.</summary>
    public bool HasZero { get; private set; }

    /// <summary>Reads the pairs that the line still has as one more row.</summary>
    /// <exception cref="InvalidDataException">A token is no pair, a value is not finite, or indices do not ascend.</exception>
    public void Append(LibsvmReader text)
    {
        int last = -1;
        for (ReadOnlySpan<byte> token = text.Token(); !token.IsEmpty; token = text.Token())
        {
            int colon = token.IndexOf((byte)':');
            if (colon < 0 || !int.TryParse(token[..colon], NumberStyles.None, CultureInfo.InvariantCulture, out int index) || index > MaxWidth)
                throw text.Fault($"expected index:value with a whole index from 0 to {MaxWidth}, found '{Short(token)}'");
            if (!float.TryParse(token[(colon + 1)..], NumberStyles.Float, CultureInfo.InvariantCulture, out float value) || !float.IsFinite(value))
                throw text.Fault($"expected a finite number after the colon, found '{Short(token)}'");
            if (index <= last)
                throw text.Fault(index == last ? $"expected each index once, found {index} twice" : $"expected ascending indices, found {index} after {last}");
            last = index;
            _indices.Append(1)[0] = index;
            _values.Append(1)[0] = value;
            if (index == 0 && !HasZero)
                (HasZero, _zeroLine) = (true, text.Line);
            if (index > Largest)
                (Largest, _largestLine) = (index, text.Line);
        }
        _ends.Append(1)[0] = _indices.Count;
    }

    /// <summary>The rows as Count x width numbers, zeros where the file has none.</summary>
    /// <param name="text">The file, to word faults.</param>
    /// <param name="first">The index of the first feature.</param>
    /// <param name="width">Features.</param>
    /// <exception cref="InvalidDataException">An index is outside, or the rows do not fit in memory.</exception>
    public float[] ToDense(LibsvmReader text, int first, int width)
    {
        if (first > 0 && HasZero)
            throw text.Fault($"expected feature indices from {first} to {first + width - 1}, found 0", _zeroLine);
        if (Largest >= first + width)
            throw text.Fault($"expected feature indices from {first} to {first + width - 1}, found {Largest}", _largestLine);
        LibsvmExamples.RequireMemory(text, Count, width, "features");
        var dense = new float[Count * width];
        int[] ends = _ends.ToArray(), indices = _indices.ToArray();
        float[] values = _values.ToArray();
        for (int row = 0, entry = 0; row < ends.Length; row++)
            for (; entry < ends[row]; entry++)
                dense[row * width + indices[entry] - first] = values[entry];
        return dense;
    }

    /// <summary>A token for a message.</summary>
    public static string Short(ReadOnlySpan<byte> token) => Encoding.Latin1.GetString(token.Length <= 40 ? token : token[..40]) + (token.Length <= 40 ? "" : "...");
}
