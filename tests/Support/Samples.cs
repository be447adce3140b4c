using Subquad.Simd.Memory;
using Subquad.Weights;

namespace Subquad.Support;

/// <summary>Seeded numbers, and the plain arrays behind the kernels' layouts.</summary>
public static class Samples
{
    /// <summary>Numbers in (-1, 1), never zero.</summary>
    public static float[] Dense(Random random, int count)
    {
        var values = new float[count];
        for (int i = 0; i < count; i++)
            values[i] = NonZero(random);
        return values;
    }

    /// <summary>Rows of which a share <paramref name="density"/> of elements is not zero.</summary>
    public static float[] Sparse(Random random, int rows, int width, double density)
    {
        var values = new float[rows * width];
        for (int i = 0; i < values.Length; i++)
            values[i] = random.NextDouble() < density ? NonZero(random) : 0f;
        return values;
    }

    /// <summary>A panel matrix of rows x columns from its elements, row after row.</summary>
    public static PanelMatrix Panels(ReadOnlySpan<float> values, int rows, int columns)
    {
        var matrix = new PanelMatrix(rows, columns);
        for (int row = 0; row < rows; row++)
            for (int column = 0; column < columns; column++)
                matrix[row, column] = values[row * columns + column];
        return matrix;
    }

    /// <summary>
    /// The bfloat16 next to each number, by another way than the code under test: a sum of float64, which rounds to nearest and to even.
    /// </summary>
    public static float[] Rounded(ReadOnlySpan<float> values)
    {
        var rounded = new float[values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i] == 0f)
            {
                rounded[i] = values[i];
                continue;
            }
            // Added to 1.5 * 2^52 units of the place that is to be the last, everything behind that place is rounded away.
            double unit = Math.ScaleB(1.5, Math.ILogB(values[i]) - 7 + 52);
            rounded[i] = (float)(values[i] + unit - unit);
        }
        return rounded;
    }

    /// <summary>The elements of a panel matrix, row after row.</summary>
    public static float[] ToArray(PanelMatrix matrix)
    {
        var values = new float[matrix.Rows * matrix.Columns];
        for (int row = 0; row < matrix.Rows; row++)
            for (int column = 0; column < matrix.Columns; column++)
                values[row * matrix.Columns + column] = matrix[row, column];
        return values;
    }

    /// <summary>The elements of a weight matrix with what is held beside it, row after row, with the bits of a flush.</summary>
    internal static float[] ToArray(LowRankWeights weights, bool isFused)
    {
        var values = new float[weights.Rows * weights.Columns];
        weights.CopyRows(0, weights.Rows, values, isFused);
        return values;
    }

    /// <summary>Every entry of a batch: its datum, its neuron, and its place.</summary>
    public static IEnumerable<(int Datum, int Id, long Place)> Entries(ActiveBatch batch)
    {
        long place = 0;
        foreach (ActiveSegment segment in batch.Segments())
            for (int entry = 0; entry < segment.Length; entry++)
                yield return (segment.Datum, segment.FirstNeuron + segment.Offsets[entry], place++);
    }

    /// <summary>A number whose bits are all in use, so that a changed order of summation shows.</summary>
    private static float NonZero(Random random)
    {
        float value = (float)(2 * random.NextDouble() - 1);
        return value == 0f ? 0.5f : value;
    }
}
