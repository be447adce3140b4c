using Subquad.Data;
using Subquad.Losses;

namespace Subquad.Evaluation;

/// <summary>Measures the order of labels by their outputs. Sums are in float64 and in the order of rows.</summary>
internal static class Ranking
{
    /// <summary>From this probability on a label counts as predicted.</summary>
    public const double Threshold = 0.5;

    private static readonly int[] s_at = [1, 3, 5];

    /// <summary>Whether targets say which labels a row has: several outputs, each 0 or 1.</summary>
    public static bool IsOfLabels(ReadOnlySpan<float> targets, int outputs) => outputs > 1 && !targets.ContainsAnyExcept(0f, 1f);

    /// <param name="scores">Rows of <paramref name="labels"/> outputs.</param>
    /// <param name="targets">1 where the row has the label, else 0.</param>
    /// <param name="labels">Outputs.</param>
    /// <param name="calibration">What makes probabilities of the scores.</param>
    public static RankingMetrics Measure(
        ReadOnlySpan<float> scores, ReadOnlySpan<float> targets, int labels, Calibration calibration)
    {
        int[] at = [.. s_at.Where(k => k <= labels)];
        var precision = new double[at.Length];
        var gain = new double[at.Length];
        int rows = targets.Length / labels, withLabel = 0;
        Span<int> top = stackalloc int[at[^1]];
        for (int row = 0; row < rows; row++)
        {
            ReadOnlySpan<float> own = targets.Slice(row * labels, labels);
            int relevant = own.Count(1f);
            withLabel += relevant > 0 ? 1 : 0;
            Select(scores.Slice(row * labels, labels), top);
            double found = 0, discounted = 0, perfect = 0;
            for (int rank = 0, next = 0; rank < top.Length; rank++)
            {
                double discount = 1 / Math.Log2(rank + 2);
                found += own[top[rank]];
                discounted += own[top[rank]] * discount;
                perfect += rank < relevant ? discount : 0;
                if (rank + 1 != at[next])
                    continue;
                precision[next] += found / at[next] / rows;
                gain[next] += relevant > 0 ? discounted / perfect : 0;
                next++;
            }
        }
        (double micro, double macro, double entropy) = Decide(scores, targets, labels, calibration);
        return new RankingMetrics
        {
            At = at,
            Precision = precision,
            NormalisedGain = Array.ConvertAll(gain, sum => sum / withLabel),
            Threshold = Threshold,
            MicroF1 = micro,
            MacroF1 = macro,
            LogLoss = entropy,
        };
    }

    /// <summary>Both averages of F1, and the mean cross-entropy of a row and label.</summary>
    private static (double MicroF1, double MacroF1, double LogLoss) Decide(
        ReadOnlySpan<float> scores, ReadOnlySpan<float> targets, int labels, Calibration calibration)
    {
        var right = new int[labels];
        // 2 TP + FP + FN: the rows that have the label, and those that are predicted to have it.
        var either = new int[labels];
        double entropy = 0;
        for (int i = 0; i < targets.Length; i++)
        {
            bool has = targets[i] == 1;
            double odds = ProbabilityLink.LogOdds(scores[i], calibration);
            // Of a probability of one half or more.
            bool isPredicted = odds >= 0;
            entropy += ProbabilityLink.LogOfOnePlusExp(has ? -odds : odds);
            right[i % labels] += has && isPredicted ? 1 : 0;
            either[i % labels] += (has ? 1 : 0) + (isPredicted ? 1 : 0);
        }
        double sum = 0;
        int named = 0;
        for (int label = 0; label < labels; label++)
        {
            if (either[label] == 0)
                continue;
            sum += 2.0 * right[label] / either[label];
            named++;
        }
        return (2.0 * right.Sum(count => (long)count) / either.Sum(count => (long)count), sum / named, entropy / targets.Length);
    }

    /// <summary>The ids of the highest scores of a row, and these scores, or the probabilities that a calibration makes of them.</summary>
    /// <param name="row">Scores; overwritten by a calibration.</param>
    /// <param name="ids">Highest first; of equal ones the lower id.</param>
    /// <param name="best">Room for as many.</param>
    /// <param name="calibration">Null keeps the scores.</param>
    /// <param name="areLabels">Whether scores are those of labels.</param>
    public static void SelectTop(Span<float> row, Span<int> ids, Span<float> best, Calibration? calibration, bool areLabels)
    {
        Select(row, ids);
        // After the choice: probabilities that round to the same number would tie.
        if (calibration is not null)
            ProbabilityLink.Apply(row, calibration, areLabels);
        for (int rank = 0; rank < ids.Length; rank++)
            best[rank] = row[ids[rank]];
    }

    /// <summary>The ids of the highest scores, highest first; of equal ones the lower id.</summary>
    private static void Select(ReadOnlySpan<float> scores, Span<int> top)
    {
        int count = 0;
        for (int id = 0; id < scores.Length; id++)
        {
            if (count == top.Length && scores[id] <= scores[top[^1]])
                continue;
            int place = count < top.Length ? count++ : count - 1;
            for (; place > 0 && scores[id] > scores[top[place - 1]]; place--)
                top[place] = top[place - 1];
            top[place] = id;
        }
    }
}
