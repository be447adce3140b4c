using Subquad.Simd.Memory;
using Subquad.Simd.Threading;

namespace Subquad.Solvers;

/// <summary>
/// The diagonal of (K + mu I)^-1 from the Cholesky factor: element k is the sum of the squares in column k of L^-1, which is row k of L^-T.
/// Columns of L^-T end at the diagonal: those up to column c need only the first c rows and columns of L. So it takes n^3 / 3
/// multiply-adds.
/// </summary>
internal sealed class InverseDiagonal : IDisposable
{
    private const int Group = 16, LeastColumns = 64, MostColumns = 512, Chunk = 64;

    private readonly TeamKernels _kernels;
    private readonly Action<int, int> _addSquares;
    private NativeBuffer<double> _columns = new(0), _diagonal = new(0);
    private int _width, _order;

    public InverseDiagonal(TeamKernels kernels)
    {
        _kernels = kernels;
        _addSquares = (chunk, _) => AddSquares(chunk * Chunk, Math.Min(_order, (chunk + 1) * Chunk));
    }

    /// <summary>Bytes held for n data.</summary>
    public static Int128 BytesOf(int n) => NativeBuffer<double>.BytesOf((long)n * WidthOf(n)) + NativeBuffer<double>.BytesOf(n);

    /// <summary>Bytes of scratch that a worker reserves.</summary>
    public static Int128 ScratchOf(int n) =>
        Int128.Min(TeamKernels.SolveScratchOf(n), NativeBuffer<double>.BytesOf((long)n * WidthOf(n)));

    /// <summary>Computes the diagonal, after <see cref="DampedGram.Factor"/>.</summary>
    /// <param name="gram">K and its factor.</param>
    /// <returns>n numbers, until the next call.</returns>
    public ReadOnlySpan<double> Compute(DampedGram gram)
    {
        int n = gram.Order;
        _width = WidthOf(n);
        GrowOnlyBuffer.EnsureCapacity(ref _columns, (long)n * _width);
        GrowOnlyBuffer.EnsureCapacity(ref _diagonal, n).Clear(n);
        for (int first = 0; first < n; first += _width)
        {
            _order = Math.Min(n, first + _width);
            _columns.Clear((long)_order * _width);
            for (int row = first; row < _order; row++)
                _columns[(long)row * _width + row - first] = 1;
            gram.SolveLeadingUpper(_columns, _width, _order);
            _kernels.Team.Run((_order + Chunk - 1) / Chunk, _addSquares);
        }
        return _diagonal.Slice(0, n);
    }

    public void Dispose()
    {
        _columns.Dispose();
        _diagonal.Dispose();
    }

    /// <summary>Right-hand sides solved together: by the order alone, so that the number of workers does not show.</summary>
    private static int WidthOf(int n) => Math.Clamp(n / 8 / Group * Group, LeastColumns, MostColumns);

    private void AddSquares(int from, int to)
    {
        for (int row = from; row < to; row++)
        {
            ReadOnlySpan<double> values = _columns.Slice((long)row * _width, _width);
            _diagonal[row] += _kernels.Kernels.Dot(values, values);
        }
    }
}
