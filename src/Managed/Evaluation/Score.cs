using Subquad.Data;
using Subquad.Simd.Memory;

namespace Subquad.Evaluation;

/// <summary>How well outputs fit targets.</summary>
/// <param name="Loss">The loss per datum and output.</param>
/// <param name="Metric">Accuracy for classes and P@1 for labels, in [0, 1]; root mean squared error in original units for values.</param>
internal readonly record struct Score(double Loss, double Metric)
{
    /// <summary>The score before anything was measured.</summary>
    public static readonly Score None = new(double.NaN, double.NaN);

    /// <summary>Scores outputs (outputs x data) against prepared targets, summing in data order.</summary>
    /// <param name="loss">Their loss, summed over the data.</param>
    /// <param name="outputs">f.</param>
    /// <param name="data">The data.</param>
    /// <param name="target">The targets' transform.</param>
    public static Score Of(double loss, PanelMatrix outputs, RowBatch data, TargetTransform target)
    {
        double cells = (double)data.Count * data.Outputs;
        return new(loss / cells, target.Kind == TargetKind.Classes ? Accuracy(outputs, data)
            : target.HasLabels ? FirstIsRight(outputs, data, target)
            : Math.Sqrt(SquaresInUnits(outputs, data, target) / cells));
    }

    private static double Accuracy(PanelMatrix outputs, RowBatch data)
    {
        if (data.Labels.Length == 0)
            return 0;
        int correct = 0;
        for (int datum = 0; datum < data.Count; datum++)
        {
            int best = 0;
            for (int c = 1; c < data.Outputs; c++)
                if (outputs[c, datum] > outputs[best, datum])
                    best = c;
            if (best == data.Labels[datum])
                correct++;
        }
        return (double)correct / data.Count;
    }

    /// <summary>P@1; in the units of the targets, for the deviations of labels differ.</summary>
    private static double FirstIsRight(PanelMatrix outputs, RowBatch data, TargetTransform target)
    {
        if (data.Targets.Length == 0)
            return 0;
        int right = 0;
        for (int datum = 0; datum < data.Count; datum++)
        {
            int best = 0;
            double most = double.NegativeInfinity;
            for (int label = 0; label < data.Outputs; label++)
            {
                double score = (double)outputs[label, datum] * target.Deviation[label] + target.Mean[label];
                if (score > most)
                    (best, most) = (label, score);
            }
            if (target.HasLabel(data.Targets[datum * data.Outputs + best], best))
                right++;
        }
        return (double)right / data.Count;
    }

    private static double SquaresInUnits(PanelMatrix outputs, RowBatch data, TargetTransform target)
    {
        double squares = 0;
        for (int datum = 0; datum < data.Count; datum++)
            for (int c = 0; c < data.Outputs; c++)
            {
                double residual = (double)outputs[c, datum] - data.Targets[datum * data.Outputs + c];
                squares += residual * residual * target.Deviation[c] * target.Deviation[c];
            }
        return squares;
    }
}
