using Subquad.Data;

namespace Subquad.Losses;

/// <summary>
/// The link from scores to probabilities, for losses whose own link leaves scores: see <see cref="Calibration"/>. Scores are in the units
/// of the targets, 0 or 1.
/// </summary>
internal static class ProbabilityLink
{
    /// <summary>
    /// Turns the scores of one row into probabilities, in place: of classes they add up to 1, of labels each is by itself.
    /// </summary>
    public static void Apply(Span<float> scores, Calibration calibration, bool areLabels)
    {
        if (areLabels)
        {
            foreach (ref float score in scores)
                score = (float)(1 / (1 + Math.Exp(-LogOdds(score, calibration))));
            return;
        }
        foreach (ref float score in scores)
            score = (float)(score / calibration.Temperature);
        SoftmaxCrossEntropy.Instance.Link(scores);
    }

    /// <summary>log p of every class of one row, which no score rounds to a logarithm of 0.</summary>
    public static void LogSoftmax(ReadOnlySpan<float> scores, Calibration calibration, Span<double> logarithms)
    {
        double most = double.NegativeInfinity, normaliser = 0;
        foreach (float score in scores)
            most = Math.Max(most, score);
        for (int c = 0; c < scores.Length; c++)
            normaliser += Math.Exp(logarithms[c] = (scores[c] - most) / calibration.Temperature);
        double logarithm = Math.Log(normaliser);
        foreach (ref double value in logarithms)
            value -= logarithm;
    }

    /// <summary>log (p / (1 - p)) of a label.</summary>
    public static double LogOdds(float score, Calibration calibration) => score / calibration.Temperature + calibration.Bias;

    /// <summary>log (1 + exp x) without overflow: the cross-entropy of the log-odds -x and a label that the row has.</summary>
    public static double LogOfOnePlusExp(double x) => Math.Max(x, 0) + Math.Log(1 + Math.Exp(-Math.Abs(x)));
}
