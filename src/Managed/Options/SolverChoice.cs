namespace Subquad;

/// <summary>
/// How the step's system (J J^T + mu I) alpha = r is solved. K is J J^T for one output; for several, the average of its diagonal blocks
/// over the outputs, which preconditions conjugate gradients on the full operator.
/// </summary>
public enum SolverChoice
{
    /// <summary>
    /// The cheapest by a table of costs that looks at sizes only; the exact factor where a chosen iteration does not arrive in time.
    /// </summary>
    Automatic,

    /// <summary>K formed and factored: exact for one output, the preconditioner for several.</summary>
    Cholesky,

    /// <summary>Conjugate gradients, preconditioned by the thin QR factorisation of a sketched Jacobian (BPSW21).</summary>
    SketchedConjugateGradient,

    /// <summary>
    /// K replaced by the Gram matrix of the sketched Jacobian and factored: cheap and inexact, so more steps are needed. One output only.
    /// </summary>
    DirectSketch,

    /// <summary>
    /// Conjugate gradients on K, preconditioned by a partial Cholesky factorisation of K with pivoting: for so many data that factoring K
    /// is too dear.
    /// </summary>
    LowRankConjugateGradient,
}
