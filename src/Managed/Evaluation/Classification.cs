using Subquad.Data;
using Subquad.Losses;

namespace Subquad.Evaluation;

/// <summary>Measures predicted classes. Sums are in float64 and in the order of rows.</summary>
internal static class Classification
{
    /// <summary>A matrix of more classes is for no reader, and the area costs a sort per class.</summary>
    private const int MostClasses = 1_000;

    /// <param name="scores">Rows of <paramref name="classes"/> outputs.</param>
    /// <param name="labels">The true class of each row.</param>
    /// <param name="classes">Outputs.</param>
    /// <param name="calibration">What makes probabilities of the scores.</param>
    public static ClassificationMetrics Measure(
        ReadOnlySpan<float> scores, ReadOnlySpan<int> labels, int classes, Calibration calibration)
    {
        bool isSmall = classes <= MostClasses;
        int[][] confusion = new int[isSmall ? classes : 0][];
        for (int label = 0; label < confusion.Length; label++)
            confusion[label] = new int[classes];
        var correct = new int[classes];
        var occurs = new int[classes];
        var isPredicted = new int[classes];
        double entropy = 0;
        var logarithms = new double[classes];
        for (int row = 0; row < labels.Length; row++)
        {
            ReadOnlySpan<float> own = scores.Slice(row * classes, classes);
            ProbabilityLink.LogSoftmax(own, calibration, logarithms);
            entropy -= logarithms[labels[row]];
            int best = Highest(own), label = labels[row];
            occurs[label]++;
            isPredicted[best]++;
            if (best == label)
                correct[label]++;
            if (isSmall)
                confusion[label][best]++;
        }
        double recall = 0, f1 = 0;
        int present = 0, named = 0;
        for (int c = 0; c < classes; c++)
        {
            if (occurs[c] > 0)
            {
                recall += (double)correct[c] / occurs[c];
                present++;
            }
            // 2 TP + FP + FN is the number of rows that have the class and of those that are predicted to have it.
            if (occurs[c] + isPredicted[c] > 0)
            {
                f1 += 2.0 * correct[c] / (occurs[c] + isPredicted[c]);
                named++;
            }
        }
        double area = isSmall ? Area(scores, labels, classes, calibration) : double.NaN;
        return new ClassificationMetrics((double)correct.Sum() / labels.Length, recall / present, f1 / named, area)
        {
            LogLoss = entropy / labels.Length,
            Confusion = confusion,
        };
    }

    /// <summary>The class with the highest output; of equal ones, the first.</summary>
    public static int Highest(ReadOnlySpan<float> row)
    {
        int best = 0;
        for (int c = 1; c < row.Length; c++)
            if (row[c] > row[best])
                best = c;
        return best;
    }

    private static double Area(ReadOnlySpan<float> scores, ReadOnlySpan<int> labels, int classes, Calibration calibration)
    {
        var keys = new float[labels.Length];
        var isOfClass = new bool[labels.Length];
        double[] normalisers = classes == 2 ? [] : Normalisers(scores, labels.Length, classes, calibration);
        double sum = 0;
        int counted = 0;
        // Of two classes the second one against the first says it all.
        for (int c = classes == 2 ? 1 : 0; c < classes; c++)
        {
            for (int row = 0; row < keys.Length; row++)
            {
                ReadOnlySpan<float> outputs = scores.Slice(row * classes, classes);
                // Logarithms have the order of the probabilities, and small differences from 1 stay; float32 hides the rounding of float64,
                // which would break ties.
                keys[row] = classes == 2 ? outputs[1] - outputs[0] : (float)(outputs[c] / calibration.Temperature - normalisers[row]);
                isOfClass[row] = labels[row] == c;
            }
            double area = Area(keys, isOfClass);
            if (double.IsNaN(area))
                continue;
            sum += area;
            counted++;
        }
        return sum / counted;
    }

    /// <summary>f / T - log p of each row, which is the same for all of its classes.</summary>
    private static double[] Normalisers(ReadOnlySpan<float> scores, int rows, int classes, Calibration calibration)
    {
        var normalisers = new double[rows];
        var logarithms = new double[classes];
        for (int row = 0; row < rows; row++)
        {
            ReadOnlySpan<float> outputs = scores.Slice(row * classes, classes);
            ProbabilityLink.LogSoftmax(outputs, calibration, logarithms);
            normalisers[row] = outputs[0] / calibration.Temperature - logarithms[0];
        }
        return normalisers;
    }

    /// <summary>The statistic of Mann and Whitney by the product of both counts; sorts its arguments.</summary>
    private static double Area(float[] keys, bool[] isOfClass)
    {
        Array.Sort(keys, isOfClass);
        double above = 0;
        long below = 0, positives = 0;
        for (int first = 0, end; first < keys.Length; first = end)
        {
            long tiedPositives = 0;
            for (end = first; end < keys.Length && keys[end] == keys[first]; end++)
                tiedPositives += isOfClass[end] ? 1 : 0;
            long tiedNegatives = end - first - tiedPositives;
            above += tiedPositives * (below + 0.5 * tiedNegatives);
            below += tiedNegatives;
            positives += tiedPositives;
        }
        return above / ((double)positives * below);
    }
}
