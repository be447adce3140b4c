using Subquad.Simd.Memory;
using Subquad.Simd.Threading;

namespace Subquad.Layers;

/// <summary>
/// h = gain * max(0, g - theta), or that divided by its norm. Only the neurons that fire are listed. The derivative on them is the gain, or
/// t -> (t - &lt;t, h&gt; h) / norm for normalised values, whose gain is 1 because the norm cancels it.
/// </summary>
/// <param name="gain">gamma of plain values.</param>
/// <param name="isNormalised">Whether the values of a datum are divided by their norm.</param>
internal sealed class ShiftedRelu(float gain, bool isNormalised) : Activation
{
    /// <summary>Multiplies what is above the threshold.</summary>
    public float Gain { get; } = isNormalised ? 1f : gain;

    /// <summary>Whether the values of a datum are divided by their norm.</summary>
    public bool IsNormalised { get; } = isNormalised;

    public override void List(TeamKernels kernels, PanelMatrix preActivations, NativeBuffer<float> thresholds, ActiveBatch active) =>
        kernels.Threshold(preActivations, thresholds, Gain, active);

    public override void Finish(in ActivationPoint point, int from, int to)
    {
        ActiveBatch active = point.Active;
        for (int datum = from; datum < to; datum++)
        {
            if (!IsNormalised)
            {
                point.Norms[datum] = active.LengthOf(datum) == 0 ? 0f : 1f;
                continue;
            }
            double squares = 0;
            foreach (ActiveSegment segment in active.SegmentsOf(datum))
                foreach (float value in segment.Values)
                    squares += (double)value * value;
            double norm = Math.Sqrt(squares);
            point.Norms[datum] = (float)norm;
            if (norm != 0)
                Scale(active, active.Values, datum, (float)(1 / norm));
        }
    }

    public override void ApplyDerivative(in ActivationPoint point, NativeBuffer<float> values, int from, int to)
    {
        ActiveBatch active = point.Active;
        for (int datum = from; datum < to; datum++)
        {
            if (!IsNormalised)
            {
                Scale(active, values, datum, Gain);
                continue;
            }
            double along = 0;
            foreach (ActiveSegment segment in active.SegmentsOf(datum))
            {
                Span<float> t = segment.In(values), h = segment.Values;
                for (int i = 0; i < t.Length; i++)
                    along += (double)t[i] * h[i];
            }
            if (point.Norms[datum] == 0)
                continue;
            float shift = (float)along, inverse = 1 / point.Norms[datum];
            foreach (ActiveSegment segment in active.SegmentsOf(datum))
            {
                Span<float> t = segment.In(values), h = segment.Values;
                for (int i = 0; i < t.Length; i++)
                    t[i] = (t[i] - shift * h[i]) * inverse;
            }
        }
    }

    private static void Scale(ActiveBatch active, NativeBuffer<float> values, int datum, float factor)
    {
        foreach (ActiveSegment segment in active.SegmentsOf(datum))
            foreach (ref float value in segment.In(values))
                value *= factor;
    }
}
