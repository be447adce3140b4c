namespace Subquad.Data;

/// <summary>
/// Finds the origin of a column: what is subtracted from its numbers in float64 before they are kept as float32, so that a column far
/// from 0, such as seconds since 1970, keeps what varies in it. Rows without origins have 0 everywhere.
/// </summary>
internal struct ColumnOrigin
{
    /// <summary>
    /// Deviations between 0 and a mean from which on the origin is not 0: up to here float32 loses at most four bits of what varies.
    /// </summary>
    private const double Far = 16;

    /// <summary>A deviation below this share of the mean is rounding of float64, as of 0.1 + 0.2 beside 0.3, and says nothing.</summary>
    private const double Noise = 1e-13;

    private double _first, _sum, _squares;
    private long _count;

    /// <summary>Takes a number of the column; those that are not finite do not count.</summary>
    public void Add(double number)
    {
        if (!double.IsFinite(number))
            return;
        if (_count++ == 0)
            _first = number;
        // Sums around one of the numbers lose nothing to the distance from 0.
        double distance = number - _first;
        _sum += distance;
        _squares += distance * distance;
    }

    /// <summary>
    /// The origin: 0, or near the mean of a column that is far from 0 beside its deviation. It is a multiple of a power of two about the
    /// size of the deviation, so that integers keep integer distances from it.
    /// </summary>
    public readonly double Value()
    {
        double offset = _sum / _count, mean = _first + offset, deviation = Math.Sqrt(_squares / _count - offset * offset);
        if (!double.IsFinite(deviation) || !(deviation > Noise * Math.Abs(mean)) || Math.Abs(mean) <= Far * deviation)
            return 0;
        int unit = Math.ILogB(deviation);
        return Math.ScaleB(Math.Round(Math.ScaleB(mean, -unit)), unit);
    }

    /// <summary>The origin of every column of rows; null when all are 0.</summary>
    /// <param name="numbers">Rows of <paramref name="width"/> numbers.</param>
    /// <param name="width">Numbers of a row.</param>
    public static double[]? Of(ReadOnlySpan<double> numbers, int width)
    {
        var columns = new ColumnOrigin[width];
        for (int i = 0; i < numbers.Length; i++)
            columns[i % width].Add(numbers[i]);
        return OrNull(Array.ConvertAll(columns, column => column.Value()));
    }

    /// <summary>Origins; null when all are 0.</summary>
    public static double[]? OrNull(double[] origins) => Array.TrueForAll(origins, origin => origin == 0) ? null : origins;

    /// <summary>Numbers as float32 distances from the origins of their columns.</summary>
    public static float[] Distances(ReadOnlySpan<double> numbers, int width, double[]? origins)
    {
        var distances = new float[numbers.Length];
        for (int i = 0; i < numbers.Length; i++)
            distances[i] = (float)(numbers[i] - (origins?[i % width] ?? 0));
        return distances;
    }
}
