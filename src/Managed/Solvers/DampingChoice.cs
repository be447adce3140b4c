using Subquad.Data;
using Subquad.Simd.Threading;

namespace Subquad.Solvers;

/// <summary>
/// Chooses mu of a ridge regression by the least sum of squared <see cref="LeaveOneOutErrors"/>, among powers of ten times trace(K) / n.
/// </summary>
internal static class DampingChoice
{
    private const int Least = -6, Greatest = 1;

    /// <summary>Each candidate costs some n^3 operations: more rows are thinned out evenly to this many.</summary>
    private const int MostRows = 1500;

    /// <summary>The best damping; NaN when K + mu I is not positive definite for any.</summary>
    /// <param name="kernels">Verbs.</param>
    /// <param name="ridge">K and targets of at least one row.</param>
    public static double Of(TeamKernels kernels, DualRidge ridge)
    {
        int n = Math.Min(ridge.Count, MostRows), outputs = ridge.Outputs;
        using var gram = new DampedGram(kernels);
        using var solver = new LeaveOneOutErrors(kernels);
        using OutputVector targets = new(), errors = new();
        Fill(gram, ridge, n);
        targets.Reshape(n, outputs);
        errors.Reshape(n, outputs);
        for (int output = 0; output < outputs; output++)
        {
            ReadOnlySpan<double> own = ridge.TargetsOf(output);
            for (int row = 0; row < n; row++)
                targets[row][output] = own[Place(row, n, ridge)];
        }
        double scale = gram.Trace > 0 ? gram.Trace / n : 1, best = double.NaN, least = double.PositiveInfinity;
        for (int power = Least; power <= Greatest; power++)
        {
            double damping = scale * Math.Pow(10, power);
            if (!solver.TryCompute(gram, damping, targets, errors))
                continue;
            double squares = kernels.Kernels.Dot(errors.Span, errors.Span);
            if (squares < least)
                (best, least) = (damping, squares);
        }
        return best;
    }

    private static void Fill(DampedGram gram, DualRidge ridge, int n)
    {
        gram.Reset(n);
        for (int row = 0; row < n; row++)
        {
            ReadOnlySpan<double> source = ridge.Gram[Place(row, n, ridge)];
            Span<double> destination = gram.Elements.Slice((long)row * gram.Stride, row + 1);
            for (int column = 0; column <= row; column++)
                destination[column] = source[Place(column, n, ridge)];
        }
    }

    /// <summary>The row that stands at a place among those that are left.</summary>
    private static int Place(int row, int n, DualRidge ridge) => (int)((long)row * ridge.Count / n);
}
