namespace Subquad.Evaluation;

/// <summary>Measures the order of labels by their outputs. Sums are in float64 and in the order of rows.</summary>
internal static class Ranking
{
    private static readonly int[] s_at = [1, 3, 5];

    /// <summary>Whether targets say which labels a row has: several outputs, each 0 or 1.</summary>
    public static bool IsOfLabels(ReadOnlySpan<float> targets, int outputs) => outputs > 1 && !targets.ContainsAnyExcept(0f, 1f);

    /// <param name="scores">Rows of <paramref name="labels"/> outputs.</param>
    /// <param name="targets">1 where the row has the label, else 0.</param>
    /// <param name="labels">Outputs.</param>
    public static RankingMetrics Measure(ReadOnlySpan<float> scores, ReadOnlySpan<float> targets, int labels)
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
        return new RankingMetrics { At = at, Precision = precision, NormalisedGain = Array.ConvertAll(gain, sum => sum / withLabel) };
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
