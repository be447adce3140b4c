namespace Subquad;

/// <summary>
/// When a certificate is used, and when its reference is renewed. Choices between certified and full passes lead to the same bits, so they
/// may follow costs and the number of workers.
/// </summary>
internal sealed record CertificatePolicy
{
    /// <summary>Compares every certified pass with the full one and throws when they differ in a single bit.</summary>
    public bool Audits { get; init; }

    /// <summary>Multiplies the margin of the bound; below 1 the certificate is wrong, which only a test wants.</summary>
    public double MarginScale { get; init; } = 1;

    /// <summary>
    /// Whether a full pass is preferred where the cost model says that it is cheaper; off when the certificate is asked for by name.
    /// </summary>
    public bool FollowsCosts { get; init; } = true;

    /// <summary>A reference that leaves a larger share of the neurons uncertain is replaced by a full pass.</summary>
    public double MostUncertain { get; init; } = 0.25;

    /// <summary>
    /// Full passes' worth of uncertain neurons that a reference may cost before it is renewed: a renewal costs a pass for the
    /// pre-activations and one for the norms, so neither is ever more than twice the better choice in hindsight (the ski-rental rule).
    /// </summary>
    public double PassesBeforeRenewal { get; init; } = 2;
}
