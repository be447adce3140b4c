namespace Subquad;

/// <summary>Whether hidden activations are divided by their norm.</summary>
public enum Normalisation
{
    /// <summary>h / ||h|| in every hidden layer: stable at any depth.</summary>
    Normalised,

    /// <summary>h as it comes, as in the paper; stable for one or two hidden layers.</summary>
    Plain,
}
