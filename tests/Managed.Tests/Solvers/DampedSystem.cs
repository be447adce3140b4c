using Subquad.Simd.Memory;
using Subquad.Solvers;

namespace Subquad.Managed.Tests.Solvers;

/// <summary>K + mu I with a preconditioner, for conjugate gradients.</summary>
internal sealed class DampedSystem(DampedGram gram, double mu, IPreconditioner? preconditioner) : ILinearSystem
{
    public void Apply(NativeBuffer<double> x, NativeBuffer<double> result) => gram.Multiply(mu, x, result);

    public void Precondition(NativeBuffer<double> residual) => preconditioner?.Solve(residual, 1);
}
