using Subquad.Simd.Lanes;
using Subquad.Simd.Memory;

namespace Subquad.Simd.Kernels;

/// <summary>
/// Solves with a lower triangular factor and with its transpose in float64. Many right-hand sides go in tiles of 16 columns: blocks of 128
/// unknowns are solved one after another, each subtracted from all that are left, so that a tile's block (16 KiB) and the copied piece of L
/// (as much) serve a whole product from the caches. A single one is a dot product, then an axpy, per row of L. Layout: L row-major;
/// right-hand sides row-major, or copied tile after tile when their rows are long (rows a large power of two apart share a few sets of a
/// cache). Every column's sums run in the same order, whatever is solved beside it.
/// </summary>
internal static unsafe class TriangularKernel<TSimd, TVec>
    where TSimd : struct, ISimdDouble<TVec>
    where TVec : struct
{
    private const int Group = TileKernel<TSimd, TVec>.Group;
    private const int Depth = 128;

    /// <summary>Bytes of a copy of that many columns; see <see cref="Run"/>.</summary>
    public static long ScratchOf(int n, int columns) => TileStep(n) * (columns / Group) * sizeof(double) + NativeBuffer<byte>.Alignment;

    /// <summary>Solves with L, or with its transpose, for some columns, in a copy of them unless their rows are one tile long.</summary>
    public static void Run(
        double* factor, long stride, int n, double* right, long rightStride, int columnFrom, int columnTo, bool transposed, Arena scratch)
    {
        int tiles = (columnTo - columnFrom) / Group;
        bool copied = rightStride > Group;
        double* x = copied ? scratch.TakePointer<double>(TileStep(n) * tiles) : right + columnFrom;
        if (copied)
            for (int tile = 0; tile < tiles; tile++)
                Copy(right + columnFrom + tile * Group, rightStride, x + tile * TileStep(n), Group, n);
        if (transposed)
            SolveUpper(factor, stride, n, x, Group, TileStep(n), tiles);
        else
            SolveLower(factor, stride, n, x, Group, TileStep(n), tiles);
        if (copied)
            for (int tile = 0; tile < tiles; tile++)
                Copy(x + tile * TileStep(n), Group, right + columnFrom + tile * Group, rightStride, n);
    }

    /// <summary>L X = B.</summary>
    /// <param name="factor">L.</param>
    /// <param name="stride">Elements from row to row of L.</param>
    /// <param name="n">Order.</param>
    /// <param name="x">B, then X.</param>
    /// <param name="rowStep">Elements from row to row of a tile.</param>
    /// <param name="tileStep">Elements from tile to tile.</param>
    /// <param name="tiles">Tiles of 16 columns.</param>
    public static void SolveLower(double* factor, long stride, int n, double* x, long rowStep, long tileStep, int tiles)
    {
        double* left = stackalloc double[Depth * Group];
        for (int from = 0; from < n; from += Depth)
            for (int row = from; row < n; row += Group)
            {
                int rows = Math.Min(Group, n - row), depth = Math.Min(Depth, row - from);
                OuterProductKernel<TSimd, TVec>.Pack(factor + row * stride + from, stride, depth, left, Depth, 0, rows);
                for (int tile = 0; tile < tiles; tile++)
                {
                    double* block = x + tile * tileStep + from * rowStep, target = x + tile * tileStep + row * rowStep;
                    TileKernel<TSimd, TVec>.Add(target, rowStep, left, block, rowStep, depth, rows, negative: true);
                    if (row < from + Depth)
                        SolveDiagonal(factor + row * stride + row, stride, 1, target, rowStep, 0, rows, 1);
                }
            }
    }

    /// <summary>L^T X = B, from the last block up.</summary>
    public static void SolveUpper(double* factor, long stride, int n, double* x, long rowStep, long tileStep, int tiles)
    {
        double* left = stackalloc double[Depth * Group];
        for (int from = (n - 1) & ~(Depth - 1); from >= 0; from -= Depth)
        {
            int to = Math.Min(n, from + Depth);
            for (int row = (to - 1) & ~(Group - 1); row >= 0; row -= Group)
            {
                int first = Math.Max(from, row + Group), depth = Math.Max(0, to - first), rows = Math.Min(Group, n - row);
                Copy(factor + first * stride + row, stride, left, Group, depth);
                for (int tile = 0; tile < tiles; tile++)
                {
                    double* block = x + tile * tileStep + first * rowStep, target = x + tile * tileStep + row * rowStep;
                    TileKernel<TSimd, TVec>.Add(target, rowStep, left, block, rowStep, depth, rows, negative: true);
                    if (row >= from)
                        SolveDiagonal(factor + row * stride + row, 1, stride, target, rowStep, rows - 1, -1, -1);
                }
            }
        }
    }

    /// <summary>L x = b for one right-hand side.</summary>
    public static void SolveLower(double* factor, long stride, int n, double* x)
    {
        for (int i = 0; i < n; i++)
        {
            double* row = factor + i * stride;
            x[i] = (x[i] - DoubleVectorKernel<TSimd, TVec>.Dot(row, x, i)) / row[i];
        }
    }

    /// <summary>L^T x = b for one right-hand side: row i of L is column i of L^T.</summary>
    public static void SolveUpper(double* factor, long stride, int n, double* x)
    {
        for (int i = n - 1; i >= 0; i--)
        {
            double* row = factor + i * stride;
            x[i] /= row[i];
            DoubleVectorKernel<TSimd, TVec>.Axpy(-x[i], row, x, i);
        }
    }

    /// <summary>
    /// The triangle of at most 16 on the diagonal, for one tile: unknowns from first on, in steps of one up or down, until end.
    /// </summary>
    private static void SolveDiagonal(double* diagonal, long rowStep, long columnStep, double* x, long step, int first, int end, int next)
    {
        for (int vector = 0; vector < Group; vector += 2 * TSimd.Count)
            for (int i = first; i != end; i += next)
            {
                double* own = x + i * step + vector;
                TVec sum0 = TSimd.Load(own), sum1 = TSimd.Load(own + TSimd.Count);
                for (int j = first; j != i; j += next)
                {
                    double* solved = x + j * step + vector;
                    TVec element = TSimd.Broadcast(diagonal[i * rowStep + j * columnStep]);
                    sum0 = TSimd.NegMulAdd(element, TSimd.Load(solved), sum0);
                    sum1 = TSimd.NegMulAdd(element, TSimd.Load(solved + TSimd.Count), sum1);
                }
                // The reciprocal waits for nothing; a division would stand in the one chain that everything waits for.
                TVec inverse = TSimd.Broadcast(1 / diagonal[i * rowStep + i * columnStep]);
                TSimd.Store(own, TSimd.Mul(sum0, inverse));
                TSimd.Store(own + TSimd.Count, TSimd.Mul(sum1, inverse));
            }
    }

    /// <summary>Copies rows of 16.</summary>
    private static void Copy(double* from, long fromStep, double* to, long toStep, int rows)
    {
        for (int row = 0; row < rows; row++, from += fromStep, to += toStep)
            for (int i = 0; i < Group; i += TSimd.Count)
                TSimd.Store(to + i, TSimd.Load(from + i));
    }

    // A block more than there is: tiles then begin in different sets of a cache also when n is a power of two.
    private static long TileStep(int n) => (n + (long)Depth) * Group;
}
