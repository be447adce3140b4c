using Subquad.Simd;
using Subquad.Simd.Memory;

namespace Subquad.Solvers;

/// <summary>
/// The iteration that the near-linear-time proof uses (BPSW, ITCS 2021, algorithm A5), as a reference: N = R^-T M R^-1, z becomes z - N^T
/// (N z - R^-T c) / lambda^2, x = R^-1 z. The proof takes the step 1, which needs a sketch so large that no eigenvalue of N is above about
/// 1; lambda, found by power iteration, is that for any sketch. An iteration leaves 1 - 1 / cond(N)^2 of the error, where conjugate
/// gradients leave (sqrt(cond(N)) - 1) / (sqrt(cond(N)) + 1).
/// </summary>
internal static class GradientDescentSolve
{
    private const int PowerIterations = 30;

    /// <summary>
    /// Power iteration approaches the largest eigenvalue from below; a step that is too long by more than this would diverge, one that is
    /// too short costs iterations.
    /// </summary>
    private const double Allowance = 1.1;

    /// <summary>Solves until ||N z - R^-T c|| &lt;= tolerance ||R^-T c||, as the proof's loop does.</summary>
    /// <param name="kernels">Vectors.</param>
    /// <param name="apply">result = M x, for n elements.</param>
    /// <param name="preconditioner">R.</param>
    /// <param name="x">c on entry, the solution on exit.</param>
    /// <param name="length">n.</param>
    /// <param name="tolerance">Relative residual to stop at.</param>
    /// <param name="most">Iterations to stop at.</param>
    public static IterationResult Solve(
        KernelSet kernels, Action<NativeBuffer<double>, NativeBuffer<double>> apply, SketchedPreconditioner preconditioner,
        NativeBuffer<double> x, int length, double tolerance, int most)
    {
        using NativeBuffer<double> z = new(length), gap = new(length), turned = new(length), applied = new(length);
        preconditioner.SolveLower(x, 1);
        double goal = tolerance * tolerance * kernels.Dot(x.Slice(0, length), x.Slice(0, length));
        double largest = LargestEigenvalue();
        if (!double.IsFinite(largest))
            return new(0, IterationEnd.NotFinite);
        double step = 1 / (Allowance * largest * Allowance * largest);
        IterationResult result;
        for (int iteration = 0; ; iteration++)
        {
            Normal(z, gap);
            kernels.Axpy(-1.0, x.Slice(0, length), gap.Span);
            double left = kernels.Dot(gap.Span, gap.Span);
            if (left <= goal || iteration == most || !double.IsFinite(left))
            {
                result = new(iteration, left <= goal ? IterationEnd.Tolerance : double.IsFinite(left) ? IterationEnd.MostIterations
                    : IterationEnd.NotFinite);
                break;
            }
            Normal(gap, applied);
            kernels.Axpy(-step, applied.Span, z.Span);
        }
        z.Span.CopyTo(x.Slice(0, length));
        preconditioner.SolveUpper(x, 1);
        return result;

        // N is symmetric: its transpose is itself.
        void Normal(NativeBuffer<double> vector, NativeBuffer<double> product)
        {
            turned.CopyFrom(vector);
            preconditioner.SolveUpper(turned, 1);
            apply(turned, product);
            preconditioner.SolveLower(product, 1);
        }

        double LargestEigenvalue()
        {
            double value = 0;
            x.Slice(0, length).CopyTo(gap.Span);
            for (int iteration = 0; iteration < PowerIterations; iteration++)
            {
                double norm = Math.Sqrt(kernels.Dot(gap.Span, gap.Span));
                if (norm == 0)
                    return 1;
                foreach (ref double element in gap.Span)
                    element /= norm;
                Normal(gap, applied);
                value = kernels.Dot(gap.Span, applied.Span);
                gap.CopyFrom(applied);
            }
            return value;
        }
    }
}
