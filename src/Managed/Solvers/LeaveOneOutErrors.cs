using Subquad.Data;
using Subquad.Simd.Threading;

namespace Subquad.Solvers;

/// <summary>
/// Leave-one-out errors of kernel ridge regression: with b = (K + mu I)^-1 t, the model that was fitted without row i misses t_i by e_i =
/// b_i / [(K + mu I)^-1]_ii (Allen 1974; Rasmussen and Williams 2006, 5.4.2). Exact for a fixed K; a factorisation and the diagonal of an
/// inverse take n^3 / 3 multiply-adds.
/// </summary>
internal sealed class LeaveOneOutErrors(TeamKernels kernels) : IDisposable
{
    private readonly InverseDiagonal _inverse = new(kernels);

    /// <summary>Bytes held for n data.</summary>
    public static Int128 BytesOf(int n) => InverseDiagonal.BytesOf(n);

    /// <summary>Bytes of scratch that a worker reserves.</summary>
    public static Int128 ScratchOf(int n) => InverseDiagonal.ScratchOf(n);

    /// <summary>Factors K + mu I and computes the errors.</summary>
    /// <param name="gram">K.</param>
    /// <param name="mu">The damping, absolute.</param>
    /// <param name="right">t: data x outputs.</param>
    /// <param name="errors">e, of the same shape.</param>
    /// <returns>False when the system is not positive definite in float64; nothing is computed then.</returns>
    public bool TryCompute(DampedGram gram, double mu, OutputVector right, OutputVector errors)
    {
        if (!gram.Factor(mu))
            return false;
        errors.CopyFrom(right);
        gram.Solve(errors.Buffer, errors.Stride);
        ReadOnlySpan<double> diagonal = _inverse.Compute(gram);
        for (int datum = 0; datum < errors.Count; datum++)
            foreach (ref double value in errors[datum])
                value /= diagonal[datum];
        return true;
    }

    public void Dispose() => _inverse.Dispose();
}
