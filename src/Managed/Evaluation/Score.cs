using Subquad.Data;
using Subquad.Simd.Memory;

namespace Subquad.Evaluation;

/// <summary>How well outputs fit targets.</summary>
/// <param name="Loss">The loss per datum and output.</param>
/// <param name="Metric">Accuracy in [0, 1] for classes, root mean squared error in original units for values.</param>
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
        bool isClasses = target.Kind == TargetKind.Classes;
        return new(loss / cells, isClasses ? Accuracy(outputs, data) : Math.Sqrt(SquaresInUnits(outputs, data, target) / cells));
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
