using Subquad.Layers;
using Subquad.Simd.Memory;
using Subquad.Weights;

namespace Subquad.Engine;

/// <summary>Where something that is not a finite number came in.</summary>
internal static class FiniteCheck
{
    /// <summary>The name of the first layer with a weight or threshold that is not finite; null when all are.</summary>
    public static string? FirstBadLayer(LayerStack layers)
    {
        for (int layer = 0; layer < layers.Hidden.Length; layer++)
        {
            Layer hidden = layers.Hidden[layer];
            if (!IsFinite(hidden.LowRank) || HasNaN(hidden.Thresholds.Span))
                return $"hidden layer {layer + 1}";
        }
        bool isFinite = IsFinite(layers.Output) && (layers.Direct is null || IsFinite(layers.Direct.Matrix));
        return isFinite ? null : "the output layer";
    }

    /// <summary>The first layer whose h or norm is not finite; null when all are.</summary>
    public static int? FirstBadState(BatchState state)
    {
        for (int layer = 0; layer < state.Hidden.Length; layer++)
        {
            foreach (float norm in state.Hidden[layer].Sets.Norms)
                if (!float.IsFinite(norm))
                    return state.From + layer;
            ActiveBatch active = state.Hidden[layer].Sets.Active;
            if (!IsFinite(active))
                return state.From + layer;
        }
        return null;
    }

    private static bool IsFinite(LowRankWeights weights)
    {
        foreach (LowRankTerms terms in weights.Terms)
            if (!IsFinite(terms.Outputs) || !IsFinite(terms.Inputs) || !float.IsFinite(terms.Scale))
                return false;
        return IsFinite(weights.Base);
    }

    private static bool IsFinite(ActiveBatch rows) => IsFinite(rows.Values.Slice(0, (int)rows.EntryCount));

    private static bool IsFinite(PanelMatrix matrix)
    {
        for (int panel = 0; panel < matrix.Panels; panel++)
            if (!IsFinite(matrix.Panel(panel)))
                return false;
        return true;
    }

    // x - x is zero for finite x only, and the sum of such zeros stays zero: no branch per element.
    private static bool IsFinite(ReadOnlySpan<float> values)
    {
        float sum = 0;
        foreach (float value in values)
            sum += value - value;
        return sum == 0;
    }

    private static bool HasNaN(ReadOnlySpan<float> values)
    {
        foreach (float value in values)
            if (float.IsNaN(value))
                return true;
        return false;
    }
}
