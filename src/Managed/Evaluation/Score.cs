using Subquad.Data;
using Subquad.Simd.Memory;

namespace Subquad.Evaluation;

/// <summary>How well outputs fit targets.</summary>
/// <param name="Loss">||f - y||^2 / (2 n C): the mean over data and outputs.</param>
/// <param name="Metric">Accuracy in [0, 1] for classes, root mean squared error in original units for values.</param>
/// <param name="ResidualNorm">||f - y||_2.</param>
/// <param name="OutputNorm">||f||_2.</param>
internal readonly record struct Score(double Loss, double Metric, double ResidualNorm, double OutputNorm)
{
    /// <summary>Scores outputs (outputs x data) against prepared targets, summing in data order.</summary>
    public static Score Of(PanelMatrix outputs, PreparedData data, TargetTransform target)
    {
        double squares = 0, outputSquares = 0, unitSquares = 0;
        int correct = 0, width = data.Outputs;
        for (int datum = 0; datum < data.Count; datum++)
        {
            int best = 0;
            for (int c = 0; c < width; c++)
            {
                double f = outputs[c, datum], r = f - data.Targets[datum * width + c];
                squares += r * r;
                outputSquares += f * f;
                unitSquares += r * r * target.Deviation[c] * target.Deviation[c];
                if (f > outputs[best, datum])
                    best = c;
            }
            if (data.Labels.Length > 0 && best == data.Labels[datum])
                correct++;
        }
        double cells = (double)data.Count * width;
        double metric = target.Kind == TargetKind.Classes ? (double)correct / data.Count : Math.Sqrt(unitSquares / cells);
        return new(squares / (2 * cells), metric, Math.Sqrt(squares), Math.Sqrt(outputSquares));
    }
}
