namespace Subquad.Data;

/// <summary>Mean and spread of columns.</summary>
internal static class Moments
{
    /// <summary>
    /// Mean and population standard deviation of every column, in double and in two passes, so that a column that never varies has
    /// deviation 0 exactly.
    /// </summary>
    /// <param name="numbers">Rows of <paramref name="width"/> finite numbers, row-major, at least one row.</param>
    /// <param name="width">Numbers of a row.</param>
    public static (double[] Mean, double[] Deviation) Of(float[] numbers, int width)
    {
        int rows = numbers.Length / width;
        var mean = new double[width];
        for (int start = 0; start < numbers.Length; start += width)
        {
            for (int c = 0; c < width; c++)
                mean[c] += numbers[start + c];
        }
        for (int c = 0; c < width; c++)
            mean[c] /= rows;

        var deviation = new double[width];
        for (int start = 0; start < numbers.Length; start += width)
        {
            for (int c = 0; c < width; c++)
            {
                double distance = numbers[start + c] - mean[c];
                deviation[c] += distance * distance;
            }
        }
        for (int c = 0; c < width; c++)
            deviation[c] = Math.Sqrt(deviation[c] / rows);
        return (mean, deviation);
    }

    /// <summary>The distance of the farthest number of every column from a centre.</summary>
    public static double[] Farthest(float[] numbers, float[] centres)
    {
        var farthest = new double[centres.Length];
        for (int start = 0; start < numbers.Length; start += centres.Length)
            for (int c = 0; c < centres.Length; c++)
                farthest[c] = Math.Max(farthest[c], Math.Abs((double)numbers[start + c] - centres[c]));
        return farthest;
    }

    /// <summary>Whether a deviation is 0, or so small that its reciprocal is no float.</summary>
    public static bool IsConstant(double deviation) => !float.IsFinite((float)(1 / deviation));
}
