using Subquad.Simd.Lanes;

namespace Subquad.Simd.Kernels;

/// <summary>
/// The parts of a right-looking blocked Cholesky factorisation A = L L^T in float64 (row-major, lower triangle). Rows below a factored
/// block are right-hand sides of a solve with it: copied into groups of 16 rows, [group][column][16], a group is a tile of sixteen of them,
/// and afterwards what the trailing update reads from contiguous memory. A diagonal block of 64 is factored in the same way in blocks of
/// 16, and only those element by element.
/// </summary>
internal static unsafe class CholeskyKernel<TSimd, TVec>
    where TSimd : struct, ISimdDouble<TVec>
    where TVec : struct
{
    /// <summary>Columns of a step; the contract says the same number.</summary>
    public const int Block = 64;

    private const int Group = TileKernel<TSimd, TVec>.Group;

    public static bool FactorDiagonal(double* matrix, long stride, int column, int n)
    {
        int order = Math.Min(Block, n - column);
        double* block = matrix + column * stride + column, panel = stackalloc double[Block * Group];
        for (int from = 0; from < order; from += Group)
        {
            int columns = Math.Min(Group, order - from);
            if (!FactorSmall(block + from * stride + from, stride, columns))
                return false;
            SolveRows(block, stride, from, columns, panel, Group, from + Group, order);
            OuterProductKernel<TSimd, TVec>.AddLower(
                block, stride, panel, Group, columns, from + Group, from + Group, order, negative: true);
        }
        return true;
    }

    public static void SolveBelowDiagonal(double* matrix, long stride, int column, int n, double* panel, int rowFrom, int rowTo) =>
        SolveRows(matrix, stride, column, Math.Min(Block, n - column), panel, Block, rowFrom, rowTo);

    public static void UpdateTrailing(double* matrix, long stride, int column, int n, double* panel, int rowFrom, int rowTo) =>
        OuterProductKernel<TSimd, TVec>.AddLower(
            matrix, stride, panel, Block, Math.Min(Block, n - column), column + Block, rowFrom, rowTo, negative: true);

    private static bool FactorSmall(double* block, long stride, int order)
    {
        for (int j = 0; j < order; j++)
        {
            double* rowJ = block + j * stride;
            double pivot = rowJ[j];
            for (int k = 0; k < j; k++)
                pivot -= rowJ[k] * rowJ[k];
            if (!(pivot > 0) || !double.IsFinite(pivot))
                return false;
            rowJ[j] = Math.Sqrt(pivot);
            for (int i = j + 1; i < order; i++)
            {
                double* rowI = block + i * stride;
                double rest = rowI[j];
                for (int k = 0; k < j; k++)
                    rest -= rowI[k] * rowJ[k];
                rowI[j] = rest / rowJ[j];
            }
        }
        return true;
    }

    /// <summary>x L_d^T = a for rows below a factored block, in place and into the panel.</summary>
    private static void SolveRows(double* matrix, long stride, int column, int order, double* panel, int depth, int rowFrom, int rowTo)
    {
        if (rowFrom >= rowTo)
            return;
        double* groups = panel + (long)rowFrom * depth;
        OuterProductKernel<TSimd, TVec>.Pack(matrix + column, stride, order, panel, depth, rowFrom, rowTo);
        TriangularKernel<TSimd, TVec>.SolveLower(
            matrix + column * stride + column, stride, order, groups, Group, (long)depth * Group, (rowTo - rowFrom + Group - 1) / Group);
        for (int row = rowFrom; row < rowTo; row++)
        {
            double* target = matrix + row * stride + column, solved = panel + (long)(row & ~(Group - 1)) * depth + (row & (Group - 1));
            for (int k = 0; k < order; k++)
                target[k] = solved[k * Group];
        }
    }
}
