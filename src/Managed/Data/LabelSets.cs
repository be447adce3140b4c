using Subquad.Simd.Memory;

namespace Subquad.Data;

/// <summary>
/// Any number of labels a row. Memory follows the labels that there are; targets of 0 or 1 for each row and label are only made of the rows
/// that are used.
/// </summary>
internal sealed class LabelSets
{
    private const long MaxTargets = 1L << 28;
    private const int MaxWidth = 1 << 24;

    private readonly string _name;
    private readonly int[] _starts;
    private readonly int[] _labels;

    /// <param name="name">What messages call the rows.</param>
    /// <param name="width">How many labels there are.</param>
    /// <param name="starts">Where the labels of each row start, then where the last one's end.</param>
    /// <param name="labels">From 0 to below the width.</param>
    public LabelSets(string name, int width, int[] starts, int[] labels)
    {
        _name = name;
        Width = width;
        _starts = starts;
        _labels = labels;
    }

    /// <summary>Copies the labels of rows in memory.</summary>
    /// <exception cref="ArgumentException">A row is null, or the width is not from 1 to 2^24.</exception>
    /// <exception cref="InvalidDataException">A label is not from 0 to below the width; the message names the row.</exception>
    public static LabelSets Of(IReadOnlyList<IReadOnlyList<int>> rows, int width)
    {
        if (width is < 1 or > MaxWidth)
            throw new ArgumentOutOfRangeException("labelCount", $"expected 1 to {MaxWidth} labels, found {width}");
        var starts = new int[rows.Count + 1];
        var labels = new List<int>();
        for (int row = 0; row < rows.Count; row++)
        {
            foreach (int label in rows[row] ?? throw new ArgumentException($"row {row} (from 0): expected labels, found null", "labels"))
                labels.Add(label >= 0 && label < width ? label
                    : throw new InvalidDataException($"row {row} (from 0): expected labels from 0 to {width - 1}, found {label}"));
            starts[row + 1] = labels.Count;
        }
        return new("the rows", width, starts, [.. labels]);
    }

    /// <summary>Rows.</summary>
    public int Count => _starts.Length - 1;

    /// <summary>Labels that a row may have.</summary>
    public int Width { get; }

    /// <summary>Labels of all rows together.</summary>
    public int Entries => _labels.Length;

    /// <summary>Takes labels of others.</summary>
    /// <exception cref="InvalidDataException">The starts do not divide the labels, or a label is outside the width.</exception>
    public static LabelSets Checked(string name, int width, int[] starts, int[] labels)
    {
        if (starts[0] != 0 || starts[^1] != labels.Length)
            throw new InvalidDataException($"expected starts from 0 to {labels.Length}, found {starts[0]} to {starts[^1]}");
        for (int row = 1; row < starts.Length; row++)
            if (starts[row] < starts[row - 1])
                throw new InvalidDataException($"row {row - 1} (from 0): expected labels, found fewer than none");
        foreach (int label in labels)
            if (label < 0 || label >= width)
                throw new InvalidDataException($"expected labels from 0 to {width - 1}, found {label}");
        return new(name, width, starts, labels);
    }

    /// <summary>The labels of a row.</summary>
    public ReadOnlySpan<int> Of(int row) => _labels.AsSpan(_starts[row].._starts[row + 1]);

    /// <summary>The same labels of more.</summary>
    public LabelSets Widened(int width) => new(_name, width, _starts, _labels);

    /// <summary>The labels of the named rows, in that order.</summary>
    public LabelSets Take(ReadOnlySpan<int> rows)
    {
        var starts = new int[rows.Length + 1];
        var labels = new List<int>();
        for (int i = 0; i < rows.Length; i++)
        {
            labels.AddRange(Of(rows[i]));
            starts[i + 1] = labels.Count;
        }
        return new(_name, Width, starts, [.. labels]);
    }

    /// <summary>1 for each label of a row and 0 for all others, row by row.</summary>
    /// <exception cref="InvalidDataException">They do not fit.</exception>
    public float[] ToTargets()
    {
        long targets = (long)Count * Width, bytes = targets * sizeof(float), available = NativeBytes.Available;
        if (targets > MaxTargets)
            throw new InvalidDataException(
                $"{_name}: expected at most {MaxTargets} targets, one per row and label, found {Count} rows of {Width} labels");
        if (bytes > available)
            throw new InvalidDataException($"{_name}: expected rows that fit in memory, found {Count} of {Width} targets: {bytes} bytes, "
                + $"of which {available} are available");
        var values = new float[targets];
        for (int row = 0; row < Count; row++)
            foreach (int label in Of(row))
                values[row * Width + label] = 1;
        return values;
    }
}
