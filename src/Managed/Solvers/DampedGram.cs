using Subquad.Simd;
using Subquad.Simd.Memory;
using Subquad.Simd.Threading;

namespace Subquad.Solvers;

/// <summary>
/// A symmetric n x n matrix K in float64, built as a sum of Hadamard products of Gram matrices, and the Cholesky factor of K + mu I. Only lower triangles count.
/// Two matrices are held: K stays as it is so that another mu needs no rebuilding.
/// </summary>
internal sealed class DampedGram : IDisposable
{
    private const int RowChunk = 64;

    private readonly TeamKernels _kernels;
    private readonly Action<int, int> _addProduct, _add, _scaleRows, _copyDamped;
    private NativeBuffer<double> _matrix = new(0), _factor = new(0), _panel = new(0);
    private NativeBuffer<double> _left = null!, _right = null!;
    private double _scale;

    public DampedGram(TeamKernels kernels)
    {
        _kernels = kernels;
        _addProduct = (chunk, _) => AddProductRows(chunk);
        _add = (chunk, _) => AddRows(chunk);
        _scaleRows = (chunk, _) => ScaleRows(chunk);
        _copyDamped = (chunk, _) => CopyDampedRows(chunk);
    }

    /// <summary>n.</summary>
    public int Order { get; private set; }

    /// <summary>Elements from row to row: n padded to two panels, as the Gram verb writes them.</summary>
    public int Stride => StrideOf(Order);

    /// <summary>Room for another n x Stride matrix that nobody needs until the next <see cref="Factor"/>.</summary>
    public NativeBuffer<double> Spare => _factor;

    /// <summary>The sum of the diagonal.</summary>
    public double Trace
    {
        get
        {
            double trace = 0;
            for (int row = 0; row < Order; row++)
                trace += Row(_matrix, row)[row];
            return trace;
        }
    }

    public static int StrideOf(int n) => (n + 2 * PanelMatrix.PanelRows - 1) / (2 * PanelMatrix.PanelRows) * (2 * PanelMatrix.PanelRows);

    /// <summary>Bytes held for n data.</summary>
    public static long BytesOf(long n) => 2 * n * StrideOf(checked((int)n)) * sizeof(double);

    /// <summary>Starts anew with K = 0.</summary>
    public void Reset(int n)
    {
        Order = n;
        long wanted = (long)n * Stride;
        if (_matrix.Length < wanted)
        {
            Replace(ref _matrix, wanted);
            Replace(ref _factor, wanted);
            Replace(ref _panel, (n + 16L) * KernelSet.CholeskyBlock);
        }
        _matrix.Clear(wanted);
    }

    /// <summary>K += scale * left o right, element by element.</summary>
    public void AddProduct(double scale, NativeBuffer<double> left, NativeBuffer<double> right)
    {
        (_scale, _left, _right) = (scale, left, right);
        RunRows(_addProduct);
    }

    /// <summary>K += scale * matrix.</summary>
    public void Add(double scale, NativeBuffer<double> matrix)
    {
        (_scale, _left) = (scale, matrix);
        RunRows(_add);
    }

    /// <summary>K *= scale.</summary>
    public void Scale(double scale)
    {
        _scale = scale;
        RunRows(_scaleRows);
    }

    /// <summary>Factors K + mu I; false when it is not positive definite in float64.</summary>
    public bool Factor(double mu)
    {
        _scale = mu;
        RunRows(_copyDamped);
        return _kernels.Factor(_factor, Stride, Order, _panel);
    }

    /// <summary>Solves (K + mu I) X = B in place, after <see cref="Factor"/>.</summary>
    /// <param name="right">Order x stride, row-major.</param>
    /// <param name="stride">A multiple of 16.</param>
    public void Solve(NativeBuffer<double> right, int stride) => _kernels.Kernels.SolveFactored(_factor, Stride, Order, right, stride);

    public void Dispose()
    {
        _matrix.Dispose();
        _factor.Dispose();
        _panel.Dispose();
    }

    private static void Replace(ref NativeBuffer<double> buffer, long length)
    {
        buffer.Dispose();
        buffer = new NativeBuffer<double>(length);
    }

    /// <summary>The lower part of a row.</summary>
    private Span<double> Row(NativeBuffer<double> matrix, int row) => matrix.Slice((long)row * Stride, row + 1);

    private void RunRows(Action<int, int> body) => _kernels.Team.Run((Order + RowChunk - 1) / RowChunk, body);

    private int RowTo(int chunk) => Math.Min(Order, (chunk + 1) * RowChunk);

    private void AddProductRows(int chunk)
    {
        for (int row = chunk * RowChunk; row < RowTo(chunk); row++)
            _kernels.Kernels.AddProduct(_scale, Row(_left, row), Row(_right, row), Row(_matrix, row));
    }

    private void AddRows(int chunk)
    {
        for (int row = chunk * RowChunk; row < RowTo(chunk); row++)
            _kernels.Kernels.Axpy(_scale, Row(_left, row), Row(_matrix, row));
    }

    private void ScaleRows(int chunk)
    {
        for (int row = chunk * RowChunk; row < RowTo(chunk); row++)
            foreach (ref double value in Row(_matrix, row))
                value *= _scale;
    }

    private void CopyDampedRows(int chunk)
    {
        for (int row = chunk * RowChunk; row < RowTo(chunk); row++)
        {
            Row(_matrix, row).CopyTo(Row(_factor, row));
            Row(_factor, row)[row] += _scale;
        }
    }
}
