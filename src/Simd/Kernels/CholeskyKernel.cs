using Subquad.Simd.Lanes;

namespace Subquad.Simd.Kernels;

/// <summary>
/// The parts of a right-looking blocked Cholesky factorisation A = L L^T in float64 (row-major, lower triangle) but for the trailing update, which is an outer product.
/// The solved block column is also kept in groups of 16 rows, [group][column][16]: a lane is a row there, and the update reads it from contiguous memory.
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
        double* block = matrix + column * stride + column;
        for (int j = 0; j < order; j++)
        {
            double* rowJ = block + j * stride;
            double pivot = rowJ[j] - DoubleVectorKernel<TSimd, TVec>.Dot(rowJ, rowJ, j);
            if (!(pivot > 0) || !double.IsFinite(pivot))
                return false;
            rowJ[j] = Math.Sqrt(pivot);
            for (int i = j + 1; i < order; i++)
            {
                double* rowI = block + i * stride;
                rowI[j] = (rowI[j] - DoubleVectorKernel<TSimd, TVec>.Dot(rowI, rowJ, j)) / rowJ[j];
            }
        }
        return true;
    }

    public static void SolveBelowDiagonal(double* matrix, long stride, int column, int n, double* panel, int rowFrom, int rowTo)
    {
        int order = Math.Min(Block, n - column);
        double* diagonal = matrix + column * stride + column;
        OuterProductKernel<TSimd, TVec>.Pack(matrix + column, stride, order, panel, Block, rowFrom, rowTo);
        for (int row = rowFrom; row < rowTo; row += Group)
        {
            double* group = panel + (long)row * Block, block = matrix + row * stride + column;
            for (int vector = 0; vector < Group; vector += 2 * TSimd.Count)
                SolvePair(diagonal, stride, order, group + vector);
            int rows = Math.Min(Group, rowTo - row);
            for (int i = 0; i < rows; i++)
                for (int k = 0; k < order; k++)
                    block[i * stride + k] = group[k * Group + i];
        }
    }

    public static void UpdateTrailing(double* matrix, long stride, int column, int n, double* panel, int rowFrom, int rowTo) =>
        OuterProductKernel<TSimd, TVec>.AddLower(matrix, stride, panel, Block, Math.Min(Block, n - column), column + Block, rowFrom, rowTo, negative: true);

    /// <summary>x L_d^T = a for two vectors of rows at once, two chains for each: a lane is a row.</summary>
    private static void SolvePair(double* diagonal, long stride, int order, double* group)
    {
        double* second = group + TSimd.Count;
        for (int j = 0; j < order; j++)
        {
            double* row = diagonal + j * stride;
            TVec sum00 = TSimd.Load(group + j * Group), sum01 = TSimd.Zero, sum10 = TSimd.Load(second + j * Group), sum11 = TSimd.Zero;
            int k = 0;
            for (; k + 2 <= j; k += 2)
            {
                TVec even = TSimd.Broadcast(row[k]), odd = TSimd.Broadcast(row[k + 1]);
                sum00 = TSimd.NegMulAdd(even, TSimd.Load(group + k * Group), sum00);
                sum10 = TSimd.NegMulAdd(even, TSimd.Load(second + k * Group), sum10);
                sum01 = TSimd.NegMulAdd(odd, TSimd.Load(group + (k + 1) * Group), sum01);
                sum11 = TSimd.NegMulAdd(odd, TSimd.Load(second + (k + 1) * Group), sum11);
            }
            if (k < j)
            {
                TVec even = TSimd.Broadcast(row[k]);
                sum00 = TSimd.NegMulAdd(even, TSimd.Load(group + k * Group), sum00);
                sum10 = TSimd.NegMulAdd(even, TSimd.Load(second + k * Group), sum10);
            }
            TVec pivot = TSimd.Broadcast(row[j]);
            TSimd.Store(group + j * Group, TSimd.Div(TSimd.Add(sum00, sum01), pivot));
            TSimd.Store(second + j * Group, TSimd.Div(TSimd.Add(sum10, sum11), pivot));
        }
    }
}
