namespace Subquad;

/// <summary>How the output matrix is drawn.</summary>
public enum OutputWeights
{
    /// <summary>N(0, 0.01): for outputs that are trained.</summary>
    Normal,

    /// <summary>+1 or -1: for the scalar networks of the theory.</summary>
    Signs,
}
