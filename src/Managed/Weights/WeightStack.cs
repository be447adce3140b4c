using System.Collections;
using Subquad.Simd.Threading;

namespace Subquad.Weights;

/// <summary>The weights of all hidden layers, first to last, each a base with terms beside it. Owned by their layers.</summary>
internal sealed class WeightStack(IReadOnlyList<LowRankWeights> layers) : IReadOnlyList<LowRankWeights>
{
    public int Count => layers.Count;
    public LowRankWeights this[int layer] => layers[layer];

    /// <summary>Whether terms are held beside some base.</summary>
    public bool HasTerms => layers.Any(layer => layer.HasTerms);

    /// <summary>Whether terms are held beside some base that may be written.</summary>
    public bool HasTermsToFold => layers.Any(layer => layer.HasTerms && !layer.IsReadOnly);

    /// <summary>Whether the base of some layer must never be written.</summary>
    public bool IsReadOnly => layers.Any(layer => layer.IsReadOnly);

    /// <summary>Whether terms were added to some base since it was made.</summary>
    public bool IsBaseChanged => layers.Any(layer => layer.IsBaseChanged);

    /// <summary>Adds what is held to every base that may be written.</summary>
    public void Flush(TeamKernels kernels)
    {
        foreach (LowRankWeights layer in layers)
            if (!layer.IsReadOnly)
                layer.Flush(kernels);
    }

    /// <inheritdoc cref="LowRankWeights.StartFromBase"/>
    public void StartFromBase()
    {
        foreach (LowRankWeights layer in layers)
            layer.StartFromBase();
    }

    public IEnumerator<LowRankWeights> GetEnumerator() => layers.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
