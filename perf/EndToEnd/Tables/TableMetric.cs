using Subquad.Data;

namespace Subquad.Perf.EndToEnd.Tables;

/// <summary>What is measured of a set.</summary>
/// <param name="Name">Its name in rows.</param>
/// <param name="Field">Its name in what <c>evaluate --json</c> writes.</param>
sealed record TableMetric(string Name, string Field)
{
    public static readonly TableMetric Rmse = new("rmse", "rmse");
    public static readonly TableMetric Accuracy = new("accuracy", "accuracy");
    public static readonly TableMetric PrecisionAt1 = new("P@1", "precision_at_1");

    /// <summary>Whether a lower value is better.</summary>
    public bool IsError => this == Rmse;

    public static TableMetric Named(string name) => new[] { Rmse, Accuracy, PrecisionAt1 }.Single(metric => metric.Name == name);

    /// <summary>Of scores in the units of the targets.</summary>
    /// <param name="scores">Rows of a number per output, row after row.</param>
    /// <param name="examples">The rows with their targets.</param>
    public double Of(ReadOnlySpan<double> scores, Examples examples)
    {
        int outputs = scores.Length / examples.Count;
        double sum = 0;
        for (int row = 0; row < examples.Count; row++)
            sum += OfRow(scores.Slice(row * outputs, outputs), examples, row);
        return IsError ? Math.Sqrt(sum / scores.Length) : sum / examples.Count;
    }

    double OfRow(ReadOnlySpan<double> scores, Examples examples, int row)
    {
        int best = 0;
        for (int output = 1; output < scores.Length; output++)
            best = scores[output] > scores[best] ? output : best;
        if (this == Accuracy)
            return examples.Labels[row] == best ? 1 : 0;
        ReadOnlySpan<float> targets = examples.Values.AsSpan(row * scores.Length, scores.Length);
        if (this == PrecisionAt1)
            return targets[best];
        double squares = 0;
        for (int output = 0; output < scores.Length; output++)
            squares += (scores[output] - targets[output]) * (scores[output] - targets[output]);
        return squares;
    }
}
