using Subquad.Data;
using Subquad.Simd.Memory;

namespace Subquad.Losses;

/// <summary>L = ||f - y||^2 / 2. The cotangent is the residual f - y, the curvature is the identity, the prediction is f.</summary>
internal sealed class SquaredLoss : Loss
{
    public static readonly SquaredLoss Instance = new();

    private SquaredLoss()
    {
    }

    public override double Value(PanelMatrix outputs, ReadOnlySpan<float> targets)
    {
        double squares = 0;
        int width = outputs.Rows;
        for (int datum = 0; datum < outputs.Columns; datum++)
            for (int c = 0; c < width; c++)
            {
                double residual = (double)outputs[c, datum] - targets[datum * width + c];
                squares += residual * residual;
            }
        return squares / 2;
    }

    public override double ValueAtZero(ReadOnlySpan<float> targets, int outputs)
    {
        double squares = 0;
        foreach (float target in targets)
            squares += (double)target * target;
        return squares / 2;
    }

    public override void Cotangent(PanelMatrix outputs, ReadOnlySpan<float> targets, OutputVector cotangent)
    {
        for (int datum = 0; datum < cotangent.Count; datum++)
        {
            Span<double> row = cotangent[datum];
            for (int c = 0; c < row.Length; c++)
                row[c] = (double)outputs[c, datum] - targets[datum * row.Length + c];
        }
    }

    public override void MultiplyCurvature(PanelMatrix outputs, OutputVector x, OutputVector result) => result.CopyFrom(x);

    public override void Link(Span<float> outputs)
    {
    }
}
