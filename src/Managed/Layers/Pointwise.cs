using Subquad.Simd.Memory;
using Subquad.Simd.Threading;

namespace Subquad.Layers;

/// <summary>
/// h = phi(g - theta), element by element, with every neuron listed: the activation of a dense layer, whose bias is -theta.
/// </summary>
internal abstract class Pointwise : Activation
{
    /// <summary>phi(x) = x.</summary>
    public static readonly Pointwise Identity = new IdentityFunction();

    /// <summary>phi(x) = max(0, x); its derivative at 0 is 0.</summary>
    public static readonly Pointwise Relu = new ReluFunction();

    /// <summary>phi(x) = tanh x.</summary>
    public static readonly Pointwise Tanh = new TanhFunction();

    /// <summary>
    /// phi(x) = x P(z &lt;= x), z standard normal. P is within 1.5e-7 (Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26).
    /// </summary>
    public static readonly Pointwise Gelu = new GeluFunction();

    public override void List(TeamKernels kernels, PanelMatrix preActivations, NativeBuffer<float> thresholds, ActiveBatch active) =>
        active.SetDense(preActivations.Columns, preActivations.Rows);

    public override void Finish(in ActivationPoint point, int from, int to)
    {
        point.Norms.Slice(from, to - from).Fill(1f);
        ActiveBatch active = point.Active;
        foreach (ActiveSegment segment in active.SegmentsOf(from, to))
        {
            Span<float> values = segment.Values;
            Shifted(point, segment.Block, segment.Datum, values);
            Apply(values);
        }
    }

    public override void ApplyDerivative(in ActivationPoint point, NativeBuffer<float> values, int from, int to)
    {
        Span<float> room = stackalloc float[ActiveBatch.BlockSize];
        ActiveBatch active = point.Active;
        foreach (ActiveSegment segment in active.SegmentsOf(from, to))
        {
            Span<float> t = segment.In(values), slopes = room[..segment.Length];
            Shifted(point, segment.Block, segment.Datum, slopes);
            Differentiate(slopes);
            for (int i = 0; i < t.Length; i++)
                t[i] *= slopes[i];
        }
    }

    /// <summary>x = phi(x).</summary>
    protected abstract void Apply(Span<float> x);

    /// <summary>x = phi'(x).</summary>
    protected abstract void Differentiate(Span<float> x);

    /// <summary>g - theta of one block of neurons.</summary>
    private static void Shifted(in ActivationPoint point, int block, int datum, Span<float> x)
    {
        int first = block * ActiveBatch.BlockSize;
        ReadOnlySpan<float> thresholds = point.Thresholds.Slice(first, x.Length);
        for (int at = 0; at < x.Length; at += PanelMatrix.PanelRows)
        {
            int rows = Math.Min(PanelMatrix.PanelRows, x.Length - at);
            Span<float> panel = point.PreActivations!.Panel((first + at) / PanelMatrix.PanelRows);
            ReadOnlySpan<float> g = panel.Slice(datum * PanelMatrix.PanelRows, rows);
            for (int i = 0; i < rows; i++)
                x[at + i] = g[i] - thresholds[at + i];
        }
    }

    private sealed class IdentityFunction : Pointwise
    {
        protected override void Apply(Span<float> x)
        {
        }

        protected override void Differentiate(Span<float> x) => x.Fill(1f);
    }

    private sealed class ReluFunction : Pointwise
    {
        protected override void Apply(Span<float> x)
        {
            foreach (ref float value in x)
                value = Math.Max(0f, value);
        }

        protected override void Differentiate(Span<float> x)
        {
            foreach (ref float value in x)
                value = value > 0f ? 1f : 0f;
        }
    }

    private sealed class TanhFunction : Pointwise
    {
        protected override void Apply(Span<float> x)
        {
            foreach (ref float value in x)
                value = MathF.Tanh(value);
        }

        protected override void Differentiate(Span<float> x)
        {
            foreach (ref float value in x)
            {
                float h = MathF.Tanh(value);
                value = 1f - h * h;
            }
        }
    }

    private sealed class GeluFunction : Pointwise
    {
        protected override void Apply(Span<float> x)
        {
            foreach (ref float value in x)
                value = (float)(value * Below(value));
        }

        protected override void Differentiate(Span<float> x)
        {
            foreach (ref float value in x)
                value = (float)(Below(value) + value * Math.Exp(-0.5 * value * value) / Math.Sqrt(2 * Math.PI));
        }

        /// <summary>P(z &lt;= x).</summary>
        private static double Below(double x)
        {
            double t = 1 / (1 + 0.3275911 * Math.Abs(x) / Math.Sqrt(2));
            double series = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
            double tail = 0.5 * series * Math.Exp(-0.5 * x * x);
            return x < 0 ? tail : 1 - tail;
        }
    }
}
