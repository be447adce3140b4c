using Subquad.Simd;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;

namespace Subquad.Solvers;

/// <summary>
/// (L L^T + delta I)^-1 with L of r columns from a Cholesky factorisation of K that takes the largest remaining pivot and ends after r
/// (Fine and Scheinberg, 2001), and delta = mu + the mean of the diagonal that is left: for so many data that n^3 / 3 is too much. It reads
/// r columns of K and costs n r^2; a solve costs 2 n r by the Woodbury identity. Workers own rows of L, so bits do not depend on their
/// number.
/// </summary>
internal sealed class LowRankPreconditioner : IPreconditioner, IDisposable
{
    private const int RowChunk = 2048;
    private const int ColumnChunk = 16;

    /// <summary>A pivot below this share of the largest diagonal element is rounding.</summary>
    private const double LeastPivot = 1e-14;

    private readonly TeamKernels _kernels;
    private readonly DampedGram _inner;
    private readonly Action<int, int> _takeColumn, _project, _correct;
    private NativeBuffer<double> _vectors = new(0), _diagonal = new(0), _column = new(0), _coefficients = new(0);
    private DampedGram _gram = null!;
    private int _pivot;
    private double _rest, _delta;

    public LowRankPreconditioner(TeamKernels kernels)
    {
        _kernels = kernels;
        _inner = new DampedGram(kernels);
        _takeColumn = (chunk, _) => TakeColumn(chunk * RowChunk, Math.Min(Order, (chunk + 1) * RowChunk));
        _project = (chunk, _) => Project(chunk * ColumnChunk, Math.Min(Rank, (chunk + 1) * ColumnChunk));
        _correct = (chunk, _) => Correct(chunk * RowChunk, Math.Min(Order, (chunk + 1) * RowChunk));
    }

    /// <summary>Bytes held for n data and so many columns.</summary>
    public static Int128 BytesOf(int n, int rank)
    {
        rank = Math.Min(rank, n);
        return DampedGram.BytesOf(rank, KernelSet.OuterProductBlock) + NativeBuffer<double>.BytesOf(rank * (Int128)StrideOf(n))
            + 2 * NativeBuffer<double>.BytesOf(n) + NativeBuffer<double>.BytesOf(rank);
    }

    /// <summary>n.</summary>
    public int Order { get; private set; }

    /// <summary>r: fewer than asked for when K has no more.</summary>
    public int Rank { get; private set; }

    private int Stride => (int)StrideOf(Order);

    private int RowChunks => (Order + RowChunk - 1) / RowChunk;

    /// <summary>Takes K, and its first <paramref name="rank"/> pivots.</summary>
    public void Load(DampedGram gram, int rank)
    {
        (_gram, Order, Rank) = (gram, gram.Order, 0);
        rank = Math.Min(rank, Order);
        GrowOnlyBuffer.EnsureCapacity(ref _vectors, (long)rank * Stride);
        GrowOnlyBuffer.EnsureCapacity(ref _diagonal, Order);
        GrowOnlyBuffer.EnsureCapacity(ref _column, Order);
        GrowOnlyBuffer.EnsureCapacity(ref _coefficients, rank);
        double largest = 0;
        for (int row = 0; row < Order; row++)
            largest = Math.Max(largest, _diagonal[row] = gram.Elements[(long)row * gram.Stride + row]);
        for (; Rank < rank; Rank++)
        {
            _pivot = LargestPivot();
            if (!(_diagonal[_pivot] > LeastPivot * largest))
                break;
            _vectors.Slice((long)Rank * Stride, Stride).Clear();
            _kernels.Team.Run(RowChunks, _takeColumn);
            double root = Math.Sqrt(_diagonal[_pivot]);
            Span<double> vector = Vector(Rank), diagonal = _diagonal.Slice(0, Order);
            for (int row = 0; row < vector.Length; row++)
            {
                vector[row] /= root;
                diagonal[row] -= vector[row] * vector[row];
            }
            diagonal[_pivot] = 0;
        }
        _rest = 0;
        for (int row = 0; row < Order; row++)
            _rest += Math.Max(0, _diagonal[row]) / Order;
        _inner.Reset(Rank);
        if (Rank > 0)
            _inner.AddOuterProduct(_vectors, Stride, Order);
    }

    /// <summary>Factors for a damping; false when neither it nor what is left of K is above zero.</summary>
    public bool Factor(double mu)
    {
        _delta = mu + _rest;
        return _delta > 0 && double.IsFinite(_delta) && (Rank == 0 || _inner.Factor(_delta));
    }

    /// <summary>Overwrites B with (L L^T + delta I)^-1 B = (B - L (delta I + L^T L)^-1 L^T B) / delta, column by column.</summary>
    public void Solve(NativeBuffer<double> right, int stride)
    {
        Span<double> column = _column.Slice(0, Order);
        for (int c = 0; c < stride; c++)
        {
            bool isZero = true;
            for (int row = 0; row < column.Length; row++)
                isZero &= (column[row] = right[(long)row * stride + c]) == 0;
            if (isZero)
                continue;
            if (Rank > 0)
            {
                _kernels.Team.Run((Rank + ColumnChunk - 1) / ColumnChunk, _project);
                _inner.Solve(_coefficients, 1);
                _kernels.Team.Run(RowChunks, _correct);
            }
            for (int row = 0; row < column.Length; row++)
                right[(long)row * stride + c] = column[row] / _delta;
        }
    }

    public void Dispose()
    {
        _inner.Dispose();
        _vectors.Dispose();
        _diagonal.Dispose();
        _column.Dispose();
        _coefficients.Dispose();
    }

    private static long StrideOf(int n) => ((long)n + 15) / 16 * 16;

    private Span<double> Vector(int index) => _vectors.Slice((long)index * Stride, Order);

    private int LargestPivot()
    {
        ReadOnlySpan<double> diagonal = _diagonal.Slice(0, Order);
        int pivot = 0;
        for (int row = 1; row < diagonal.Length; row++)
            if (diagonal[row] > diagonal[pivot])
                pivot = row;
        return pivot;
    }

    /// <summary>Column <c>_pivot</c> of K less its part in the vectors so far, for some rows, into the next vector.</summary>
    private void TakeColumn(int from, int to)
    {
        Span<double> column = Vector(Rank)[from..to];
        NativeBuffer<double> elements = _gram.Elements;
        for (int row = from; row < to; row++)
            column[row - from] = row >= _pivot ? elements[(long)row * _gram.Stride + _pivot] : elements[(long)_pivot * _gram.Stride + row];
        for (int earlier = 0; earlier < Rank; earlier++)
        {
            Span<double> vector = Vector(earlier);
            _kernels.Kernels.Axpy(-vector[_pivot], vector[from..to], column);
        }
    }

    private void Project(int from, int to)
    {
        for (int index = from; index < to; index++)
            _coefficients[index] = _kernels.Kernels.Dot(Vector(index), _column.Slice(0, Order));
    }

    private void Correct(int from, int to)
    {
        for (int index = 0; index < Rank; index++)
            _kernels.Kernels.Axpy(-_coefficients[index], Vector(index)[from..to], _column.Slice(from, to - from));
    }
}
