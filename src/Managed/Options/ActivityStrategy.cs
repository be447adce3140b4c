namespace Subquad;

/// <summary>How the firing neurons of a layer are found. Every strategy finds the exact set.</summary>
public enum ActivityStrategy
{
    /// <summary>The cheapest by a cost model.</summary>
    Automatic,

    /// <summary>Every pre-activation is computed and compared with its threshold.</summary>
    Full,

    /// <summary>Only neurons that a bound on what changed since a reference pass cannot rule out are computed.</summary>
    Certified,

    /// <summary>
    /// First hidden layer: a half-space tree over the rows of W reports those above the threshold for each datum (algorithm W of SYZ21).
    /// </summary>
    HalfSpaceOverWeights,

    /// <summary>
    /// First hidden layer: a half-space tree over the data reports those that a changed neuron fires for (algorithm X of SYZ21).
    /// </summary>
    HalfSpaceOverData,

    /// <summary>Tournament trees over the pre-activations report those above the threshold (ALSZZ23).</summary>
    CorrelationTree,
}
