using Subquad.Simd.Memory;

namespace Subquad.Solvers;

/// <summary>Something that approximates (K + mu I)^-1.</summary>
internal interface IPreconditioner
{
    /// <summary>Overwrites right-hand sides with an approximation of (K + mu I)^-1 times them.</summary>
    /// <param name="right">n x stride, row-major.</param>
    /// <param name="stride">1, or a multiple of 16.</param>
    void Solve(NativeBuffer<double> right, int stride);
}
