namespace Subquad.Evaluation;

/// <summary>Measures predicted values in their own units. Sums are in float64 and in the order of rows.</summary>
internal static class Regression
{
    /// <param name="predictions">Rows of <paramref name="outputs"/> numbers.</param>
    /// <param name="targets">The same of the targets.</param>
    /// <param name="outputs">Numbers per row.</param>
    public static RegressionMetrics Measure(ReadOnlySpan<float> predictions, ReadOnlySpan<float> targets, int outputs)
    {
        int rows = targets.Length / outputs;
        double squares = 0, distances = 0, explained = 0;
        int varying = 0;
        for (int output = 0; output < outputs; output++)
        {
            double mean = 0, residual = 0, total = 0;
            for (int i = output; i < targets.Length; i += outputs)
                mean += targets[i];
            mean /= rows;
            for (int i = output; i < targets.Length; i += outputs)
            {
                double error = (double)predictions[i] - targets[i], deviation = targets[i] - mean;
                residual += error * error;
                total += deviation * deviation;
                distances += Math.Abs(error);
            }
            squares += residual;
            if (total > 0)
            {
                explained += 1 - residual / total;
                varying++;
            }
        }
        return new RegressionMetrics(Math.Sqrt(squares / targets.Length), distances / targets.Length, explained / varying);
    }
}
