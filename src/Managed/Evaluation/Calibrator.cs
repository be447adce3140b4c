using Subquad.Data;
using Subquad.Losses;
using Subquad.Simd.Memory;

namespace Subquad.Evaluation;

/// <summary>
/// Fits a <see cref="Calibration"/> to scores of rows that were not trained on: the least cross-entropy, by Newton's method in float64. The
/// targets are smoothed as by Platt (1999), so that a few rows that are all right do not give a temperature of 0.
/// </summary>
internal static class Calibrator
{
    private const int MaxCells = 1 << 20, MaxIterations = 50;
    private const double LeastSlope = 1e-3, MostSlope = 1e6, Precision = 1e-7;

    /// <summary>How many rows of so many outputs are looked at: two numbers need no more.</summary>
    public static int RowsOf(int rows, int outputs) => Math.Min(rows, Math.Max(1, MaxCells / outputs));

    /// <summary>Fits to the first rows of a pass.</summary>
    /// <param name="outputs">f: outputs x data.</param>
    /// <param name="data">The data, with targets.</param>
    /// <param name="target">Their transform.</param>
    /// <returns>Null for values, and for scores that are not finite.</returns>
    public static Calibration? Fit(PanelMatrix outputs, RowBatch data, TargetTransform target)
    {
        if (!target.HasProbabilities)
            return null;
        var scores = new float[RowsOf(data.Count, data.Outputs) * data.Outputs];
        for (int i = 0; i < scores.Length; i++)
            scores[i] = outputs[i % data.Outputs, i / data.Outputs];
        return Fit(scores, data, target);
    }

    /// <summary>Fits to the scores of the first rows of data.</summary>
    /// <param name="scores">f, row after row; overwritten.</param>
    /// <param name="data">The data, with targets.</param>
    /// <param name="target">Their transform.</param>
    /// <returns>Null for values, and for scores that are not finite.</returns>
    public static Calibration? Fit(float[] scores, RowBatch data, TargetTransform target)
    {
        if (!target.HasProbabilities || Examples.IndexOfNotFinite(scores) >= 0)
            return null;
        target.ToUnits(scores);
        if (!target.HasLabels)
            return OfClasses(scores, data.Labels, data.Outputs);
        var has = new bool[scores.Length];
        for (int i = 0; i < has.Length; i++)
            has[i] = target.HasLabel(data.Targets[i], i % data.Outputs);
        return OfLabels(scores, has);
    }

    /// <summary>The T of the softmax, from 1e-6 to 1e3.</summary>
    /// <param name="scores">Rows of scores.</param>
    /// <param name="labels">The class of each row, or of more rows.</param>
    /// <param name="classes">Scores of a row.</param>
    public static Calibration OfClasses(ReadOnlySpan<float> scores, ReadOnlySpan<int> labels, int classes)
    {
        int rows = scores.Length / classes;
        // The cross-entropy is convex in 1 / T; the sign of its slope tells on which side the least one is.
        double below = LeastSlope, above = MostSlope, inverse = 5, smoothing = 1.0 / (rows + 1);
        var weights = new double[classes];
        for (int iteration = 0; iteration < MaxIterations; iteration++)
        {
            double slope = 0, curvature = 0;
            for (int row = 0; row < rows; row++)
            {
                ReadOnlySpan<float> own = scores.Slice(row * classes, classes);
                (double mean, double variance, double plain) = Moments(own, inverse, weights);
                slope += mean - (1 - smoothing) * own[labels[row]] - smoothing * plain;
                curvature += variance;
            }
            (below, above) = slope < 0 ? (inverse, above) : (below, inverse);
            double next = inverse - slope / curvature;
            if (!(next > below && next < above))
                next = Math.Sqrt(below * above);
            if (Math.Abs(next - inverse) <= Precision * inverse)
                break;
            inverse = next;
        }
        return new(1 / inverse);
    }

    /// <summary>The T, from 1e-6 to 1e3, and the b of the logistic function, for all labels together.</summary>
    /// <param name="scores">Scores.</param>
    /// <param name="has">Whether the row has the label of each.</param>
    public static Calibration OfLabels(ReadOnlySpan<float> scores, ReadOnlySpan<bool> has)
    {
        int positives = has.Count(true), negatives = has.Length - positives;
        double yes = (positives + 1.0) / (positives + 2.0), no = 1 / (negatives + 2.0);
        double inverse = 5, bias = Math.Log((positives + 1.0) / (negatives + 1.0)), loss = double.PositiveInfinity;
        double stepOfInverse = 0, stepOfBias = 0;
        for (int iteration = 0; iteration < MaxIterations; iteration++)
        {
            var sums = new LogisticSums();
            for (int i = 0; i < scores.Length; i++)
                sums.Add(scores[i], inverse * scores[i] + bias, has[i] ? yes : no);
            if (sums.Loss > loss)
            {
                // Too far: half of the last step back.
                (stepOfInverse, stepOfBias) = (stepOfInverse / 2, stepOfBias / 2);
                (inverse, bias) = (inverse - stepOfInverse, bias - stepOfBias);
                continue;
            }
            double gain = loss - sums.Loss;
            loss = sums.Loss;
            if (gain <= Precision * Precision * loss)
                break;
            (stepOfInverse, stepOfBias) = sums.Step();
            double bounded = Math.Clamp(inverse + stepOfInverse, LeastSlope, MostSlope);
            if (bounded != inverse + stepOfInverse)
                stepOfBias = sums.StepOfBias(bounded - inverse);
            stepOfInverse = bounded - inverse;
            (inverse, bias) = (bounded, bias + stepOfBias);
        }
        return new(1 / inverse, bias);
    }

    /// <summary>Mean and variance of the scores of a row under their softmax, and their plain mean.</summary>
    private static (double Mean, double Variance, double Plain) Moments(ReadOnlySpan<float> scores, double inverse, Span<double> weights)
    {
        double most = double.NegativeInfinity, total = 0, mean = 0, plain = 0, variance = 0;
        foreach (float score in scores)
            most = Math.Max(most, score);
        for (int c = 0; c < scores.Length; c++)
        {
            total += weights[c] = Math.Exp(inverse * (scores[c] - most));
            mean += weights[c] * scores[c];
            plain += scores[c];
        }
        mean /= total;
        for (int c = 0; c < scores.Length; c++)
            variance += weights[c] * (scores[c] - mean) * (scores[c] - mean);
        return (mean, variance / total, plain / scores.Length);
    }

    /// <summary>The cross-entropy over cells, its gradient and its Hessian by 1 / T and b.</summary>
    private struct LogisticSums
    {
        private double _byInverse, _byBias, _inverses, _mixed, _biases;

        public double Loss { get; private set; }

        public void Add(double score, double odds, double target)
        {
            double p = 1 / (1 + Math.Exp(-odds)), residual = p - target, weight = p * (1 - p);
            Loss += ProbabilityLink.LogOfOnePlusExp(odds) - target * odds;
            _byInverse += residual * score;
            _byBias += residual;
            _inverses += weight * score * score;
            _mixed += weight * score;
            _biases += weight;
        }

        /// <summary>Newton's; where scores do not vary, that of b alone.</summary>
        public readonly (double Inverse, double Bias) Step()
        {
            double determinant = _inverses * _biases - _mixed * _mixed;
            return determinant > 1e-12 * _inverses * _biases
                ? ((_mixed * _byBias - _biases * _byInverse) / determinant, (_mixed * _byInverse - _inverses * _byBias) / determinant)
                : (0, StepOfBias(0));
        }

        /// <summary>The step of b, given that of 1 / T.</summary>
        public readonly double StepOfBias(double inverse) => _biases > 0 ? -(_byBias + _mixed * inverse) / _biases : 0;
    }
}
