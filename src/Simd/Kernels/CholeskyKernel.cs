using Subquad.Simd.Lanes;

namespace Subquad.Simd.Kernels;

/// <summary>
/// The parts of a right-looking blocked Cholesky factorisation A = L L^T in float64 (row-major, lower triangle), and the solves with its factor.
/// The solved block column is also kept in groups of 16 rows, [group][column][16]: there a tile of the update reads both its operands from contiguous, cache-resident memory.
/// Two vectors by four rows of accumulators: eight independent multiply-adds cover the latency and fit the 16 registers of a 256-bit machine.
/// The square tiles on the diagonal are computed whole; what they leave above the diagonal is never read.
/// </summary>
internal static unsafe class CholeskyKernel<TSimd, TVec>
    where TSimd : struct, ISimdDouble<TVec>
    where TVec : struct
{
    /// <summary>Columns of a step; the contract says the same number.</summary>
    public const int Block = 64;

    private const int Group = 16;
    private const int TileRows = 4;

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
        for (int row = rowFrom; row < rowTo; row += Group)
        {
            int rows = Math.Min(Group, rowTo - row);
            double* group = panel + (long)row * Block;
            double* block = matrix + row * stride + column;
            for (int k = 0; k < order; k++)
                for (int i = 0; i < Group; i++)
                    group[k * Group + i] = i < rows ? block[i * stride + k] : 0.0;
            for (int vector = 0; vector < Group; vector += TSimd.Count)
                SolveGroup(diagonal, stride, order, group + vector);
            for (int i = 0; i < rows; i++)
                for (int k = 0; k < order; k++)
                    block[i * stride + k] = group[k * Group + i];
        }
    }

    public static void UpdateTrailing(double* matrix, long stride, int column, int n, double* panel, int rowFrom, int rowTo)
    {
        int order = Math.Min(Block, n - column);
        for (int group = column + Block; group < rowTo; group += Group)
        {
            double* right = panel + (long)group * Block;
            int first = Math.Max(rowFrom, group) & ~(TileRows - 1);
            for (int row = first; row < rowTo; row += TileRows)
            {
                double* left = panel + (long)(row & ~(Group - 1)) * Block + (row & (Group - 1));
                int rows = Math.Min(TileRows, rowTo - row);
                for (int vector = 0; vector < Group; vector += 2 * TSimd.Count)
                    UpdateTile(matrix + row * stride + group + vector, stride, order, left, right + vector, rows, Math.Min(2 * TSimd.Count, Group - vector));
            }
        }
    }

    public static void Solve(double* matrix, long stride, int n, double* right, int rightStride)
    {
        for (int vector = 0; vector < rightStride; vector += 2 * TSimd.Count)
        {
            bool pair = vector + TSimd.Count < rightStride;
            double* x = right + vector;
            for (int i = 0; i < n; i++)
                Substitute(matrix + i * stride, i, x, rightStride, pair);
            for (int i = n - 1; i >= 0; i--)
                Eliminate(matrix + i * stride, i, x, rightStride, pair);
        }
    }

    /// <summary>x L_d^T = a for Count rows at once: a lane is a row.</summary>
    private static void SolveGroup(double* diagonal, long stride, int order, double* group)
    {
        for (int j = 0; j < order; j++)
        {
            double* row = diagonal + j * stride;
            TVec sum0 = TSimd.Load(group + j * Group), sum1 = TSimd.Zero;
            int k = 0;
            for (; k + 2 <= j; k += 2)
            {
                sum0 = TSimd.NegMulAdd(TSimd.Broadcast(row[k]), TSimd.Load(group + k * Group), sum0);
                sum1 = TSimd.NegMulAdd(TSimd.Broadcast(row[k + 1]), TSimd.Load(group + (k + 1) * Group), sum1);
            }
            if (k < j)
                sum0 = TSimd.NegMulAdd(TSimd.Broadcast(row[k]), TSimd.Load(group + k * Group), sum0);
            TSimd.Store(group + j * Group, TSimd.Div(TSimd.Add(sum0, sum1), TSimd.Broadcast(row[j])));
        }
    }

    private static void UpdateTile(double* tile, long stride, int order, double* left, double* right, int rows, int columns)
    {
        TVec sum00 = TSimd.Zero, sum01 = TSimd.Zero, sum10 = TSimd.Zero, sum11 = TSimd.Zero;
        TVec sum20 = TSimd.Zero, sum21 = TSimd.Zero, sum30 = TSimd.Zero, sum31 = TSimd.Zero;
        int second = columns > TSimd.Count ? TSimd.Count : 0;
        for (int k = 0; k < order; k++, left += Group, right += Group)
        {
            TVec b0 = TSimd.Load(right), b1 = TSimd.Load(right + second);
            TVec a = TSimd.Broadcast(left[0]);
            sum00 = TSimd.MulAdd(a, b0, sum00);
            sum01 = TSimd.MulAdd(a, b1, sum01);
            a = TSimd.Broadcast(left[1]);
            sum10 = TSimd.MulAdd(a, b0, sum10);
            sum11 = TSimd.MulAdd(a, b1, sum11);
            a = TSimd.Broadcast(left[2]);
            sum20 = TSimd.MulAdd(a, b0, sum20);
            sum21 = TSimd.MulAdd(a, b1, sum21);
            a = TSimd.Broadcast(left[3]);
            sum30 = TSimd.MulAdd(a, b0, sum30);
            sum31 = TSimd.MulAdd(a, b1, sum31);
        }
        Subtract(tile, sum00, sum01, second);
        if (rows > 1)
            Subtract(tile + stride, sum10, sum11, second);
        if (rows > 2)
            Subtract(tile + 2 * stride, sum20, sum21, second);
        if (rows > 3)
            Subtract(tile + 3 * stride, sum30, sum31, second);
    }

    private static void Subtract(double* row, TVec sum0, TVec sum1, int second)
    {
        TSimd.Store(row, TSimd.Sub(TSimd.Load(row), sum0));
        if (second != 0)
            TSimd.Store(row + second, TSimd.Sub(TSimd.Load(row + second), sum1));
    }

    /// <summary>x_i = (x_i - sum over j below i of L_ij x_j) / L_ii, a lane per right-hand side.</summary>
    private static void Substitute(double* row, int i, double* x, int stride, bool pair)
    {
        double* own = x + (long)i * stride;
        int second = pair ? TSimd.Count : 0;
        TVec sum0 = TSimd.Load(own), sum1 = TSimd.Load(own + second);
        for (int j = 0; j < i; j++, x += stride)
        {
            TVec factor = TSimd.Broadcast(row[j]);
            sum0 = TSimd.NegMulAdd(factor, TSimd.Load(x), sum0);
            sum1 = TSimd.NegMulAdd(factor, TSimd.Load(x + second), sum1);
        }
        TVec pivot = TSimd.Broadcast(row[i]);
        TSimd.Store(own + second, TSimd.Div(sum1, pivot));
        TSimd.Store(own, TSimd.Div(sum0, pivot));
    }

    /// <summary>x_i /= L_ii, then x_j -= L_ij x_i for all j below i: row i of L is column i of L^T.</summary>
    private static void Eliminate(double* row, int i, double* x, int stride, bool pair)
    {
        double* own = x + (long)i * stride;
        int second = pair ? TSimd.Count : 0;
        TVec pivot = TSimd.Broadcast(row[i]);
        TVec value0 = TSimd.Div(TSimd.Load(own), pivot), value1 = TSimd.Div(TSimd.Load(own + second), pivot);
        TSimd.Store(own + second, value1);
        TSimd.Store(own, value0);
        for (int j = 0; j < i; j++, x += stride)
        {
            TVec factor = TSimd.Broadcast(row[j]);
            TVec rest1 = TSimd.NegMulAdd(factor, value1, TSimd.Load(x + second));
            TVec rest0 = TSimd.NegMulAdd(factor, value0, TSimd.Load(x));
            TSimd.Store(x + second, rest1);
            TSimd.Store(x, rest0);
        }
    }
}
