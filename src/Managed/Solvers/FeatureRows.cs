namespace Subquad.Solvers;

/// <summary>
/// Sparse rows of features that are appended and removed one by one, and their dot products with a given row, in float64. Arrays of
/// removed rows are used again.
/// </summary>
/// <param name="width">Features of a row, zeros included.</param>
internal sealed class FeatureRows(int width)
{
    private readonly float[] _spread = new float[width];
    private int[][] _ids = [];
    private float[][] _values = [];
    private int[] _lengths = [];

    /// <summary>Rows.</summary>
    public int Count { get; private set; }

    /// <summary>The features of a row that are not zero, ascending.</summary>
    public ReadOnlySpan<int> IdsOf(int row) => _ids[row].AsSpan(0, _lengths[row]);

    /// <summary>Their values.</summary>
    public ReadOnlySpan<float> ValuesOf(int row) => _values[row].AsSpan(0, _lengths[row]);

    /// <summary>Makes room for one more row; with <see cref="Append"/>, the only member that allocates.</summary>
    public void Reserve(int entries)
    {
        if (Count == _lengths.Length)
        {
            int length = Count + Count / 2 + 1;
            Array.Resize(ref _ids, length);
            Array.Resize(ref _values, length);
            Array.Resize(ref _lengths, length);
        }
        if (_ids[Count] is { } ids && ids.Length >= entries)
            return;
        // With some room: the arrays of a row serve longer rows later.
        int room = Math.Min(width, entries + entries / 4);
        (_ids[Count], _values[Count]) = (new int[room], new float[room]);
    }

    /// <summary>Appends a row.</summary>
    public void Append(ReadOnlySpan<int> ids, ReadOnlySpan<float> values)
    {
        Reserve(ids.Length);
        ids.CopyTo(_ids[Count]);
        values.CopyTo(_values[Count]);
        _lengths[Count++] = ids.Length;
    }

    /// <summary>Removes a row; later rows move up.</summary>
    public void Remove(int index)
    {
        (int[] ids, float[] values) = (_ids[index], _values[index]);
        int after = --Count - index;
        Array.Copy(_ids, index + 1, _ids, index, after);
        Array.Copy(_values, index + 1, _values, index, after);
        Array.Copy(_lengths, index + 1, _lengths, index, after);
        (_ids[Count], _values[Count]) = (ids, values);
    }

    /// <summary>The dot products of the first rows with a given row.</summary>
    /// <param name="ids">The features of that row that are not zero.</param>
    /// <param name="values">Their values.</param>
    /// <param name="products">A product for each of the first rows, overwritten.</param>
    public void Multiply(ReadOnlySpan<int> ids, ReadOnlySpan<float> values, Span<double> products) =>
        Multiply(ids, values, products, _spread);

    /// <summary>The same, with the scratch of a worker: as many zeros as a row has features, which are zeros again afterwards.</summary>
    public void Multiply(ReadOnlySpan<int> ids, ReadOnlySpan<float> values, Span<double> products, float[] spread)
    {
        for (int entry = 0; entry < ids.Length; entry++)
            spread[ids[entry]] = values[entry];
        for (int row = 0; row < products.Length; row++)
            products[row] = Product(IdsOf(row), ValuesOf(row), spread);
        foreach (int id in ids)
            spread[id] = 0;
    }

    /// <summary>Whether a row has these features, bit for bit.</summary>
    public bool IsAt(int row, ReadOnlySpan<int> ids, ReadOnlySpan<float> values) =>
        ids.SequenceEqual(IdsOf(row)) && values.SequenceEqual(ValuesOf(row));

    /// <summary>The squared norm of a row.</summary>
    public static double SquaredNorm(ReadOnlySpan<float> values)
    {
        double sum = 0;
        foreach (float value in values)
            sum += (double)value * value;
        return sum;
    }

    private static double Product(ReadOnlySpan<int> ids, ReadOnlySpan<float> values, float[] spread)
    {
        // Two chains: one would wait for each sum.
        double even = 0, odd = 0;
        int entry = 0;
        for (; entry + 1 < ids.Length; entry += 2)
        {
            even += (double)values[entry] * spread[ids[entry]];
            odd += (double)values[entry + 1] * spread[ids[entry + 1]];
        }
        if (entry < ids.Length)
            even += (double)values[entry] * spread[ids[entry]];
        return even + odd;
    }
}
