using Subquad.Simd.Memory;

namespace Subquad.Support;

/// <summary>Seeded float64 matrices, row-major with a stride. What a kernel must not read is not a number.</summary>
public static class DenseSamples
{
    /// <summary>Elements in (-1, 1); zeros beyond the columns.</summary>
    public static NativeBuffer<double> Matrix(Random random, int rows, int columns, int stride)
    {
        var matrix = new NativeBuffer<double>((long)rows * stride);
        for (int row = 0; row < rows; row++)
            for (int column = 0; column < columns; column++)
                matrix[(long)row * stride + column] = 2 * random.NextDouble() - 1;
        return matrix;
    }

    /// <summary>A lower triangle with elements in (-1, 1), above which nothing is a number.</summary>
    public static NativeBuffer<double> Lower(Random random, int order, int stride)
    {
        NativeBuffer<double> matrix = Matrix(random, order, order, stride);
        for (int row = 0; row < order; row++)
            matrix.Slice((long)row * stride + row + 1, stride - row - 1).Fill(double.NaN);
        return matrix;
    }

    /// <summary>The same, well-conditioned: a diagonal in (1, 2), and the rest small.</summary>
    public static NativeBuffer<double> Factor(Random random, int order, int stride)
    {
        NativeBuffer<double> matrix = Lower(random, order, stride);
        for (int row = 0; row < order; row++)
        {
            foreach (ref double value in matrix.Slice((long)row * stride, row))
                value /= Math.Sqrt(order);
            matrix[(long)row * stride + row] = 1 + random.NextDouble();
        }
        return matrix;
    }

    /// <summary>A column of a row-major matrix.</summary>
    public static double[] Column(NativeBuffer<double> matrix, int stride, int column, int from, int to)
    {
        var elements = new double[to - from];
        for (int row = from; row < to; row++)
            elements[row - from] = matrix[(long)row * stride + column];
        return elements;
    }
}
