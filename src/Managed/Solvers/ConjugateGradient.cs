using Subquad.Simd;
using Subquad.Simd.Memory;

namespace Subquad.Solvers;

/// <summary>What conjugate gradients need to know of a system: its operator and something that approximates the inverse.</summary>
internal interface ILinearSystem
{
    /// <summary>result = M x.</summary>
    void Apply(NativeBuffer<double> x, NativeBuffer<double> result);

    /// <summary>Overwrites a residual r with an approximation of M^-1 r.</summary>
    void Precondition(NativeBuffer<double> residual);
}

/// <summary>Why an iteration ended.</summary>
internal enum IterationEnd
{
    /// <summary>The residual is as small as was asked for.</summary>
    Tolerance,

    /// <summary>As many iterations as were allowed.</summary>
    MostIterations,

    /// <summary>
    /// r^T P r is not above zero: rounding broke the recurrence, or what should approximate the inverse is not positive definite.
    /// </summary>
    IndefinitePreconditioner,

    /// <summary>p^T M p is not above zero: the operator is singular along p, or not positive definite.</summary>
    IndefiniteOperator,

    /// <summary>
    /// The recurrence ended at the tolerance, but the residual computed anew is larger: the system is singular within rounding.
    /// </summary>
    Rounding,

    /// <summary>The operator or the preconditioner returned what is not finite.</summary>
    NotFinite,
}

/// <summary>How far an iteration came.</summary>
/// <param name="Iterations">Iterations done.</param>
/// <param name="End">Why no more.</param>
internal readonly record struct IterationResult(int Iterations, IterationEnd End);

/// <summary>
/// Preconditioned conjugate gradients for M x = b, M symmetric positive definite, from x = 0 (Hestenes and Stiefel, 1952). The residual is
/// kept with its sign, so the caller can read e = b - M x from it. A breakdown is named, and x is what it was before.
/// </summary>
internal sealed class ConjugateGradient : IDisposable
{
    private NativeBuffer<double> _direction = new(0), _preconditioned = new(0), _applied = new(0);

    /// <summary>Bytes held for vectors of so many elements.</summary>
    public static Int128 BytesOf(long length) => 3 * NativeBuffer<double>.BytesOf(length);

    /// <summary>
    /// Solves until ||b - M x|| &lt;= tolerance ||b||, at most <paramref name="most"/> iterations, or until rounding or an indefinite M
    /// breaks the recurrence.
    /// </summary>
    /// <param name="kernels">Vectors.</param>
    /// <param name="system">M and its preconditioner.</param>
    /// <param name="x">The solution; overwritten.</param>
    /// <param name="residual">b on entry, b - M x on exit.</param>
    /// <param name="length">Elements.</param>
    /// <param name="tolerance">Relative residual to stop at.</param>
    /// <param name="most">Iterations to stop at.</param>
    public IterationResult Solve(KernelSet kernels, ILinearSystem system, NativeBuffer<double> x, NativeBuffer<double> residual, int length,
        double tolerance, int most)
    {
        Fit(length);
        Span<double> solution = x.Slice(0, length), r = residual.Slice(0, length), p = _direction.Slice(0, length);
        Span<double> z = _preconditioned.Slice(0, length), applied = _applied.Slice(0, length);
        solution.Clear();
        double goal = tolerance * tolerance * kernels.Dot(r, r), before = 0;
        for (int iteration = 0; ; iteration++)
        {
            double left = kernels.Dot(r, r);
            if (!double.IsFinite(left))
                return new(iteration, IterationEnd.NotFinite);
            if (left <= goal)
                return new(iteration, IterationEnd.Tolerance);
            if (iteration == most)
                return new(iteration, IterationEnd.MostIterations);
            r.CopyTo(z);
            system.Precondition(_preconditioned);
            double along = kernels.Dot(r, z);
            if (!(along > 0) || !double.IsFinite(along))
                return new(iteration, double.IsFinite(along) ? IterationEnd.IndefinitePreconditioner : IterationEnd.NotFinite);
            if (iteration == 0)
            {
                z.CopyTo(p);
            }
            else
            {
                double beta = along / before;
                for (int i = 0; i < length; i++)
                    p[i] = z[i] + beta * p[i];
            }
            system.Apply(_direction, _applied);
            double curvature = kernels.Dot(p, applied);
            if (!(curvature > 0) || !double.IsFinite(curvature))
                return new(iteration, double.IsFinite(curvature) ? IterationEnd.IndefiniteOperator : IterationEnd.NotFinite);
            double step = along / curvature;
            kernels.Axpy(step, p, solution);
            kernels.Axpy(-step, applied, r);
            before = along;
        }
    }

    public void Dispose()
    {
        _direction.Dispose();
        _preconditioned.Dispose();
        _applied.Dispose();
    }

    private void Fit(int length)
    {
        if (_direction.Length >= length)
            return;
        Dispose();
        (_direction, _preconditioned, _applied) = (new(length), new(length), new(length));
    }
}
