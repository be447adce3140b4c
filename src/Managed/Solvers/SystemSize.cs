namespace Subquad.Solvers;

/// <summary>What the choice of a solver looks at: sizes, never times or values, so that it is the same on every machine.</summary>
/// <param name="Count">n.</param>
/// <param name="Outputs">C.</param>
/// <param name="Layers">The factors of each layer's part of the Jacobian.</param>
internal sealed record SystemSize(int Count, int Outputs, FactorSize[] Layers)
{
    /// <summary>+-1 vectors over the outputs that stand for all of them.</summary>
    public const int ProbesOfSeveral = 4;

    /// <summary>How often a layer is pulled back for K, or for its sketch.</summary>
    public int Probes => Outputs == 1 ? 1 : ProbesOfSeveral;
}

/// <summary>The rows u (x) v of one layer.</summary>
/// <param name="LeftWidth">Neurons that u ranges over.</param>
/// <param name="LeftEntries">Those expected to be active.</param>
/// <param name="RightWidth">Inputs that v ranges over.</param>
/// <param name="RightEntries">Those expected to be active.</param>
internal readonly record struct FactorSize(int LeftWidth, double LeftEntries, int RightWidth, double RightEntries);
