using Subquad.Simd.Lanes;

namespace Subquad.Simd.Kernels;

/// <summary>
/// y = M x from rows of the lower triangle of M in float64: an element is read once, and used for its row (a dot product, in lanes) and for
/// its column (an axpy into partial sums). Layout: M row-major; no aliasing. Four rows at a time share the loads of x and of the partial
/// sums, so that M alone is what must come from memory.
/// </summary>
internal static unsafe class SymmetricKernel<TSimd, TVec>
    where TSimd : struct, ISimdDouble<TVec>
    where TVec : struct
{
    private const int Rows = 4;

    public static void Multiply(double* matrix, long stride, double* x, double* y, double* partial, int rowFrom, int rowTo)
    {
        new Span<double>(partial, rowTo).Clear();
        int row = rowFrom;
        for (; row <= rowTo - Rows; row += Rows)
        {
            FourRows(matrix + row * stride, stride, row, x, y + row, partial);
            for (int i = 0; i < Rows; i++)
                Corner(matrix + (row + i) * stride, row, row + i, x, y, partial);
        }
        for (; row < rowTo; row++)
            Corner(matrix + row * stride, 0, row, x, y, partial);
    }

    /// <summary>The columns before the four rows' own.</summary>
    private static void FourRows(double* m0, long stride, int columns, double* x, double* y, double* partial)
    {
        double* m1 = m0 + stride, m2 = m1 + stride, m3 = m2 + stride;
        TVec x0 = TSimd.Broadcast(x[columns]), x1 = TSimd.Broadcast(x[columns + 1]), x2 = TSimd.Broadcast(x[columns + 2]),
            x3 = TSimd.Broadcast(x[columns + 3]);
        TVec sum0 = TSimd.Zero, sum1 = TSimd.Zero, sum2 = TSimd.Zero, sum3 = TSimd.Zero;
        int j = 0;
        for (; j <= columns - TSimd.Count; j += TSimd.Count)
        {
            TVec own = TSimd.Load(x + j), column = TSimd.Load(partial + j);
            TVec a0 = TSimd.Load(m0 + j), a1 = TSimd.Load(m1 + j), a2 = TSimd.Load(m2 + j), a3 = TSimd.Load(m3 + j);
            sum0 = TSimd.MulAdd(a0, own, sum0);
            sum1 = TSimd.MulAdd(a1, own, sum1);
            sum2 = TSimd.MulAdd(a2, own, sum2);
            sum3 = TSimd.MulAdd(a3, own, sum3);
            column = TSimd.MulAdd(a1, x1, TSimd.MulAdd(a0, x0, column));
            TSimd.Store(partial + j, TSimd.MulAdd(a3, x3, TSimd.MulAdd(a2, x2, column)));
        }
        int rest = columns - j;
        if (rest > 0)
        {
            TVec own = TSimd.LoadFirst(x + j, rest), column = TSimd.LoadFirst(partial + j, rest);
            TVec a0 = TSimd.LoadFirst(m0 + j, rest), a1 = TSimd.LoadFirst(m1 + j, rest), a2 = TSimd.LoadFirst(m2 + j, rest),
                a3 = TSimd.LoadFirst(m3 + j, rest);
            sum0 = TSimd.MulAdd(a0, own, sum0);
            sum1 = TSimd.MulAdd(a1, own, sum1);
            sum2 = TSimd.MulAdd(a2, own, sum2);
            sum3 = TSimd.MulAdd(a3, own, sum3);
            column = TSimd.MulAdd(a1, x1, TSimd.MulAdd(a0, x0, column));
            TSimd.StoreFirst(partial + j, TSimd.MulAdd(a3, x3, TSimd.MulAdd(a2, x2, column)), rest);
        }
        (y[0], y[1], y[2], y[3]) = (TSimd.Sum(sum0), TSimd.Sum(sum1), TSimd.Sum(sum2), TSimd.Sum(sum3));
    }

    /// <summary>A row's columns from <paramref name="first"/> to the diagonal, one by one; y has the sum of those before.</summary>
    private static void Corner(double* row, int first, int i, double* x, double* y, double* partial)
    {
        double sum = first == 0 ? 0 : y[i];
        for (int j = first; j < i; j++)
        {
            sum += row[j] * x[j];
            partial[j] += row[j] * x[i];
        }
        y[i] = sum + row[i] * x[i];
    }
}
