using Subquad.Simd.Memory;

namespace Subquad.Solvers;

/// <summary>
/// x = (B B^T + mu I)^-1 c: the sketched system solved in place of the system itself (algorithm A5), for which the sketched preconditioner
/// has all that is needed. Nothing corrects its error (<see cref="ExpectedError"/>); a Gauss-Newton step made of it still shrinks the
/// residual when that is well below one.
/// </summary>
internal static class DirectSketchedSolve
{
    /// <summary>Overwrites c with x.</summary>
    /// <param name="sketch">Factored for mu.</param>
    /// <param name="right">n x stride, row-major.</param>
    /// <param name="stride">1, or a multiple of 16.</param>
    public static void Solve(SketchedPreconditioner sketch, NativeBuffer<double> right, int stride) => sketch.Solve(right, stride);

    /// <summary>
    /// ||G x - c|| / ||c|| to expect for G = I and mu = 0: sqrt(y + y^2 - y^3) / (1 - y)^1.5 with y = n / s, from the first two moments of
    /// an inverse Wishart matrix, in the limit of many data.
    /// </summary>
    /// <param name="count">n.</param>
    /// <param name="columns">s, above n.</param>
    public static double ExpectedError(int count, int columns)
    {
        double y = (double)count / columns;
        return Math.Sqrt(y + y * y - y * y * y) / Math.Pow(1 - y, 1.5);
    }
}
