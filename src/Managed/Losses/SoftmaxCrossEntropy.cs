using Subquad.Data;
using Subquad.Simd.Memory;

namespace Subquad.Losses;

/// <summary>
/// L = sum over the data of log(sum over c of exp f_c) - sum over c of y_c f_c: the cross-entropy between a target y, whose numbers are a
/// distribution over the outputs, and p = softmax(f). The cotangent is p - y, the curvature is diag(p) - p p^T, the prediction is p.
/// </summary>
/// <remarks>In float64; the largest output is subtracted before exp, so no finite output overflows.</remarks>
internal sealed class SoftmaxCrossEntropy : Loss
{
    public static readonly SoftmaxCrossEntropy Instance = new();

    private SoftmaxCrossEntropy()
    {
    }

    public override double Value(PanelMatrix outputs, ReadOnlySpan<float> targets)
    {
        double sum = 0;
        int width = outputs.Rows;
        for (int datum = 0; datum < outputs.Columns; datum++)
        {
            double most = Largest(outputs, datum), normaliser = 0, along = 0;
            for (int c = 0; c < width; c++)
            {
                double above = outputs[c, datum] - most;
                normaliser += Math.Exp(above);
                along += targets[datum * width + c] * above;
            }
            // The numbers of y add up to 1, so the largest output cancels.
            sum += Math.Log(normaliser) - along;
        }
        return sum;
    }

    public override double ValueAtZero(ReadOnlySpan<float> targets, int outputs) => (double)targets.Length / outputs * Math.Log(outputs);

    public override void Cotangent(PanelMatrix outputs, ReadOnlySpan<float> targets, OutputVector cotangent)
    {
        for (int datum = 0; datum < cotangent.Count; datum++)
        {
            Span<double> row = cotangent[datum];
            Softmax(outputs, datum, row);
            for (int c = 0; c < row.Length; c++)
                row[c] -= targets[datum * row.Length + c];
        }
    }

    public override void MultiplyCurvature(PanelMatrix outputs, OutputVector x, OutputVector result)
    {
        for (int datum = 0; datum < x.Count; datum++)
        {
            Span<double> from = x[datum], to = result[datum];
            Softmax(outputs, datum, to);
            double mean = 0;
            for (int c = 0; c < from.Length; c++)
                mean += to[c] * from[c];
            for (int c = 0; c < from.Length; c++)
                to[c] *= from[c] - mean;
        }
    }

    public override void Link(Span<float> outputs)
    {
        float most = float.NegativeInfinity;
        foreach (float output in outputs)
            most = Math.Max(most, output);
        double normaliser = 0;
        foreach (float output in outputs)
            normaliser += Math.Exp((double)output - most);
        foreach (ref float output in outputs)
            output = (float)(Math.Exp((double)output - most) / normaliser);
    }

    private static void Softmax(PanelMatrix outputs, int datum, Span<double> probabilities)
    {
        double most = Largest(outputs, datum), normaliser = 0;
        for (int c = 0; c < probabilities.Length; c++)
            normaliser += probabilities[c] = Math.Exp(outputs[c, datum] - most);
        foreach (ref double probability in probabilities)
            probability /= normaliser;
    }

    private static double Largest(PanelMatrix outputs, int datum)
    {
        double most = double.NegativeInfinity;
        for (int c = 0; c < outputs.Rows; c++)
            most = Math.Max(most, outputs[c, datum]);
        return most;
    }
}
