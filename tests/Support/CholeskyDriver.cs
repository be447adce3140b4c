using Subquad.Simd;
using Subquad.Simd.Memory;

namespace Subquad.Support;

/// <summary>Strings the three parts of a blocked Cholesky factorisation together, as a solver does.</summary>
public static class CholeskyDriver
{
    private const int RowsOfGroup = 16;

    /// <summary>Elements from row to row of a matrix of this order: whole panel pairs.</summary>
    public static int StrideOf(int order) => (order + 127) / 128 * 128;

    /// <summary>Factors in place; false when the matrix is not positive definite.</summary>
    public static bool Factor(KernelSet kernels, NativeBuffer<double> matrix, int stride, int order, int threads = 1)
    {
        using var panel = new NativeBuffer<double>((order + (long)RowsOfGroup) * KernelSet.CholeskyBlock);
        for (int column = 0; column < order; column += KernelSet.CholeskyBlock)
        {
            if (!kernels.FactorDiagonal(matrix, stride, column, order))
                return false;
            int below = column + KernelSet.CholeskyBlock, at = column;
            if (below >= order)
                break;
            Partition.Run(
                below, order, RowsOfGroup, threads, (from, to) => kernels.SolveBelowDiagonal(matrix, stride, at, order, panel, from, to));
            Partition.Run(
                below, order, RowsOfGroup, threads, (from, to) => kernels.UpdateTrailing(matrix, stride, at, order, panel, from, to));
        }
        return true;
    }
}
